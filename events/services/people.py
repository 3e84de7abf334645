"""Whose events are they? A batch of calls in order: everybody who is named, then every visitor, set-wise."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings

from cdp.core import pipeline
from cdp.core.models import Source
from customers.rules import identifiers, people, unreadable
from customers.rules.people import Person
from customers.services import buckets, identity
from customers.services.identity import visitors
from customers.services.identity.visitors import Visitor
from events.rules import visits
from events.rules.tracking import Tracked


class Call(NamedTuple):
    """One event, and whether it may be kept with a person."""

    event: Tracked
    may_measure: bool


class Owner(NamedTuple):
    """Whose an event is, and the digest of the identifier that told it (None: nobody's)."""

    customer: uuid.UUID
    resolved_by: bytes | None


def resolve(calls: Sequence[Call], *, source: Source, now: dt.datetime) -> list[Owner]:
    """The owner of each event, in order. People and visitors are made, profiles changed by traits; in a transaction.

    An event without permission to measure, or whose ids stand for nobody ("null", "guest"), belongs to a bucket.
    """
    rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=now.date())
    told = [_person(call, rules) for call in calls]
    named = _named(calls, told, source, now)
    known = _visitors(calls, named, source, now)
    found = []
    for call, person, customer in zip(calls, told, named, strict=True):
        anonymous = _anonymous(call)
        if customer is not None and person is not None:
            found.append(Owner(customer, identity.keys_of(person, source)[0].digest))
        elif anonymous:
            found.append(Owner(known[anonymous], visitors.digest(anonymous)))
        else:
            event = call.event
            found.append(Owner(buckets.bucket_for(event.anonymous_id or event.user_id), None))
    return found


def within(calls: Sequence[Call], *, joins: int) -> int:
    """How many of the calls, from the first, make at most `joins` visitors one with the person they turned out to be.

    A merge is some dozens of statements, so their number says how long a transaction holds its locks. At least one.
    """
    told = [_tells(call) for call in calls]
    waiting = visitors.waiting({visitor for ids in told for visitor in ids})
    met: set[str] = set()
    for place, ids in enumerate(told):
        met |= ids & waiting
        if len(met) > joins and place:
            return place
    return len(calls)


def _tells(call: Call) -> set[str]:
    """The anonymous ids of which a call may tell whose they are."""
    event = call.event
    if not (call.may_measure and (event.user_id or visits.person_of(event))):
        return set()
    previous = _id(event.previous_id) if event.kind == "alias" else ""
    return {found for found in (_anonymous(call), previous) if found}


def _named(
    calls: Sequence[Call], told: Sequence[Person | None], source: Source, now: dt.datetime
) -> list[uuid.UUID | None]:
    """The customer of each call that names somebody. What only repeats an id is asked once."""
    order: list[Person] = []
    positions: list[int | None] = []
    plain: dict[str, int] = {}
    for person in told:
        if person is None:
            positions.append(None)
        elif _only_repeats(person):
            if person.external_id not in plain:
                plain[person.external_id] = len(order)
                order.append(person)
            positions.append(plain[person.external_id])
        else:
            positions.append(len(order))
            if person.external_id:
                plain.setdefault(person.external_id, len(order))
            order.append(person)
    if not order:
        return [None] * len(calls)
    resolutions = identity.resolve_many(order, source=source, now=now, lane=pipeline.INTERACTIVE)
    return [None if position is None else resolutions[position].customer for position in positions]


def _only_repeats(person: Person) -> bool:
    """Whether a call tells nothing of a person but the id."""
    only = Person(external_id=person.external_id, told_at=person.told_at, told_by=person.told_by)
    return bool(person.external_id) and person == only


def _visitors(
    calls: Sequence[Call], named: Sequence[uuid.UUID | None], source: Source, now: dt.datetime
) -> dict[str, uuid.UUID]:
    seen = []
    for call, customer in zip(calls, named, strict=True):
        anonymous = _anonymous(call)
        if anonymous:
            seen.append(Visitor(anonymous, customer))
        if call.event.kind == "alias" and customer is not None and (previous := _id(call.event.previous_id)):
            seen.append(Visitor(previous, customer))
    return visitors.resolve(seen, source=source, now=now) if seen else {}


def _anonymous(call: Call) -> str:
    return _id(call.event.anonymous_id) if call.may_measure else ""


def _id(raw: str) -> str:
    try:
        return identifiers.normalise("anonymous_id", raw) if raw else ""
    except unreadable.Unreadable:
        return ""


def _person(call: Call, rules: people.Rules) -> Person | None:
    """The person a call names, standardised as at every door; None when it names nobody or may not."""
    if not call.may_measure:
        return None
    raw = visits.person_of(call.event)
    if call.event.user_id:
        raw["external_id"] = call.event.user_id
    if not raw:
        return None
    person, _faults = people.clean(raw, rules)
    # Of two words about the same field the later one holds, whichever came first.
    person.told_at, person.told_by = call.event.occurred_at, f"event:{call.event.message_id}"
    return person if person.is_identified else None
