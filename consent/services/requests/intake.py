"""A request begins: whose, which right, under which law, until when."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from consent.models import PrivacyChange, PrivacyRequest, Right
from consent.rules import deadlines
from consent.rules import requests as rules
from consent.rules.jurisdiction import Candidate
from consent.selectors import calendars, jurisdiction
from consent.services.requests import letters, rectifying, running, steps
from consent.services.requests.steps import Kind, UnableToDo, Words
from customers.selectors import lineage
from customers.services import standing

IDENTITIES = ("code", "id_card", "knows_order", "mandate", "guardian_proof", "rest", "")
OLDEST = timedelta(days=90)
"""A letter may have lain; what is older than that was not forgotten for a day but mistyped."""


@dataclass(frozen=True)
class Ask:
    """What somebody wants. `identity` is how it was made sure that it is them, empty as long as it was not."""

    customer: uuid.UUID
    right: str
    door: str
    language: str
    identity: str = ""
    asker: str = PrivacyRequest.Asker.PERSON
    words: Words = field(default_factory=Words)
    changes: Mapping[str, str] = field(default_factory=dict, repr=False)
    received_at: datetime | None = None  # when it came, where that was before now (a letter)


@dataclass(frozen=True)
class Begun:
    """The request, and whether it is new: asked for again while it is open it is the same one. `is_ready` says that
    from now on it is sure who asks, so that what needs nobody to look at it may be done.
    """

    request: PrivacyRequest
    is_new: bool
    is_ready: bool = False


def begin(ask: Ask, *, actor: Actor, at: datetime) -> Begun:
    """Take a request. The clock runs from when it came. What needs nobody to look at it is done at once, and what
    cannot be done yet stays open with its reason. Raises UnableToDo.
    """
    with transaction.atomic():
        begun = _begin(ask, actor=actor, at=at)
    if begun.is_ready:
        running.run(request=begun.request.id, actor=actor, at=at)
        begun.request.refresh_from_db()
    return begun


def _begin(ask: Ask, *, actor: Actor, at: datetime) -> Begun:
    if ask.right not in Right.values:
        raise UnableToDo(_("Choose what you want."), code="right")
    received = ask.received_at or at
    if not at - OLDEST <= received <= at:
        raise UnableToDo(_("The day on which it came lies too far back, or in the future."), code="received_at")
    if ask.asker != PrivacyRequest.Asker.PERSON and not ask.words.proof:
        raise UnableToDo(_("Write by what the guardian or agent may ask."), code="proof")
    if ask.right == Right.RECTIFICATION and not ask.changes and not ask.words.said:
        raise UnableToDo(_("Write what should be corrected."), code="changes")
    here = standing.hold([ask.customer]).get(ask.customer)
    if here is None:
        raise UnableToDo(_("There is no such customer, or the customer was erased."), code="customer")
    standing.queue([here])  # two windows of one person, one after the other
    before = PrivacyRequest.objects.filter(
        customer_id__in=lineage.of(here), right=ask.right, closed_at__isnull=True
    ).first()
    if before is not None:
        return _again(before, ask, actor=actor, at=at)
    clock, due, law = _soonest(here, right=ask.right, received_at=received)
    pack = law.pack
    request = PrivacyRequest(
        id=ids.uuid7(),
        reference=rules.reference(),
        customer_id=here,
        right=ask.right,
        door=ask.door,
        asker=ask.asker,
        language=ask.language[:2],
        received_at=received,
        identity_method=ask.identity,
        proved_at=at if ask.identity else None,
        pack=pack.key,
        pack_version=pack.version,
        country=law.calendar,
        rule=msgspec.to_builtins(clock),
        due_at=deadlines.end_of(due, clock.zone),
    )
    request.words = steps.seal_words(request, ask.words)
    request.save(force_insert=True)
    steps.add(
        request,
        Kind.RECEIVED,
        actor=actor,
        at=at,
        details={"door": ask.door, "law": pack.key, "version": pack.version, "due": due.isoformat()},
        action=audit.Action.REQUEST_RECEIVED,
    )
    if ask.identity:
        steps.add(request, Kind.PROVED, actor=actor, at=at, details={"method": ask.identity})
    if ask.right == Right.RECTIFICATION:
        rectifying.propose(request, ask.changes)
    is_ready = _is_ready(request)
    # What is done in the same moment is told by the answer alone, also where a kill lets it wait for `running.tidy`.
    # A copy takes a moment: its receipt goes if the answer has not come by then.
    if not (is_ready and ask.right in rules.AT_ONCE) and letters.tell(
        request, letters.RECEIVED, at=at, can_cancel=not is_ready, due_at=at + letters.SOON if is_ready else None
    ):
        steps.add(request, Kind.ACKNOWLEDGED, actor=actor, at=at, details={"way": ask.words.reach[0]})
    return Begun(request, is_new=True, is_ready=is_ready)


def _again(before: PrivacyRequest, ask: Ask, *, actor: Actor, at: datetime) -> Begun:
    """Asked for again. Who proves now who they are proves it for the first time, too, and has the answer sent to where
    they proved it: a letter that lay at the desk, say, and then the code at /my-data/. What a correction wanted before
    was nobody's word, so it gives way to what is wanted now: else a stranger's letter would be proved by the person.
    """
    row = steps.locked(before.id)
    if row.closed_at or row.proved_at or not ask.identity:
        return Begun(row, is_new=False)
    told = steps.words(row)
    reach = ask.words.reach if ask.words.reach[1] else told.reach
    said = ask.words.said or told.said
    if row.right == Right.RECTIFICATION:
        said = ask.words.said
        PrivacyChange.objects.filter(request=row).delete()
        rectifying.propose(row, ask.changes)
    steps.save(
        row,
        asker=ask.asker,
        identity_method=ask.identity,
        proved_at=at,
        words=steps.seal_words(row, replace(told, said=said, reach=reach, proof=ask.words.proof)),
    )
    steps.add(row, Kind.PROVED, actor=actor, at=at, details={"method": ask.identity})
    return Begun(row, is_new=False, is_ready=_is_ready(row))


def _is_ready(row: PrivacyRequest) -> bool:
    is_open = row.state == PrivacyRequest.State.OPEN
    return is_open and rules.runs_by_itself(row.right, asker=row.asker, is_proved=row.proved_at is not None)


def _soonest(customer: uuid.UUID, *, right: str, received_at: datetime) -> tuple[deadlines.Clock, date, Candidate]:
    """The clock that ends first of those of the laws that may hold, its last day, and its law."""
    found = []
    for law in jurisdiction.of_customer(customer).candidates:
        clock, is_holiday = law.pack.clock(right), calendars.of(law.pack, law.calendar)
        found.append((clock, deadlines.due_on(clock, received_at=received_at, is_holiday=is_holiday), law))
    return min(found, key=lambda one: deadlines.end_of(one[1], one[0].zone))


def prove(*, request: uuid.UUID, identity: str, actor: Actor, at: datetime) -> PrivacyRequest:
    """Staff made sure who asked. Raises UnableToDo."""
    with transaction.atomic():
        row = steps.open_(request)
        if identity not in IDENTITIES or not identity:
            raise UnableToDo(_("Choose how you made sure who asks."), code="identity")
        if not row.proved_at:
            steps.save(row, identity_method=identity, proved_at=at)
            steps.add(row, Kind.PROVED, actor=actor, at=at, details={"method": identity})
    return row
