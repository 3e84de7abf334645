"""Doing what was asked: each right once, however often it is tried."""

import contextlib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cdp.core import actors, jobs
from cdp.core.actors import Actor
from cdp.core.models import Job
from consent.models import PrivacyRequest, PrivacyRequestStep, Right
from consent.rules import requests as rules
from consent.services import objecting, restricting
from consent.services.requests import closing, copies, erasures, steps
from consent.services.requests.steps import Kind, UnableToDo
from customers.models import Customer, Status

State = PrivacyRequest.State
PORTION = 200
LEFT = timedelta(minutes=2)
"""What was proved so long ago and would be done at once was left undone."""
ABANDONED = timedelta(minutes=15)
"""An erasure that began so long ago and did not end was killed."""


def run(*, request: uuid.UUID, actor: Actor, at: datetime) -> PrivacyRequest:
    """Do what the request asks for. What cannot be done yet stays open with its reason. Raises UnableToDo."""
    with transaction.atomic():
        row = steps.open_(request)
        if row.state == State.WORKING:
            raise UnableToDo(_("It is being done at this moment."), code="working")
        if not row.proved_at:
            raise UnableToDo(_("Make sure first who asks."), code="identity")
        if row.right == Right.RECTIFICATION:
            raise UnableToDo(_("Decide about each field."), code="changes")
        if row.right != Right.ERASURE:
            _RIGHTS[row.right](row, actor, at)
            return row
        # From now on nobody else runs it, and the person cannot take it back any more.
        steps.save(row, state=State.WORKING)
        steps.add(row, Kind.STARTED, actor=actor, at=at)
    # Erasing is a transaction of its own, which waits for locks and may have to try again.
    erasures.run(row, actor=actor, at=at)
    row.refresh_from_db()
    return row


def _copy(row: PrivacyRequest, actor: Actor, at: datetime) -> None:
    steps.add(row, Kind.STARTED, actor=actor, at=at)
    job = jobs.submit(copies.JOB, title=row.reference, params={"request": str(row.id)}, created_by=actor.id)
    steps.save(row, state=State.WORKING, job_id=job.id)


def _restrict(row: PrivacyRequest, actor: Actor, at: datetime) -> None:
    try:
        restricting.restrict(
            customer=row.customer_id, reason=restricting.Reason.ASKED, actor=actor, at=at, request=row.id
        )
    except restricting.UnableToRestrict as error:
        raise UnableToDo(_("This customer is no longer here."), code="customer") from error
    closing.answered(row, actor=actor, at=at)


def _refusing(service: Callable[..., int]) -> Callable[[PrivacyRequest, Actor, datetime], None]:
    def run_(row: PrivacyRequest, actor: Actor, at: datetime) -> None:
        try:
            refusals = service(
                customer=row.customer_id, source=f"request:{row.reference}", actor=actor, at=at, language=row.language
            )
        except objecting.UnableToObject as error:
            raise UnableToDo(_("This customer is no longer here."), code="customer") from error
        closing.answered(row, actor=actor, at=at, outcome={"refusals": refusals})

    return run_


_RIGHTS: dict[str, Callable[[PrivacyRequest, Actor, datetime], None]] = {
    Right.ACCESS: _copy,
    Right.PORTABILITY: _copy,
    Right.RESTRICTION: _restrict,
    Right.OBJECTION: _refusing(objecting.object_),
    Right.WITHDRAWAL: _refusing(objecting.withdraw),
}


def tidy(*, now: datetime) -> int:
    """Put right what nobody else will: copies whose job failed are open again, and requests of people who were erased
    meanwhile are closed. How many; may run at any time.
    """
    done = 0
    for row in PrivacyRequest.objects.filter(closed_at__isnull=True, state=State.WORKING).order_by("due_at")[:PORTION]:
        if row.right == Right.ERASURE and row.steps.filter(kind=Kind.STARTED, at__gt=now - ABANDONED).exists():
            continue  # somebody is at it
        states = Job.objects.filter(id__in=[row.job_id] if row.job_id else []).values_list("state", flat=True)
        if not states or states[0] in {Job.State.FAILED, Job.State.CANCELLED}:
            with transaction.atomic():
                again = steps.locked(row.id)
                if again.state == State.WORKING and again.job_id == row.job_id:
                    steps.save(again, state=State.OPEN, job_id=None)
                    steps.add(again, Kind.FAILED, actor=actors.SYSTEM, at=now)
                    done += 1
    done += _run_left(now)
    open_ones = list(PrivacyRequest.objects.filter(closed_at__isnull=True).order_by("due_at", "id")[: 10 * PORTION])
    erased = set(
        Customer.objects.filter(id__in={row.customer_id for row in open_ones}, status=Status.ERASED).values_list(
            "id", flat=True
        )
    )
    for row in open_ones:
        if row.customer_id not in erased:
            continue
        done += 1
        if row.right == Right.ERASURE:
            erasures.close(row.id, actor=actors.SYSTEM, at=now)
        else:
            closing.cancel(request=row.id, actor=actors.SYSTEM, at=now)
    return done


def _run_left(now: datetime) -> int:
    """Do what would have been done at once, had the process not been killed between taking it and doing it. What staff
    made sure of later or extended is theirs: they may be about to refuse it.
    """
    proof = PrivacyRequestStep.objects.filter(request=OuterRef("id"), kind=Kind.PROVED)
    taken = PrivacyRequestStep.objects.filter(request=OuterRef("id"), kind=Kind.RECEIVED, at=OuterRef("proved_at"))
    left = PrivacyRequest.objects.filter(
        Exists(proof.exclude(actor_kind="staff")) | Exists(taken),
        extended_at__isnull=True,
        closed_at__isnull=True,
        state=State.OPEN,
        proved_at__lt=now - LEFT,
        asker=PrivacyRequest.Asker.PERSON,
        right__in=rules.BY_ITSELF,
    ).exclude(steps__kind=Kind.FAILED)  # what went wrong once waits for staff
    done = 0
    for request in left.order_by("due_at", "id").values_list("id", flat=True)[:PORTION]:
        with contextlib.suppress(UnableToDo):  # somebody was quicker, or the person is gone
            run(request=request, actor=actors.SYSTEM, at=now)
            done += 1
    return done


def is_copy(row: PrivacyRequest) -> bool:
    """Whether the answer to it is a file."""
    return row.right in rules.COPIES
