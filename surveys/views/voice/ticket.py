"""One ticket: what was said on both sides, and everything that can be done in it; and a new one of a customer."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import ids, outbox, sources
from cdp.core.crypto import subjects
from cdp.core.spoken import OWN_NAMES
from cdp.core.views.access import actor_of, requires, staff_of
from customers.selectors import lineage, profiles, staff
from surveys.forms import tickets as forms
from surveys.models import Ticket
from surveys.rules.tickets import spoken
from surveys.selectors.texts.tickets import ABOUT_REVIEW
from surveys.selectors.tickets import opened, queue, ruling, telling
from surveys.services.tickets import asking, opening, working

SOURCE = "staff"
_ID_LENGTH = 36
"""Of an id as text; other authors are kinds of actors."""


@requires("customers.view")
@require_safe
def detail(request: HttpRequest, customer: uuid.UUID, ticket: uuid.UUID) -> HttpResponse:
    """`/voice/tickets/{customer}/{ticket}/`."""
    row = _found(customer, ticket)
    if row.customer_id != customer:
        return redirect("voice:ticket", row.customer_id, row.id)
    return render(request, "voice/ticket.html", _context(request, row))


@requires("customers.edit")
@require_POST
def act(request: HttpRequest, customer: uuid.UUID, ticket: uuid.UUID, action: str) -> HttpResponse:
    """Do one thing in a ticket."""
    if action not in _ACTS:
        raise Http404
    row = _found(customer, ticket)
    about = {"customer": row.customer_id, "ticket": row.id, "actor": actor_of(request), "at": timezone.now()}
    try:
        said = _ACTS[action](request, about)
    except working.UnableToChange as problem:
        messages.error(request, str(problem.reason))
    else:
        messages.success(request, said)
    return redirect("voice:ticket", row.customer_id, row.id)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """A ticket of this customer, as they tell it at the counter or on the phone."""
    try:
        known = lineage.get(customer)
    except (lineage.Unknown, lineage.Erased) as error:
        raise Http404 from error
    who = known.customer.id
    channel = request.GET.get("channel", "")
    begin = {
        "number": ids.uuid7(),
        "channel": channel if channel in Ticket.Channel.values else Ticket.Channel.COUNTER,
        "priority": Ticket.Priority.NORMAL,
        "is_mine": True,
    }
    form = forms.NewForm(request.POST) if request.method == "POST" else forms.NewForm(initial=begin)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = opening.open_ticket(
                customer_id=who,
                channel=given["channel"],
                topic=given["topic"],
                words=given["words"],
                subject=given["subject"],
                priority=given["priority"],
                source=SOURCE,
                external_id=str(given["number"]),
                assigned_to=staff_of(request).id if given["is_mine"] else None,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except opening.UnableToOpen as problem:
            form.add_error(problem.field or None, str(problem.reason))
        else:
            messages.success(request, _("Ticket opened"))
            return redirect("voice:ticket", made.customer_id, made.id)
    context = {"form": form, "profile": profiles.one(who), "customer_id": who}
    return render(request, "voice/ticket_new.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, about: dict[str, Any]) -> str:
    direction, words = request.POST.get("direction", ""), request.POST.get("words", "")
    then = request.POST.get("then", "")
    form = forms.MomentForm(request.POST)
    if not form.is_valid():
        raise working.UnableToChange(_("Write the time like 2026-12-31 18:30."))
    said_at = form.moment(about["at"])
    row = working.say(direction=direction, words=words, waits=then == "wait", said_at=said_at, **about)
    if then == "resolve" and direction == "out":
        working.resolve(done_at=said_at, **about)
        return _("Reply kept, ticket resolved")
    return (
        {"in": _("Kept what the customer said"), "out": _("Reply kept")}.get(direction, _("Note saved")) if row else ""
    )


def _assign(request: HttpRequest, about: dict[str, Any]) -> str:
    form = forms.OwnerForm(request.POST)
    if not form.is_valid():
        raise working.UnableToChange(_("This colleague is not known."))
    working.assign(to=form.chosen, **about)
    return _("Saved who looks after it")


def _escalate(request: HttpRequest, about: dict[str, Any]) -> str:
    form = forms.EscalateForm(request.POST)
    if not form.is_valid():
        raise working.UnableToChange(_("Say in a word why it needs help."))
    working.escalate(to=form.chosen, words=form.cleaned_data["words"], **about)
    return _("Escalated")


def _ask(request: HttpRequest, about: dict[str, Any]) -> str:
    asking.ask(channel=request.POST.get("channel", ""), language=request.POST.get("language", ""), **about)
    return _("The question is on its way")


def _sort(request: HttpRequest, about: dict[str, Any]) -> str:
    working.sort(priority=request.POST.get("priority", ""), topic=request.POST.get("topic", "")[:60], **about)
    return _("Saved")


def _simple(do: Callable[..., Ticket], said: Callable[[], str]) -> Callable[[HttpRequest, dict[str, Any]], str]:
    def done(_request: HttpRequest, about: dict[str, Any]) -> str:
        do(**about)
        return said()

    return done


_ACTS: dict[str, Callable[[HttpRequest, dict[str, Any]], str]] = {
    "say": _say,
    "assign": _assign,
    "escalate": _escalate,
    "sort": _sort,
    "ask": _ask,
    "resolve": _simple(working.resolve, lambda: _("Ticket resolved")),
    "reopen": _simple(working.reopen, lambda: _("Ticket opened again")),
    "wait": _simple(working.wait, lambda: _("It is the customer's turn")),
    "calm": _simple(working.calm, lambda: _("Saved")),
}


def _context(request: HttpRequest, row: Ticket) -> dict[str, Any]:
    now, user = timezone.now(), staff_of(request)
    keyring, rules = subjects.load([row.customer_id]), ruling.current()
    said = opened.of_ticket(row, keyring)
    profile = profiles.one(row.customer_id, keyring=keyring)
    names = staff.names([row.assigned_to, *(one.author for one in said if len(one.author) == _ID_LENGTH)])
    acts = telling.acts()
    waited = queue.waited(row, rules, now)
    return {
        "ticket": row,
        "reveals": user.can("customers.reveal"),
        "may_edit": user.can("customers.edit"),
        "may_thank": user.can("loyalty.adjust"),
        "subject": opened.subject(row, keyring),
        "topic": forms.topic_name(row.topic),
        "said": [
            {
                "message": one,
                "author": names.get(one.author, ""),
                "done": acts.get(one.act, ""),
            }
            for one in said
        ],
        "profile": profile,
        "owner": names.get(str(row.assigned_to), ""),
        "source_name": sources.name_in(sources.names(), row.source),
        "waited": spoken.duration(waited) if waited is not None else "",
        "clock": spoken.duration(queue.shown(row, rules.hours, now)),
        "first_reply": spoken.duration(_seconds(row.first_reply_seconds)),
        "is_overdue": telling.is_overdue(row, now),
        "sort_form": forms.SortForm(initial={"priority": row.priority, "topic": row.topic}, topic=row.topic),
        "owner_form": forms.OwnerForm(initial={"owner": str(row.assigned_to or "")}),
        "escalate_form": forms.EscalateForm(auto_id="escalate-%s"),
        "rating": _rating(row, profile, now, wanted=request.GET.get("in", ""))
        if profile and working.is_ratable(row, now)
        else None,
        "about_url": _about(row),
        "present": timezone.localtime(now).strftime(forms.MOMENT),
        "first_moment": timezone.localtime(row.opened_at).strftime(forms.MOMENT),
        "others": queue.others(row, lineage.of(row.customer_id)),
    }


def _rating(row: Ticket, profile: profiles.Profile, now: dt.datetime, *, wanted: str) -> dict[str, Any]:
    """The link to rate it, the words around it in the customer's language or the one that staff want, and by which ways
    it can be sent.
    """
    language = wanted if wanted in OWN_NAMES else asking.language_of(row, profile.customer)
    ways = {"email": profile.email_contact, "sms": profile.phone_contact}
    labels = {"email": _("Ask by e-mail"), "sms": _("Ask by SMS")}
    return {
        "url": asking.link(row),
        "words": asking.words(row, language=language),
        "language": language,
        "languages": [
            {"url": f"?in={code}#rating", "label": name, "active": code == language} for code, name in OWN_NAMES.items()
        ],
        "ways": [
            (channel, label)
            for channel, label in labels.items()
            if row.satisfaction is None and ways[channel] is not None and outbox.reaches(channel)
        ],
    }


def _about(row: Ticket) -> str:
    if row.about_kind != ABOUT_REVIEW or not row.about_id:
        return ""
    try:
        return reverse("voice:review", args=[row.customer_id, row.about_id])
    except NoReverseMatch:
        return ""


def _seconds(seconds: int | None) -> dt.timedelta:
    return dt.timedelta(seconds=seconds or 0)


def _found(customer: uuid.UUID, ticket: uuid.UUID) -> Ticket:
    """The ticket of an address; who was merged since is looked for where they are now."""
    who = lineage.standing([customer]).get(customer)
    row = (queue.find(who, ticket) if who else None) or queue.find(customer, ticket)
    if row is None:
        raise Http404
    return row
