"""The desk of the privacy officer, /consent/requests/: what is due first, everything about one, and what is done."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cdp.core import context, holds, leaving
from cdp.core.actors import Actor
from cdp.core.models import User
from cdp.core.views.access import actor_of, requires
from consent.forms.requests import STAFF_IDENTITIES
from consent.models import PrivacyRequest, PrivacyRequestStep, Right
from consent.rules import deadlines
from consent.selectors import laws, packs
from consent.selectors import requests as reading
from consent.services.requests import certificates as made
from consent.services.requests import clocks, closing, copies, intake, rectifying, running, steps
from consent.services.requests.steps import UnableToDo
from consent.views import certificates, frame, outcomes
from customers.selectors import lineage, profiles

LEVELS: dict[str, tuple[str, str | Promise]] = {
    "early": ("success", gettext_lazy("In time")),
    "half": ("info", gettext_lazy("Half of the time is over")),
    "soon": ("warning", gettext_lazy("Due soon")),
    "late": ("danger", gettext_lazy("Overdue")),
    "still": ("", gettext_lazy("Clock stands still")),
    "closed": ("", gettext_lazy("Closed")),
    "closed_late": ("warning", gettext_lazy("Closed late")),
}
RECENT = dt.timedelta(days=30)
CHUNK = 256 * 1024


@requires("consent.manage")
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Open requests by what is due first, late ones, closed ones; by right."""
    now = timezone.now()
    state = request.GET.get("state", "open")
    state = state if state in {"open", "late", "closed"} else "open"
    right = request.GET.get("right", "")
    right = right if right in Right.values else ""
    listed = reading.desk(state=state, right=right, after=request.GET.get("after", ""), now=now)
    counts = reading.counts(now=now)
    here = reverse("consent:request-list")
    shown = {
        "entries": [{"e": entry, "level": _level(entry.clock)} for entry in listed.entries],
        "older": f"{here}?state={state}&right={right}&after={listed.after}".replace("+", "%2B") if listed.after else "",
        "states": [
            {"url": f"{here}?state={key}&right={right}", "label": label, "active": key == state}
            for key, label in (("open", _("Open")), ("late", _("Overdue")), ("closed", _("Closed")))
        ],
        "rights": Right.choices,
        "state": state,
        "right": right,
        "counts": counts,
        "attempts": reading.attempts(since=now - RECENT),
        **frame.tabs(request, "requests"),
    }
    return render(request, "consent/requests/list.html", shown)


@requires("consent.manage")
@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything known about one request, and what can be done about it."""
    return _detail(request, _found(pk))


@requires("consent.manage")
@require_POST
def act(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One thing that is done about a request; the button says which."""
    row = _found(pk)
    do = _ACTS.get(request.POST.get("act", ""))
    if do is None:
        raise Http404
    try:
        do(row, request, actor_of(request), timezone.now())
    except UnableToDo as unable:
        row.refresh_from_db()
        return _detail(request, row, problem=str(unable.text), code=unable.code, status=422)
    row.refresh_from_db()
    is_good, text = outcomes.said(row, request.POST["act"])
    (messages.success if is_good else messages.error)(request, text)
    return redirect("consent:request-detail", pk)


@requires("consent.manage")
@require_POST
def copy(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The copy of somebody who has no address for a code, to be handed over by staff; the log says by whom and why."""
    row, now = _found(pk), timezone.now()
    leaving.own(leaving.Own.REQUEST_ANSWER, channel="file", at=now).check(
        channel="file", own=[leaving.Own.REQUEST_ANSWER]
    )
    try:
        stream = copies.hand_over(row, reason=_text(request), actor=actor_of(request), at=now)
    except UnableToDo as unable:
        return _detail(request, row, problem=str(unable.text), status=422 if unable.code == "reason" else 409)
    context.show([row.customer_id])
    return StreamingHttpResponse(
        iter(lambda: stream.read(CHUNK), b""),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{row.reference}.zip"', "Cache-Control": "no-store"},
    )


@requires("consent.manage")
@require_safe
def certificate(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The certificate of an erasure as a file, to be kept with the papers: it names the request and nobody."""
    row = _found(pk)
    if "certificate" not in row.outcome:
        raise Http404
    return certificates.as_file(row, at=timezone.now())


Act = Callable[[PrivacyRequest, HttpRequest, Actor, dt.datetime], object]


def _text(request: HttpRequest, name: str = "reason") -> str:
    return request.POST.get(name, "")


def _change(row: PrivacyRequest, request: HttpRequest, actor: Actor, at: dt.datetime, *, accept: bool) -> object:
    try:
        change = uuid.UUID(_text(request, "change"))
    except ValueError as error:
        raise UnableToDo(_("This was decided already.")) from error
    return rectifying.decide(
        request=row.id,
        change=change,
        accept=accept,
        reason=_text(request),
        may_mix=_may_mix(request),
        actor=actor,
        at=at,
    )


def _may_mix(request: HttpRequest) -> bool:
    return _text(request, "may_mix") == "yes"


_ACTS: dict[str, Act] = {
    "run": lambda row, _request, actor, at: running.run(request=row.id, actor=actor, at=at),
    "answer": lambda row, request, actor, at: rectifying.answer(
        request=row.id, text=_text(request, "text"), actor=actor, at=at
    ),
    "prove": lambda row, request, actor, at: intake.prove(
        request=row.id, identity=_text(request, "identity"), actor=actor, at=at
    ),
    "pause": lambda row, _request, actor, at: clocks.pause(request=row.id, actor=actor, at=at),
    "resume": lambda row, request, actor, at: clocks.resume(
        request=row.id, identity=_text(request, "identity"), actor=actor, at=at
    ),
    "extend": lambda row, request, actor, at: clocks.extend(
        request=row.id, reason=_text(request), may_mix=_may_mix(request), actor=actor, at=at
    ),
    "refuse": lambda row, request, actor, at: closing.refuse(
        request=row.id,
        ground=_text(request, "ground"),
        reason=_text(request),
        may_mix=_may_mix(request),
        actor=actor,
        at=at,
    ),
    "note": lambda row, request, actor, at: closing.note(
        request=row.id, text=_text(request, "text"), actor=actor, at=at
    ),
    "cancel": lambda row, _request, actor, at: closing.cancel(request=row.id, actor=actor, at=at),
    "accept-all": lambda row, _request, actor, at: rectifying.accept_all(request=row.id, actor=actor, at=at),
    "accept-change": lambda row, request, actor, at: _change(row, request, actor, at, accept=True),
    "refuse-change": lambda row, request, actor, at: _change(row, request, actor, at, accept=False),
}


def _detail(
    request: HttpRequest, row: PrivacyRequest, *, problem: str = "", code: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    pack = packs.every().get(row.pack)
    clock = reading.clock(row, now=now)
    keyring = steps.keyring_of(row)
    is_open = row.closed_at is None
    term = clocks.clock_of(row).term
    changes = rectifying.opened(row)
    found = row.outcome.get("certificate")
    shown: dict[str, Any] = {
        "row": row,
        "clock": clock,
        "level": _level(clock),
        "person": profiles.one(row.customer_id),
        "words": steps.words(row, keyring),
        "steps": _steps(row),
        "changes": changes,
        "waiting": sum(one.decision == "open" for one in changes),
        "is_open": is_open,
        "can_run": is_open and row.state != row.State.WORKING and row.right != Right.RECTIFICATION,
        "can_extend": is_open
        and not deadlines.can_extend(
            clocks.clock_of(row), now=now, first_due_at=row.due_at, is_extended=row.extended_at is not None
        ),
        "can_pause": row.state == row.State.OPEN and not row.proved_at and term.stops_for_identity,
        "can_answer": is_open and row.right == Right.RECTIFICATION and all(one.decision != "open" for one in changes),
        "certificate": made.readable(found) if found else None,
        "grounds": [
            {
                "key": one.key,
                "label": closing.GROUNDS.get(one.key, one.key),
                "law": cited.short if (cited := laws.find(pack, one.citation)) else "",
            }
            for one in (pack.grounds(row.right) if pack else [])
            if one.key != closing.NOT_IDENTIFIED or not row.proved_at
        ],
        "ground": closing.GROUNDS.get(row.refusal_ground, ""),
        "identities": STAFF_IDENTITIES[1:],
        "law": laws.find(pack, term.citation),
        "as_of": laws.as_of(row.pack_version),
        "counting": laws.find(pack, pack.counting) if pack else None,
        "blocked": outcomes.BLOCKS.get(row.blocked, row.blocked) if is_open else "",
        "held": is_open and row.right == Right.ERASURE and bool(holds.held(lineage.of(row.customer_id))),
        "failed": is_open and _has_failed(row),
        "copy": copies.is_ready(row, at=now),
        "can_hand_over": copies.can_hand_over(row),
        "others": reading.of(lineage.facts_under(row.customer_id)).exclude(id=row.id)[:10],
        "problem": problem,
        "is_foreign": code == "language",
        "tongue": _(str(dict(settings.LANGUAGES)[row.language])),
        "typed": request.POST if problem else {},
        **frame.tabs(request, "requests"),
    }
    return render(request, "consent/requests/detail.html", shown, status=status)


def _steps(row: PrivacyRequest) -> list[dict[str, Any]]:
    """The log as timeline entries, newest first; what was written is opened."""
    keyring = steps.keyring_of(row)
    found = list(row.steps.order_by("-id")[:200])
    names = {user.id: str(user) for user in User.objects.filter(id__in={step.actor_id for step in found})}
    who = {"customer": _("the person"), "system": _("the system"), "key": _("REST")}
    return [
        {
            "at": step.at,
            "kind": "consent",
            "title": str(PrivacyRequestStep.Kind(step.kind).label),
            "text": keyring.open(step.text, table=steps.STEP_TABLE, column="text", row=step.id),
            "actor": names.get(step.actor_id, "") if step.actor_id else who.get(step.actor_kind, ""),
        }
        for step in found
    ]


def _has_failed(row: PrivacyRequest) -> bool:
    """Whether what was begun last went wrong."""
    kinds = PrivacyRequestStep.Kind
    last = row.steps.filter(kind__in=[kinds.STARTED, kinds.FAILED]).order_by("-id").first()
    return last is not None and last.kind == kinds.FAILED and row.state == row.State.OPEN


def _level(clock: reading.Clock) -> dict[str, Any]:
    tone, label = LEVELS[clock.level]
    return {"tone": tone, "label": label}


def _found(pk: uuid.UUID) -> PrivacyRequest:
    row = reading.find(pk)
    if row is None:
        raise Http404
    return row
