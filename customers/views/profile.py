"""The page of one customer, and the parts of it that come and go by htmx."""

import dataclasses
import itertools
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from cdp.core import actors, audit, holds, ids, minimising, moments, panels, sources, timeline
from cdp.core.views.access import actor_of, requires, staff_of
from customers.forms.contacts import ReasonForm
from customers.models import Customer, Interaction, Note
from customers.rules import bands, places, tags
from customers.rules.reasons import REASONS
from customers.selectors import changes, history, lineage, profiles, sharing, wherefrom
from customers.selectors.profiles import Kind
from customers.services import interactions, member_numbers, notes
from customers.services import profiles as profile_services

SHORTEST_RUN = {"event": 3, "segment": 2}
"""How many entries of such a kind on one day, one after the other, are folded into one line."""
_LABELS = {
    field: changes.NAMES[field]
    for field in (
        "name",
        "birth_date",
        "gender",
        "language",
        "nationality",
        "country",
        "city",
        "company",
        "job_title",
        "occupation",
        "income_band",
        "education",
        "children",
        "interests",
        "tags",
    )
} | {"city": gettext_lazy("Place")}
"""Fields of which the page says who told them."""


def found(request: HttpRequest, customer: uuid.UUID) -> Customer | HttpResponse:
    """The person of an address: the row, a redirect to the survivor, or the page that says they were erased."""
    try:
        known = lineage.get(customer)
    except lineage.Erased:
        return render(request, "customers/erased.html", status=410)
    except lineage.Unknown as error:
        raise Http404 from error
    if known.is_survivor and request.method in {"GET", "HEAD"} and not getattr(request, "htmx", False):
        return redirect("customers:customer-detail", known.customer.id)
    return known.customer


@requires("customers.view")
@require_safe
def customer_detail(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """`/customers/{id}/`: everything known about one person."""
    row = found(request, customer)
    if isinstance(row, HttpResponse):
        return row
    user, subject = staff_of(request), history.subject(row.id)
    reveals = user.can("customers.reveal")
    question = panels.Question(row.id, subject.lineage, user, timezone.now())
    profile = profiles.asked_about(question, row, question.once("core.keyring", lambda: subject.keyring))
    assert profile is not None, "the row is there"  # noqa: S101
    advice = panels.advice(question)
    language = get_language() or "en"
    named = question.once("core.sources", sources.names)
    told = wherefrom.of(profile, labels=_LABELS, named=named)
    sharers, has_more_sharers = sharing.of(profile)
    resting = holds.resting(row.id)
    context = {
        "is_held": True in resting,
        "is_restricted": False in resting,
        "sharers": sharers,
        "has_more_sharers": has_more_sharers,
        "profile": profile,
        "customer": row,
        "told": told,
        "ways": [{"contact": contact, "told": told.parts[contact.id]} for contact in profile.contacts],
        "addresses": [{"place": place, "told": told.parts[place.id]} for place in profile.places],
        "place_line": profile.where,
        "occupation": bands.shown("occupation", row.occupation),
        "income_band": bands.shown("income_band", row.income_band),
        "education": bands.shown("education", row.education),
        "children": bands.shown("children", row.children),
        "language_name": places.language_name(row.language, language),
        "source_name": sources.name_in(named, row.source),
        "tags": [{"key": tag, "label": tags.shown(tag)} for tag in row.tags],
        "numbers": [
            {
                "label": _number_label(contact, named),
                "value": contact.masked if contact.kind == Kind.MEMBER and not reveals else contact.value,
                "told": told.parts[contact.id],
            }
            for contact in profile.contacts
            if contact.kind in {Kind.MEMBER, Kind.EXTERNAL}
        ],
        "reveals": reveals,
        "may_ask": user.can("customers.ask"),
        "may_edit": user.can("customers.edit"),
        "may_erase": user.can("customers.erase"),
        "best": advice[0] if advice else None,
        "advice": advice[1:4],
        "left_panels": _rendered(request, panels.LEFT, question),
        "right_panels": _rendered(request, panels.RIGHT, question),
        **_story(request, subject, named),
    }
    return render(request, "customers/detail.html", context)


@requires("customers.view")
@require_safe
def customer_timeline(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """The timeline alone: narrowed to a kind, or what is older than a moment."""
    row = found(request, customer)
    if isinstance(row, HttpResponse):
        return row
    if not getattr(request, "htmx", False):
        return redirect("customers:customer-detail", row.id)
    template = "customers/timeline_page.html" if "before" in request.GET else "customers/timeline.html"
    return render(request, template, {"customer": row, **_story(request, row.id)})


@requires("customers.edit")
@require_POST
def note_add(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Write a note or log a call."""
    row = found(request, customer)
    if isinstance(row, HttpResponse):
        return row
    error, text, kind = "", request.POST.get("text", ""), request.POST.get("kind", Note.Kind.NOTE)
    try:
        _write_down(row.id, kind, text, actor=actor_of(request), at=timezone.now())
    except (notes.UnableToAddNote, interactions.UnableToLog) as unable:
        error = str(unable.reason)
    if not getattr(request, "htmx", False):
        if error:
            messages.error(request, error)
        return redirect("customers:customer-detail", row.id)
    context: dict[str, Any] = {"customer": row, "may_edit": True, **_story(request, row.id)}
    if error:
        context |= {"note_error": error, "note_text": text, "note_kind": kind}
        return render(request, "customers/story.html", context, status=422)
    answer = render(request, "customers/story.html", context)
    saved = _("Call logged") if kind == Note.Kind.CALL else _("Note saved")
    return trigger_client_event(answer, "toast", {"text": saved, "tone": "success"})


def _write_down(customer: uuid.UUID, kind: str, text: str, *, actor: actors.Actor, at: datetime) -> None:
    """A note, or a call of which only the words are told; /phone/ takes down the rest of it."""
    if kind != Note.Kind.CALL or not text.strip():
        notes.add(customer=customer, kind=kind, text=text, actor=actor, at=at)
        return
    interactions.log(
        interaction=ids.uuid7(),
        customer=customer,
        kind=Interaction.Kind.CALL,
        direction=Interaction.Direction.IN,
        topic="",
        outcome="",
        text=text,
        started_at=at,
        follow_up_on=None,
        source=profile_services.STAFF_SOURCE,
        actor=actor,
        at=at,
    )


@requires("customers.edit")
@require_POST
def member_number_give(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Give the customer a member number; one that is there stays."""
    row = found(request, customer)
    if isinstance(row, HttpResponse):
        return row
    try:
        member_numbers.give(customer=row.id, actor=actor_of(request), at=timezone.now())
    except profile_services.UnableToEdit as error:
        raise Http404 from error
    messages.success(request, _("Member number given"))
    return redirect("customers:customer-detail", row.id)


@requires("customers.ask")
@require_http_methods(["GET", "HEAD", "POST"])
def contact_show(request: HttpRequest, customer: uuid.UUID, part: uuid.UUID) -> HttpResponse:
    """Ask why, then show one contact point or address in clear and write both into the logs."""
    row = found(request, customer)
    if isinstance(row, HttpResponse):
        return row
    cancels = request.method != "POST" and bool(request.GET.get("cancel"))
    # The question shows nothing, and what the answer shows is written down with its reason: one look, one entry.
    profile = profiles.one(row, shown=cancels)
    assert profile is not None, "the row is there"  # noqa: S101
    contact = next((contact for contact in profile.contacts if contact.id == part), None)
    place = next((place for place in profile.places if place.id == part), None)
    if contact is None and place is None:
        raise Http404
    context: dict[str, Any] = {"customer": row, "contact": contact, "place": place, "part": part, "may_ask": True}
    if request.method == "POST":
        form = ReasonForm(request.POST)
        if form.is_valid():
            kind = contact.kind if contact else "address"
            _log(request, row.id, kind, form.cleaned_data["reason"])
            return render(request, "customers/contact_shown.html", context)
    if cancels:
        return render(request, "customers/contact_hidden.html", context)
    return render(request, "customers/contact_reason.html", {**context, "reasons": REASONS})


def _log(request: HttpRequest, customer: uuid.UUID, kind: str, reason: str) -> None:
    actor, now = actor_of(request), timezone.now()
    minimising.note([str(kind) if kind != "address" else "street"], by="person", day=now.date())
    audit.looked(actor=actor, at=now, view="customers:contact-show", customers=[customer], reason=reason)
    audit.record(
        audit.Action.CONTACT_REVEALED, actor=actor, at=now, customer=customer, details={"kind": kind, "reason": reason}
    )


def _story(
    request: HttpRequest, about: uuid.UUID | history.Subject, named: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A page of the timeline with its filter chips; `named` are the names of sources where they are at hand."""
    kinds, grouped = timeline.kinds(), timeline.grouped()
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds or kind in grouped else ""
    told = timeline.story()
    only = [one for one in grouped[kind] if one in told] if kind in grouped else [kind] if kind else told
    named = sources.names() if named is None else named
    page = history.page(about, before=_moment(request.GET.get("before", "")), kinds=only)
    entries = page.entries if staff_of(request).can("customers.reveal") else [_veiled(entry) for entry in page.entries]
    return {
        "entries": [_entry(entry, named) for entry in entries] if kind in kinds else _condensed(entries, named),
        "before": page.before.isoformat() if page.before else "",
        "kind": kind,
        "kind_label": kinds.get(kind, ""),
        "groups": [{"key": "", "label": _("All")}, *({"key": key, "label": timeline.GROUPS[key]} for key in grouped)],
        "kinds": [
            {"label": timeline.GROUPS[key], "kinds": [{"key": one, "label": kinds[one]} for one in members]}
            for key, members in grouped.items()
            if members
        ],
    }


def _veiled(entry: timeline.Entry) -> timeline.Entry:
    """An entry as it is for whoever sees contacts masked: that somebody wrote something, and not what, or not whole."""
    if not entry.is_private or not entry.data.get("text"):
        return entry
    return dataclasses.replace(entry, data={**entry.data, "text": entry.masked, "is_hidden": not entry.masked})


def _condensed(entries: Sequence[timeline.Entry], named: Mapping[str, str]) -> list[dict[str, Any]]:
    """The entries, with each long run of clicks or of segments on one day folded into one: neither a visit nor a
    recount of segments may bury an order.
    """
    shown: list[dict[str, Any]] = []

    def run_of(entry: timeline.Entry) -> tuple[str, Any]:
        return entry.kind, timezone.localtime(entry.at).date() if entry.kind in SHORTEST_RUN else entry.id

    for (kind, _key), group in itertools.groupby(entries, key=run_of):
        steps = list(group)
        if kind not in SHORTEST_RUN or len(steps) < SHORTEST_RUN[kind]:
            shown += [_entry(entry, named) for entry in steps]
            continue
        folded = SafeString(render_to_string("customers/visit.html", {"steps": steps, "kind": kind}))
        source = sources.name_in(named, steps[0].source)
        icon = steps[0].icon if kind == "segment" else ""
        shown.append(
            {"at": steps[0].at, "kind": kind, "title": _run(steps), "source": source, "icon": icon, "html": folded}
        )
    return shown


def _run(steps: Sequence[timeline.Entry]) -> str:
    """What a folded run of one kind is called."""
    count = {"n": len(steps)}
    if steps[0].kind == "event":
        return ngettext("%(n)s step on the website", "%(n)s steps on the website", len(steps)) % count
    if all(step.data.get("entered") for step in steps):
        return ngettext("Entered %(n)s segment", "Entered %(n)s segments", len(steps)) % count
    return ngettext("%(n)s change of segments", "%(n)s changes of segments", len(steps)) % count


def _entry(entry: timeline.Entry, named: Mapping[str, str]) -> dict[str, Any]:
    """An entry as the timeline component takes it; amounts, lines and texts in `data` become its body."""
    return {
        "at": entry.at,
        "kind": entry.kind,
        "title": entry.title,
        "source": sources.name_in(named, entry.source),
        "actor": entry.data.get("author", ""),
        "icon": entry.icon if entry.icon != "point" else "",
        "html": SafeString(render_to_string("customers/entry.html", {"data": entry.data}).strip()),
    }


def _number_label(contact: profiles.Contact, named: Mapping[str, str]) -> str:
    if contact.kind == Kind.MEMBER:
        return _("Member number")
    return _("Number at %(source)s") % {"source": sources.name_in(named, contact.source)}


def _rendered(request: HttpRequest, side: str, question: panels.Question) -> list[str]:
    return [
        render_to_string(panel.template, dict(context), request=request)
        for panel, context in panels.shown(side, question)
    ]


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = moments.read(text)
    if moment is None:
        raise Http404
    return moment
