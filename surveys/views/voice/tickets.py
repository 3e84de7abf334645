"""`/voice/tickets/`: what is due first, what waits for customers, what is done."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from cdp.core import jobs, uploads
from cdp.core.models import Job
from cdp.core.views.access import actor_of, requires, staff_of
from customers.selectors import profiles, staff
from surveys.forms import tickets as forms
from surveys.models import Sentiment, Ticket
from surveys.rules.tickets import spoken
from surveys.selectors.texts import readings
from surveys.selectors.tickets import queue, ruling, telling
from surveys.services.tickets import mail_job, mailbox
from surveys.services.tickets import ruling as saving
from surveys.views.voice import frame

NAMES = ("state", "priority", "channel", "topic", "sentiment", "owner", "late", "escalated")
ALL = "all"
LONGEST_ADDRESSES = 6000
SHOWN_FOR = dt.timedelta(hours=12)
"""How long the list tells of a mailbox that was read."""


@requires("customers.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """A page of the list."""
    now, user = timezone.now(), staff_of(request)
    given = {name: value for name in NAMES if (value := request.GET.get(name, "").replace("\x00", "").strip()[:120])}
    if given.get("sentiment", "") not in Sentiment.values:
        given.pop("sentiment", None)
    filters = _filters(given, user.id)
    try:
        page = queue.page(filters, now, after=request.GET.get("after", ""))
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    number, is_exact = queue.count(filters, now)
    late, _is_all = queue.count(queue.Filters(late=True), now)
    context = {
        **frame.context(request, "tickets"),
        "rows": _rows(page.rows, now, reveals=user.can("customers.reveal")),
        "number": number,
        "is_exact": is_exact,
        "is_filtered": bool(set(given) - {"state"}),
        "has_any": bool(page.rows) or queue.any_at_all(),
        "late": late if not filters.late else 0,
        "chips": _chips(given),
        "states": _states(given),
        "kept_state": given.get("state", ""),
        "filters_form": forms.FiltersForm(given),
        "older_url": "?" + urlencode({**given, "after": page.after}) if page.after else "",
        "newer_url": "?" + urlencode(given) if request.GET.get("after") else "",
        "may_edit": user.can("customers.edit"),
        "may_steward": user.can("steward"),
        "may_import": user.can("imports"),
        **({"mail": _mail(now), "own_addresses": ruling.current().own_addresses} if user.can("imports") else {}),
    }
    return render(request, "voice/tickets.html", context)


def _filters(given: dict[str, str], me: uuid.UUID) -> queue.Filters:
    try:
        owner = me if given.get("owner") == "me" else uuid.UUID(given["owner"]) if "owner" in given else None
    except ValueError as error:
        raise Http404 from error
    state = given.get("state", "" if set(given) & {"late", "escalated"} else Ticket.Status.OPEN)
    return queue.Filters(
        status="" if state == ALL else state,
        priority=given.get("priority", ""),
        channel=given.get("channel", ""),
        topic=given.get("topic", ""),
        sentiment=given.get("sentiment", ""),
        assigned_to=owner,
        late="late" in given,
        escalated="escalated" in given,
    )


def _rows(rows: Any, now: dt.datetime, *, reveals: bool) -> list[dict[str, Any]]:
    people = profiles.opened([row.customer_id for row in rows], with_places=False)
    subjects = queue.subjects_of(rows) if reveals else {}
    owners = staff.names(row.assigned_to for row in rows)
    felt = readings.last_of("ticket", {row.customer_id for row in rows}, [row.id for row in rows])
    rules, named = ruling.current(), dict(forms.topics())
    return [
        {
            "ticket": row,
            "person": people.get(row.customer_id),
            "subject": subjects.get(row.id, ""),
            "owner": owners.get(str(row.assigned_to), ""),
            "felt": felt.get(row.id),
            "topic": named.get(row.topic, row.topic),
            "waited": _waited(row, rules, now),
            "is_overdue": telling.is_overdue(row, now),
        }
        for row in rows
    ]


def _waited(row: Ticket, rules: ruling.Ruling, now: dt.datetime) -> str:
    time = queue.waited(row, rules, now)
    if time is not None:
        return spoken.duration(time)
    if row.status == Ticket.Status.RESOLVED:
        return _("took %(time)s") % {"time": spoken.duration(dt.timedelta(seconds=row.spent_seconds))}
    return ""


def _states(given: dict[str, str]) -> list[dict[str, Any]]:
    kept = {name: value for name, value in given.items() if name not in {"state", "late", "escalated"}}
    here = given.get("state", "" if set(given) & {"late", "escalated"} else Ticket.Status.OPEN)
    choices = [
        (Ticket.Status.OPEN, pgettext("tickets", "To do")),
        (Ticket.Status.WAITING, Ticket.Status.WAITING.label),
        (Ticket.Status.RESOLVED, Ticket.Status.RESOLVED.label),
        (ALL, pgettext("tickets", "All")),
    ]
    return [
        {"url": "?" + urlencode({**kept, "state": code}), "label": label, "active": code == here}
        for code, label in choices
    ]


def _chips(given: dict[str, str]) -> list[dict[str, str]]:
    owner = given.get("owner")
    words: dict[str, tuple[str, Any]] = {
        "priority": (_("Priority"), dict(Ticket.Priority.choices)),
        "channel": (_("Channel"), dict(Ticket.Channel.choices)),
        "topic": (_("Topic"), dict(forms.topics())),
        "sentiment": (_("Feeling"), dict(Sentiment.choices)),
        "owner": (_("Looked after by"), {"me": _("Me")} if owner == "me" else staff.names([owner])),
        "late": (_("Due"), {given.get("late"): pgettext("ticket", "Overdue")}),
        "escalated": (_("Help"), {given.get("escalated"): pgettext("ticket", "Escalated")}),
    }
    return [
        {
            "label": str(words[name][0]),
            "value": str(words[name][1].get(value, value)),
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, value in given.items()
        if name in words
    ]


@requires("imports")
@require_POST
def read_mail(request: HttpRequest) -> HttpResponse:
    """Begin to read a mailbox that was exported from a mail program; the list of tickets tells what came of it."""
    given = [file for file in request.FILES.getlist(uploads.MAILBOX) if isinstance(file, uploads.SealedUpload)]
    addresses = request.POST.get("own_addresses", "")[:LONGEST_ADDRESSES].split()
    largest, problem = uploads.LARGEST_MAILBOX, ""
    if not given or not given[0].size or given[0].size > largest:
        problem = _("Choose a mailbox (mbox) or a mail (.eml) of up to %(mb)s MB.") % {"mb": largest // 2**20}
    elif not addresses:
        problem = _("Name the address that your customers write to: mail from it is a reply of yours.")
    else:
        try:
            mail_job.begin(upload=given[0].upload, own_addresses=addresses, actor=actor_of(request), at=timezone.now())
        except saving.UnableToSave as unable:
            problem = str(unable.reason)
    for file in given if problem else given[1:]:
        uploads.delete(file.upload)
    if problem:
        messages.error(request, problem)
    return redirect("voice:tickets")


def _mail(now: dt.datetime) -> dict[str, Any] | None:
    """The mailbox that is being read, or was read in the last hours; None where there is none."""
    job = Job.objects.filter(kind=mail_job.NAME, created_at__gte=now - SHOWN_FOR).order_by("-id").first()
    if job is None:
        return None
    counts = mailbox.Counts(**job.result)
    said = [ngettext("%(n)s mail read", "%(n)s mails read", counts.mails) % {"n": counts.mails}]
    said += [text % {"n": number} for number, text in _outcome(counts) if number]
    return {**jobs.told(job, now=now), "said": " · ".join(said), "at": job.finished_at}


def _outcome(counts: mailbox.Counts) -> list[tuple[int, str]]:
    return [
        (counts.tickets, ngettext("%(n)s new ticket", "%(n)s new tickets", counts.tickets)),
        (counts.messages, ngettext("%(n)s new message", "%(n)s new messages", counts.messages)),
        (counts.known, _("%(n)s known already")),
        (counts.automatic, _("%(n)s written by programs, left out")),
        (counts.ours, _("%(n)s of ours that answer nothing, left out")),
        (counts.unreadable, _("%(n)s without a sender, left out")),
        (counts.refused, _("%(n)s of people who were forgotten, left out")),
    ]
