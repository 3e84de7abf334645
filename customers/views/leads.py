"""`/leads/`: who raised their hand, one of them, and what staff make of it."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from cdp.core import pages, sources
from cdp.core.crypto import subjects
from cdp.core.views.access import actor_of, requires, staff_of
from customers.forms import leads as forms
from customers.forms.contacts import REASONS, ReasonForm
from customers.models import Lead
from customers.rules import masking
from customers.selectors import leads as reading
from customers.selectors import lineage, profiles, staff
from customers.services import notes
from customers.services.leads import working

NAMES = ("platform", "status", "since", "source", "owner")
MASKED = {"email": "email", "phone": "phone"}


@requires("customers.view")
@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """A page of the list, newest first."""
    given = {name: value for name in NAMES if (value := _text(request, name))}
    filters = _filters(given)
    page = reading.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    number, is_exact = reading.count(filters)
    context = {
        "rows": _rows(page, in_full=staff_of(request).can("customers.reveal")),
        "number": number,
        "is_exact": is_exact,
        "is_filtered": bool(given),
        "has_any": bool(page.rows) or reading.any_at_all(),
        "chips": _chips(given),
        "tabs": _tabs(given),
        "filters_form": forms.FiltersForm(given),
        "newer_url": _link(given, "newer", page.rows[0]) if page.rows and page.has_newer else "",
        "older_url": _link(given, "older", page.rows[-1]) if page.rows and page.has_older else "",
        "may_import": staff_of(request).can("imports"),
        "may_connect": staff_of(request).can("settings"),
    }
    return render(request, "customers/leads/list.html", context)


def _filters(given: dict[str, str]) -> reading.Filters:
    days = int(given["since"]) if given.get("since") in forms.SINCE else 0
    try:
        owner = uuid.UUID(given["owner"]) if "owner" in given else None
    except ValueError as error:
        raise Http404 from error
    return reading.Filters(
        platform=given.get("platform", ""),
        status=given.get("status", ""),
        source=given.get("source", ""),
        since=timezone.now() - dt.timedelta(days=days) if days else None,
        owner=owner,
    )


def _rows(page: pages.Page[Lead], *, in_full: bool) -> list[dict[str, Any]]:
    """What staff want to do next may name what the person said: masked like a note."""
    people = profiles.opened([row.customer_id for row in page.rows], with_places=False)
    steps = reading.next_steps(page.rows, subjects.load({row.customer_id for row in page.rows if row.next_step}))
    named, owners = sources.names(), staff.names(row.owner_id for row in page.rows)
    return [
        {
            "lead": row,
            "person": people.get(row.customer_id),
            "source": sources.name_in(named, row.source),
            "owner": owners.get(str(row.owner_id), ""),
            "step": steps.get(row.id, "") if in_full else masking.text(steps.get(row.id, "")),
        }
        for row in page.rows
    ]


def _link(given: dict[str, str], name: str, row: Lead) -> str:
    return "?" + urlencode({**given, name: row.id})


def _tabs(given: dict[str, str]) -> list[dict[str, Any]]:
    others = {name: value for name, value in given.items() if name != "status"}
    here = given.get("status", "")
    choices = [("", pgettext("leads", "All")), *Lead.Status.choices]
    return [
        {
            "url": "?" + urlencode({**others, **({"status": code} if code else {})}),
            "label": label,
            "active": code == here,
        }
        for code, label in choices
    ]


def _chips(given: dict[str, str]) -> list[dict[str, str]]:
    """The filters in force, in words; the status stands in the tabs."""
    labels: dict[str, tuple[str, dict[str, Any]]] = {
        "platform": (_("Platform"), dict(Lead.Platform.choices)),
        "since": (_("Arrived"), {code: str(label) for code, label in forms.SINCE.items()}),
        "source": (_("Source"), sources.names()),
        "owner": (_("Looked after by"), staff.names([given.get("owner")])),
    }
    return [
        {
            "label": str(labels[name][0]),
            "value": str(labels[name][1].get(value, value)),
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, value in given.items()
        if name in labels
    ]


@requires("customers.view")
@require_safe
def lead_detail(request: HttpRequest, customer: uuid.UUID, lead: uuid.UUID) -> HttpResponse:
    """One lead: what was answered, where it came from, how far it is."""
    row = _found(customer, lead)
    if row.customer_id != customer:
        return redirect("business:lead-detail", row.customer_id, row.id)
    return render(request, "customers/leads/detail.html", _context(request, row))


@requires("customers.ask")
@require_POST
def lead_show(request: HttpRequest, customer: uuid.UUID, lead: uuid.UUID) -> HttpResponse:
    """The page with what the person wrote, for readers who see it masked; why is asked and written down."""
    row = _found(customer, lead)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        working.reveal(customer=row.customer_id, lead=row.id, reason=reason, actor=actor_of(request), at=timezone.now())
        return render(request, "customers/leads/detail.html", _context(request, row, shown=True))
    return render(request, "customers/leads/detail.html", _context(request, row), status=422)


@requires("customers.edit")
@require_POST
def lead_change(request: HttpRequest, customer: uuid.UUID, lead: uuid.UUID, action: str) -> HttpResponse:
    """Status, owner, next step or a note."""
    row = _found(customer, lead)
    about = {"customer": row.customer_id, "lead": row.id, "actor": actor_of(request), "at": timezone.now()}
    try:
        said = _change(request, row, action, about)
    except (working.UnableToChange, notes.UnableToAddNote) as problem:
        messages.error(request, str(problem.reason))
    else:
        messages.success(request, said)
    return redirect("business:lead-detail", row.customer_id, row.id)


def _change(request: HttpRequest, row: Lead, action: str, about: dict[str, Any]) -> str:
    """Do it; the sentence for whoever did. Raises what the services raise."""
    if action == "status":
        working.set_status(status=request.POST.get("status", ""), **about)
        return _("Status saved")
    if action == "owner":
        owner = forms.OwnerForm(request.POST)
        if not owner.is_valid():
            raise working.UnableToChange(_("This colleague is not known."))
        working.set_owner(owner=owner.chosen, **about)
        return _("Saved who looks after it")
    if action == "step":
        step = forms.StepForm(request.POST)
        if not step.is_valid():
            raise working.UnableToChange(_("This is no day, or the text is too long."))
        working.set_next_step(text=step.cleaned_data["text"], on=step.cleaned_data["on"], **about)
        return _("Next step saved")
    if action == "note":
        text = request.POST.get("text", "")
        notes.add(customer=row.customer_id, kind="note", text=text, actor=about["actor"], at=about["at"])
        return _("Note saved")
    raise Http404


def _context(request: HttpRequest, row: Lead, *, shown: bool = False) -> dict[str, Any]:
    user = staff_of(request)
    keyring = subjects.load([row.customer_id])
    content = reading.opened(row, keyring)
    reveals = shown or user.can("customers.reveal")
    profile = profiles.one(row.customer_id, keyring=keyring)
    named = sources.names()
    return {
        "lead": row,
        "profile": profile,
        "content": content,
        "told": [
            (_label(name), *(one if reveals else masking.of(MASKED.get(name, "text"), one) for one in values))
            for name, *values in reading.differing(content, profile)
        ],
        "next_step": content.next_step if reveals else masking.text(content.next_step),
        "reveals": reveals,
        "may_ask": user.can("customers.ask"),
        "reasons": REASONS,
        "source_name": sources.name_in(named, row.source),
        "status_form": forms.StatusForm(initial={"status": row.status}),
        "owner_form": forms.OwnerForm(initial={"owner": str(row.owner_id or "")}),
        "step_form": forms.StepForm(initial={"text": content.next_step, "on": row.next_on}),
        "owner": staff.names([row.owner_id]).get(str(row.owner_id), ""),
        "author": staff.names([row.status_by]).get(str(row.status_by), ""),
        "history": reading.history(row),
        "others": [other for other in reading.of_customers(lineage.of(row.customer_id), limit=6) if other.id != row.id],
        "may_edit": user.can("customers.edit"),
    }


def _label(name: str) -> str:
    """A field of a person, as people call it."""
    from_form = {
        "name": _("Name"),
        "email": _("E-mail"),
        "phone": pgettext("number", "Phone"),
        "company": _("Company"),
        "job_title": _("Job title"),
        "city": _("City"),
        "postcode": _("Postcode"),
        "street": _("Street"),
    }
    return from_form.get(name, name)


def _found(customer: uuid.UUID, lead: uuid.UUID) -> Lead:
    """The lead of an address; who was merged since is looked for where they are now."""
    who = lineage.standing([customer]).get(customer)
    row = (reading.find(who, lead) if who else None) or reading.find(customer, lead)
    if row is None:
        raise Http404
    return row


def _text(request: HttpRequest, name: str) -> str:
    """A text of the address that PostgreSQL can hold."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:120]


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
