"""The breach desk: record, find who is affected, assess, write, tell, prove."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import leaving
from cdp.core.views.access import actor_of, requires
from consent.forms.breaches import BreachForm, DraftForm, PeopleForm, RiskForm, begun
from consent.models import Breach, BreachDraft
from consent.rules import breaches as rules
from consent.selectors import breaches as reading
from consent.services.breaches import affected, drafting, evidence, recording, telling
from consent.views import frame

STEPS = {
    "recorded": gettext_lazy("Recorded"),
    "note": gettext_lazy("Measure"),
    "assessed": gettext_lazy("Risk assessed"),
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
    "packed": gettext_lazy("Evidence was packed"),
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
    """Look for who is affected."""
    row = _found(breach)
    form = PeopleForm(reading.who_looks(), request.POST)
    if not form.is_valid():
        return _page(request, row, people_form=form, status=422)
    affected.find(
        breach=row.id, via=form.cleaned_data["via"], asked=form.asked, actor=actor_of(request),
        at=timezone.now(),
    )  # fmt: skip
    return redirect("consent:breach-detail", row.id)


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
    "confirm": lambda row, _told, by: recording.confirm(breach=row.id, **by),
    "draft": lambda row, _told, by: drafting.write(breach=row.id, **by),
    "authority": lambda row, told, by: recording.tell_authority(
        breach=row.id, reference=told.get("reference", "")[:200], **by
    ),
    "tell": lambda row, _told, by: telling.begin(breach=row.id, **by),
    "close": lambda row, told, by: recording.close(
        breach=row.id, was_none=told.get("was_none") == "yes", reason=told.get("reason", "")[:2000], **by
    ),
}


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, breach: uuid.UUID, draft_id: uuid.UUID) -> HttpResponse:
    """Read, change and approve one text; the browser prints it."""
    row = _found(breach)
    text = next((one for one in drafting.drafts(row.id) if one.id == draft_id), None)
    if text is None:
        raise Http404
    if request.method == "POST" and row.closed_at is None:
        form = DraftForm(request.POST)
        if form.is_valid():
            by: dict[str, Any] = {"actor": actor_of(request), "at": timezone.now()}
            told = form.cleaned_data
            if (told["subject"], told["body"].replace("\r\n", "\n")) != (text.subject, text.body):
                drafting.change(draft=text, subject=told["subject"], body=told["body"].replace("\r\n", "\n"), **by)
            if request.POST.get("what") == "approve":
                drafting.approve(draft=text, **by)
            return redirect("consent:breach-detail", row.id)
    else:
        form = DraftForm(initial={"subject": text.subject, "body": text.body})
    context = {"b": row, "draft": text, "form": form, **frame.tabs(request, "breaches")}
    return render(request, "consent/breach_draft.html", context, status=422 if form.errors else 200)


@requires("consent.manage")
@require_POST
def pack(request: HttpRequest, breach: uuid.UUID) -> HttpResponse:
    """The evidence as one file."""
    row = _found(breach)
    now = timezone.now()
    leaving.own(leaving.Own.EVIDENCE, channel="file", at=now)
    data = evidence.pack(breach=row.id, actor=actor_of(request), at=now)
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="breach-{row.noticed_at:%Y-%m-%d}.zip"'
    return response


def _page(
    request: HttpRequest, row: Breach, *, people_form: PeopleForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "b": row,
        "is_open": row.stage in reading.OPEN,
        "clock": rules.clock(row.noticed_at, row.due_at, now=now),
        "data": [rules.DATA[one] for one in row.data if one in rules.DATA],
        "cause": rules.CAUSES.get(row.cause, ""),
        "steps": [{**one, "label": STEPS.get(one["step"].kind, one["step"].kind)} for one in reading.steps(row.id)],
        "told": reading.told(row.id),
        "jobs": reading.jobs_of(row.id),
        "drafts": [{"d": one, "audience": BreachDraft.Audience(one.audience).label} for one in drafting.drafts(row.id)],
        "people_form": people_form or PeopleForm(reading.who_looks()),
        "risk_form": RiskForm(initial={"risk": row.risk, "reason": row.risk_reason}),
        **frame.tabs(request, "breaches"),
    }
    return render(request, "consent/breach.html", context, status=status)


def _found(breach: uuid.UUID) -> Breach:
    row = reading.find(breach)
    if row is None:
        raise Http404
    return row
