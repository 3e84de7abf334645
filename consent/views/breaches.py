"""The breach desk: record, find who is affected, assess, write, tell, prove."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core.views.access import actor_of, requires
from consent.forms.breaches import BreachForm, DraftForm, KnownForm, RiskForm, begun, people_forms
from consent.models import Breach, BreachDraft
from consent.rules import breaches as rules
from consent.selectors import breaches as reading
from consent.selectors import laws, packs
from consent.services.breaches import affected, drafting, evidence, recording, telling
from consent.views import frame

STEPS = {
    "recorded": gettext_lazy("Recorded"),
    "note": gettext_lazy("Measure"),
    "assessed": gettext_lazy("Risk assessed"),
    "learned": gettext_lazy("What has turned out since"),
    "confirmed": gettext_lazy("Confirmed"),
    "looking": gettext_lazy("Looking for who is affected"),
    "people_found": gettext_lazy("Who is affected was written down"),
    "drafted": gettext_lazy("Drafts written"),
    "draft_changed": gettext_lazy("Draft changed"),
    "draft_approved": gettext_lazy("Text approved"),
    "telling": gettext_lazy("Telling people began"),
    "people_told": gettext_lazy("People were told"),
    "authority_told": gettext_lazy("Authority was told"),
    "escalated": gettext_lazy("Officers were reminded"),
    "published": gettext_lazy("A public notice was put up"),
    "packed": gettext_lazy("Evidence was packed"),
    "fetched": gettext_lazy("Evidence was fetched"),
    "closed": gettext_lazy("Closed"),
}


@requires("consent.manage")
@require_safe
def breach_list(request: HttpRequest) -> HttpResponse:
    """All of them, with their clocks."""
    found = reading.latest(now=timezone.now())
    context = {"breaches": found, "open": sum(1 for one in found if one["is_open"]), **frame.tabs(request, "breaches")}
    return render(request, "consent/breaches.html", context)


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Record one."""
    form = BreachForm(request.POST) if request.method == "POST" else BreachForm(initial=begun())
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            breach = recording.record(
                title=told["title"],
                noticed_at=told["noticed_at"],
                cause=told["cause"],
                data=told["kinds"],
                story=told["story"],
                began_at=told["began_at"],
                ended_at=told["ended_at"],
                is_certain=told["certain"],
                actor=actor_of(request),
                at=timezone.now(),
            )
        except recording.UnableToRecord as unable:
            form.add_error("noticed_at", str(unable))
        else:
            return redirect("consent:breach-detail", breach.id)
    context = {"form": form, **frame.tabs(request, "breaches")}
    return render(request, "consent/breach_new.html", context, status=422 if form.errors else 200)


@requires("consent.manage")
@require_safe
def detail(request: HttpRequest, breach: uuid.UUID) -> HttpResponse:
    """Everything about one."""
    return _page(request, _found(breach))


@requires("consent.manage")
@require_POST
def people(request: HttpRequest, breach: uuid.UUID) -> HttpResponse:
    """Look for who is affected by one of the questions."""
    row, via = _found(breach), request.POST.get("via", "")
    asking = people_forms(request.POST).get(via)
    if asking is None:
        raise Http404
    form: Any = asking[1]
    if not form.is_valid():
        return _page(request, row, asked=(via, form), status=422)
    by: dict[str, Any] = {"actor": actor_of(request), "at": timezone.now()}
    try:
        if via == "list":
            known, unknown = affected.take_list(breach=row.id, text=form.cleaned_data["people"], **by)
            _say_list(request, known, unknown)
        else:
            affected.find(breach=row.id, via=via, asked=dict(form.asked), **by)
    except recording.UnableToRecord as unable:
        messages.error(request, str(unable))
    return redirect(f"{reverse('consent:breach-detail', args=[row.id])}#people")


def _say_list(request: HttpRequest, known: int, unknown: int) -> None:
    text = ngettext("%(n)s line named somebody we know.", "%(n)s lines named somebody we know.", known) % {"n": known}
    if unknown:
        text += " " + ngettext("%(n)s line named nobody.", "%(n)s lines named nobody.", unknown) % {"n": unknown}
    (messages.warning if unknown else messages.success)(request, text)


@requires("consent.manage")
@require_POST
def act(request: HttpRequest, breach: uuid.UUID) -> HttpResponse:
    """One step: what `what` says."""
    row = _found(breach)
    do = ACTS.get(request.POST.get("what", ""))
    if do is None:
        raise Http404
    try:
        do(row, request.POST, {"actor": actor_of(request), "at": timezone.now()})
    except (recording.UnableToRecord, telling.UnableToTell) as unable:
        messages.error(request, str(unable))
    return redirect("consent:breach-detail", row.id)


ACTS: dict[str, Callable[[Breach, Any, dict[str, Any]], object]] = {
    "risk": lambda row, told, by: recording.assess(
        breach=row.id, risk=told.get("risk", ""), reason=told.get("reason", "")[:2000], **by
    ),
    "note": lambda row, told, by: recording.note(breach=row.id, text=told.get("text", "")[:2000], **by),
    "learn": lambda row, told, by: recording.learn(
        breach=row.id, cause=told.get("cause", ""), data=told.getlist("kinds"), **by
    ),
    "confirm": lambda row, _told, by: recording.confirm(breach=row.id, **by),
    "draft": lambda row, _told, by: drafting.write(breach=row.id, **by),
    "authority": lambda row, told, by: recording.tell_authority(
        breach=row.id,
        law=told.get("law", ""),
        reference=told.get("reference", "")[:200],
        told_at=_moment_told(told.get("told_at", ""), by["at"]),
        **by,
    ),
    "tell": lambda row, _told, by: telling.begin(breach=row.id, **by),
    "publish": lambda row, told, by: recording.publish(breach=row.id, place=told.get("place", "")[:500], **by),
    "close": lambda row, told, by: recording.close(
        breach=row.id, was_none=told.get("was_none") == "yes", reason=told.get("reason", "")[:2000], **by
    ),
}


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, breach: uuid.UUID, draft_id: uuid.UUID) -> HttpResponse:
    """Read, change and approve one text; the browser prints it."""
    row = _found(breach)
    letter = next((one for one in reading.letters(row) if one.row.id == draft_id), None)
    if letter is None:
        raise Http404
    actor = actor_of(request)
    if request.method == "POST" and row.closed_at is None:
        form = DraftForm(request.POST)
        if form.is_valid():
            by: dict[str, Any] = {"actor": actor, "at": timezone.now()}
            subject, body = form.cleaned_data["subject"], form.cleaned_data["body"].replace("\r\n", "\n")
            try:
                if (subject, body) != (letter.subject, letter.body):
                    drafting.change(draft=letter.row, subject=subject, body=body, **by)
                if request.POST.get("what") == "approve":
                    drafting.approve(draft=letter.row, may_mix=form.cleaned_data["may_mix"], **by)
                return redirect(f"{reverse('consent:breach-detail', args=[row.id])}#texts")
            except (drafting.UnableToApprove, recording.UnableToRecord) as unable:
                form.add_error(None, str(unable))
    else:
        form = DraftForm(initial={"subject": letter.subject, "body": letter.body})
    typed = "\n".join(str(form[name].value() or "") for name in ("subject", "body"))
    context = {
        "b": row,
        "title": reading.words(row).title,
        "draft": letter,
        "foreign": drafting.foreign(typed, letter.row.language) if row.closed_at is None else [],
        "law": laws.name(packs.every()[letter.row.law]),
        "language": _languages()[letter.row.language],
        "may_approve": drafting.may_approve(letter.row, actor=actor),
        "form": form,
        **frame.tabs(request, "breaches"),
    }
    return render(request, "consent/breach_draft.html", context, status=422 if form.errors else 200)


@requires("consent.manage")
@require_POST
def pack(request: HttpRequest, breach: uuid.UUID) -> HttpResponse:
    """Let the evidence be made into one file."""
    row = _found(breach)
    evidence.begin(breach=row.id, language=get_language() or "en", actor=actor_of(request), at=timezone.now())
    return redirect(f"{reverse('consent:breach-detail', args=[row.id])}#evidence")


@requires("consent.manage")
@require_POST
def fetch(request: HttpRequest, breach: uuid.UUID, job_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The file, as long as it lies there."""
    row = _found(breach)
    try:
        stream = evidence.fetch(breach=row.id, job=job_id, actor=actor_of(request), at=timezone.now())
    except evidence.UnableToFetch:
        messages.error(request, _("This file is gone. Make it again."))
        return redirect(f"{reverse('consent:breach-detail', args=[row.id])}#evidence")
    name = f"breach-{row.noticed_at:%Y-%m-%d}.zip"
    return FileResponse(stream, as_attachment=True, filename=name, content_type="application/zip")


def _page(
    request: HttpRequest, row: Breach, *, asked: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    words, log, letters = reading.words(row), reading.log(row), reading.letters(row)
    asking = people_forms()
    context = {
        "b": row,
        "words": words,
        "is_open": row.stage in reading.OPEN,
        "authorities": (found := _authorities(row, now=now)),
        "people_clocks": (owed := _people_clocks(row, now=now)),
        "is_waiting": any(one["a"].is_waiting for one in found) or bool(owed),
        "is_late": any(one["a"].standing == rules.Standing.LATE for one in found)
        or any(one["is_late"] for one in owed),
        "data": [rules.DATA[one] for one in row.data if one in rules.DATA],
        "cause": rules.CAUSES.get(row.cause, ""),
        "steps": [
            {"step": one.step, "text": one.text, "who": one.who, "label": _label(one.step.kind), "law": _law(one)}
            for one in log
        ],
        "measures": [one for one in log if one.step.kind == "note"],
        "is_partly": any(one.step.details.get("partly") for one in log),
        "told": reading.told(row.id),
        "jobs": reading.jobs_of(row.id),
        "duties": _duties(row),
        "texts": _texts(letters),
        "unapproved": bool(reading.unapproved(row.id)),
        "why_not": telling.why_not(row),
        "packs": [{"job": job, "until": reading.ends_at(job)} for job in reading.packs_of(row.id, now=now)],
        "people_forms": [
            {
                "via": key,
                "label": label,
                "form": asked[1] if asked and asked[0] == key else form,
                "open": bool(asked and asked[0] == key),
            }
            for key, (label, form) in asking.items()
        ],
        "known_form": KnownForm(initial={"cause": row.cause, "kinds": row.data}),
        "risk_form": RiskForm(initial={"risk": row.risk, "reason": words.risk_reason}),
        "report": evidence.report_of(row) if row.closed_at else [],
        "now": now,
        "at_step": _at_step(
            row,
            letters,
            is_told=not any(one["a"].is_waiting for one in found)
            and not any(one.is_waiting for one in reading.customers(row, now=now)),
        ),
        **frame.tabs(request, "breaches"),
    }
    return render(request, "consent/breach.html", context, status=status)


def _law(entry: reading.Entry) -> str:
    """The law a step is about, where it is about one."""
    law = packs.every().get(entry.step.details.get("law", ""))
    return laws.name(law) if law and entry.step.kind != "recorded" else ""


def _label(kind: str) -> object:
    return STEPS.get(kind, kind)


def _languages() -> dict[str, str]:
    return {code: _(str(name)) for code, name in settings.LANGUAGES}


def _at_step(row: Breach, letters: list[reading.Letter], *, is_told: bool) -> int:
    """Which of the six steps is the next one; seven once all are done."""
    if row.closed_at:
        return 7
    done = (
        True,
        row.people > 0,
        bool(row.risk),
        bool(letters) and all(one.row.approved_at for one in letters),
        is_told and (row.people_told_at is not None or row.risk != Breach.Risk.HIGH),
    )
    return next((number for number, is_done in enumerate(done, start=1) if not is_done), 6)


def _texts(letters: list[reading.Letter]) -> list[dict[str, Any]]:
    """The letters in groups: one for each authority, then those for people."""
    languages = _languages()
    return [
        {
            "letter": one,
            "audience": BreachDraft.Audience(one.row.audience).label,
            "law": laws.name(packs.every()[one.row.law]),
            "language": languages.get(one.row.language, one.row.language),
            "is_mixed": not one.row.approved_at
            and bool(drafting.foreign(f"{one.subject}\n{one.body}", one.row.language)),
        }
        for one in letters
    ]


def _moment_told(text: str, now: dt.datetime) -> dt.datetime:
    """When it was, in the shop's own time to the minute; now, where nothing is said. Raises UnableToRecord."""
    if not text.strip():
        return now
    try:
        return forms.DateTimeField().clean(text)
    except forms.ValidationError as error:
        raise recording.UnableToRecord(_("When was the authority told? Write date and time.")) from error


def _authorities(row: Breach, *, now: dt.datetime) -> list[dict[str, Any]]:
    """The authority of each law with its clock, its letter and what may be done."""
    letters = {one.row.law: one.row for one in reading.letters(row) if one.row.audience == "authority"}
    return [
        {
            "a": one,
            "law": laws.name(packs.every()[one.duty.law]),
            "name": _(packs.every()[one.duty.law].authority),
            "people": row.laws.get(one.duty.law),
            "waits_for": WAITS_FOR.get(one.duty.waits_for, ""),
            "clock": rules.clock(row.noticed_at, one.duty.due_at, now=now) if one.duty.due_at else None,
            "letter": letters.get(one.duty.law),
        }
        for one in reading.authorities(row, now=now)
    ]


def _people_clocks(row: Breach, *, now: dt.datetime) -> list[dict[str, Any]]:
    """Each law whose hours run until the people are told, for certain, and who were not: some want them told of what
    is only possible, before any authority.
    """
    found = []
    for one in reading.customers(row, now=now):
        if one.is_waiting and one.duty.due_at:
            clock = rules.clock(row.noticed_at, one.duty.due_at, now=now)
            found.append({"law": laws.name(packs.every()[one.duty.law]), "clock": clock, "is_late": clock.is_over})
    return found


def _duties(row: Breach) -> list[dict[str, Any]]:
    found = []
    told = {one.duty.law: one.told.at for one in reading.authorities(row, now=timezone.now()) if one.told}
    for duty in reading.duties(row):
        law = packs.every()[duty.law]
        citation = laws.find(law, duty.citation)
        found.append(
            {
                "duty": duty,
                "audience": BreachDraft.Audience(duty.audience).label,
                "citation": citation,
                "waits_for": WAITS_FOR.get(duty.waits_for, ""),
                "done": told.get(duty.law) if duty.audience == "authority" else row.people_told_at,
            }
        )
    return found


WAITS_FOR = {
    "certainty": gettext_lazy("As soon as it is certain"),
    "risk": gettext_lazy("Depends on the risk"),
    "people": gettext_lazy("Depends on how many people it is"),
    "cause": gettext_lazy("Depends on how it happened"),
    "data": gettext_lazy("Depends on which data it was"),
}


def _found(breach: uuid.UUID) -> Breach:
    row = reading.find(breach)
    if row is None:
        raise Http404
    return row
