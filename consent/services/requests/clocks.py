"""Clocks of requests: extending where the law knows it, standing still for a proof, and telling staff in time."""

import uuid
from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import actors
from cdp.core.actors import Actor
from consent.models import PrivacyRequest
from consent.rules import deadlines
from consent.selectors import calendars, packs
from consent.services.requests import letters, steps
from consent.services.requests.steps import Kind, UnableToDo

WHY_NOT = {
    "unknown_to_law": _("This law knows no extension for this right."),
    "already": _("It was extended before; once is what the law allows."),
    "too_late": _("The first period is over; it can no longer be extended."),
}
PORTION = 200


def clock_of(request: PrivacyRequest) -> deadlines.Clock:
    """The clock as it was frozen when the request came."""
    return msgspec.convert(request.rule, deadlines.Clock)


def due_at(request: PrivacyRequest, *, is_extended: bool, paused_days: int) -> datetime:
    """When the last day is over, by the request's own law."""
    clock, pack = clock_of(request), packs.every().get(request.pack)
    day = deadlines.due_on(
        clock,
        received_at=request.received_at,
        is_holiday=lambda one: pack is not None and calendars.is_holiday(one, pack=pack, country=request.country),
        is_extended=is_extended,
        paused_days=paused_days,
    )
    return deadlines.end_of(day, clock.zone)


def paused_days(request: PrivacyRequest) -> int:
    """Days given back so far, as the log says."""
    resumed = request.steps.filter(kind=Kind.RESUMED).values_list("details", flat=True)
    return sum(int(details.get("days", 0)) for details in resumed)


def extend(*, request: uuid.UUID, reason: str, actor: Actor, at: datetime, may_mix: bool = False) -> PrivacyRequest:
    """Take the longer term, with a reason that the person is told (`steps.reason_for`). Raises UnableToDo."""
    with transaction.atomic():
        row = steps.open_(request)
        reason = steps.reason_for(row, reason, may_mix=may_mix)
        why_not = deadlines.can_extend(
            clock_of(row), now=at, first_due_at=row.due_at, is_extended=row.extended_at is not None
        )
        if why_not:
            raise UnableToDo(WHY_NOT[why_not], code=why_not)
        steps.save(
            row,
            extended_at=at,
            escalated=0,
            due_at=due_at(row, is_extended=True, paused_days=paused_days(row)),
            words=steps.seal_words(row, _with(steps.words(row), extended=reason)),
        )
        steps.add(row, Kind.EXTENDED, actor=actor, at=at, details={"due": row.due_at.isoformat()}, text=reason)
        letters.tell(row, letters.EXTENDED, at=at, reason=reason)
    return row


def pause(*, request: uuid.UUID, actor: Actor, at: datetime) -> PrivacyRequest:
    """Ask the person for a proof of who they are and stop the clock meanwhile. Raises UnableToDo."""
    with transaction.atomic():
        row = steps.locked(request)
        if row.state != PrivacyRequest.State.OPEN:
            raise UnableToDo(_("Only an open request can wait."), code="closed")
        if row.proved_at:
            raise UnableToDo(_("It is sure already who asks."), code="proved")
        if not clock_of(row).term.stops_for_identity:
            raise UnableToDo(_("Under this law the clock runs on while you make sure who asks."), code="unknown_to_law")
        steps.save(row, state=PrivacyRequest.State.PAUSED, paused_at=at)
        steps.add(row, Kind.PAUSED, actor=actor, at=at)
        letters.tell(row, letters.PROOF, at=at)
    return row


def resume(*, request: uuid.UUID, identity: str, actor: Actor, at: datetime) -> PrivacyRequest:
    """The proof came: the clock goes on, and the days of waiting are given back. Raises UnableToDo."""
    with transaction.atomic():
        row = steps.locked(request)
        if row.state != PrivacyRequest.State.PAUSED or row.paused_at is None:
            raise UnableToDo(_("This request is not waiting."), code="closed")
        days = deadlines.days_between(row.paused_at, at, clock_of(row).zone)
        steps.add(row, Kind.RESUMED, actor=actor, at=at, details={"days": days})
        steps.save(
            row,
            state=PrivacyRequest.State.OPEN,
            paused_at=None,
            identity_method=identity or row.identity_method,
            proved_at=at if identity else row.proved_at,
            due_at=due_at(row, is_extended=row.extended_at is not None, paused_days=paused_days(row)),
        )
    return row


def watch(*, now: datetime) -> int:
    """Tell staff of requests that reached half, four fifths and all of their time; of how many. May run at any time."""
    told = 0
    open_ones = PrivacyRequest.objects.filter(
        closed_at__isnull=True, escalated__lt=deadlines.STEPS[-1], paused_at__isnull=True
    ).order_by("due_at", "id")
    for request in open_ones.iterator(chunk_size=PORTION):
        reached = deadlines.step_reached(
            deadlines.share_used(received_at=request.received_at, due_at=request.due_at, now=now)
        )
        if reached > request.escalated:
            told += _escalate(request.id, reached, now)
    return told


def _escalate(request: uuid.UUID, reached: int, now: datetime) -> int:
    with transaction.atomic():
        row = steps.locked(request)
        if row.closed_at or row.escalated >= reached:
            return 0
        steps.save(row, escalated=reached)
        staff = letters.remind(row, step=reached, at=now)
        steps.add(row, Kind.ESCALATED, actor=actors.SYSTEM, at=now, details={"step": reached, "staff": staff})
    return 1


def _with(words: steps.Words, **changes: str) -> steps.Words:
    return steps.Words(**{**vars(words), **changes})
