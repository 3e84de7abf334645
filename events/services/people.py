"""Whose events are they? A batch of calls in inbox order: everybody who is named, then every visitor, set-wise.

What comes out is what one call after the other would have made, so that the borders of batches do not matter (ADR 12):
people are recognised in inbox order whatever time their events bear, calls of several sources that touch the same
people are taken in waves, and who was forgotten stays so until their own act.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings

from cdp.core import pipeline
from cdp.core.models import Source
from customers.rules import identifiers, people, unreadable
from customers.rules.matching import Key
from customers.rules.people import Person
from customers.selectors import identifiers as holding
from customers.selectors import lineage
from customers.selectors import suppressions as barring
from customers.services import buckets, identity, suggestions, suppressions
from customers.services.identity import visitors
from customers.services.identity.visitors import Visitor
from events.rules import visits
from events.rules.tracking import Tracked


class Call(NamedTuple):
    """One event, whether it may be kept with a person, and when it was received."""

    event: Tracked
    may_measure: bool
    received_at: dt.datetime


class Owner(NamedTuple):
    """Whose an event is, and the digest of the identifier that told it (None: nobody's)."""

    customer: uuid.UUID
    resolved_by: bytes | None


@dataclass(slots=True)
class Told:
    """What a call of a source tells of whose it is. An alias also tells `previous`, another id of the same person."""

    call: Call
    source: Source
    person: Person | None
    keys: list[Key]
    anonymous: str = ""
    previous: str = ""
    visitors: dict[str, bytes] = field(default_factory=dict)  # digests of both, where they are there
    only_repeats: bool = False  # tells nothing of a person but the id

    @property
    def digests(self) -> set[bytes]:
        """Everything by which the call names somebody."""
        return {key.digest for key in self.keys} | set(self.visitors.values())

    def forget(self) -> None:
        """It names nobody."""
        self.person, self.keys, self.anonymous, self.previous, self.visitors = None, [], "", "", {}
        self.only_repeats = False


class Reader:
    """Reads what calls tell, standardised as at every door."""

    def __init__(self, now: dt.datetime) -> None:
        """For one batch."""
        self._rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=now.date())
        self._keyers: dict[uuid.UUID, identity.Keys] = {}

    def read(self, call: Call, source: Source) -> Told:
        """What one call tells."""
        if source.id not in self._keyers:
            self._keyers[source.id] = identity.Keys(source)
        person, only_repeats = _person(call, self._rules)
        told = Told(call, source, person, self._keyers[source.id](person) if person else [], only_repeats=only_repeats)
        if call.may_measure:
            told.anonymous = kept(call.event.anonymous_id)
            told.previous = kept(call.event.previous_id) if call.event.kind == "alias" and person else ""
            told.visitors = {one: visitors.digest(one) for one in (told.anonymous, told.previous) if one}
        return told


def within(told: Sequence[Told], *, joins: int, waves: int) -> int:
    """How many of the calls, from the first, make at most `joins` visitors or known people one with somebody else, and
    are taken in at most `waves`: both say how long a transaction holds its locks. At least one.
    """
    waiting = visitors.waiting({visitor for one in told if one.person for visitor in one.visitors})
    met: set[str] = set()
    meetings = 0
    most = len(told)
    for place, (one, people_met) in enumerate(zip(told, _meetings(told), strict=True)):
        met |= one.visitors.keys() & waiting if one.person else set()
        meetings += people_met
        if len(met) + meetings > joins and place:
            most = place
            break
    ends = [wave[-1] + 1 for wave in _waves(told[:most])]
    return ends[waves - 1] if len(ends) > waves else most


def _meetings(told: Sequence[Told]) -> list[int]:
    """How many people each call makes one at most: those whom its identifiers name beside the first. No phone does."""
    named = [[key.digest for key in one.keys if key.kind != "phone"] for one in told]
    linked = {digest for digests in named if len(digests) > 1 for digest in digests}
    if not linked:
        return [0] * len(told)
    whose: dict[bytes, object] = dict(holding.owners(linked))
    into: dict[object, object] = {}

    def standing(who: object) -> object:
        while who in into:
            who = into[who]
        return who

    found = []
    for digests in named:
        there = dict.fromkeys(standing(whose[digest]) for digest in digests if digest in whose)
        found.append(max(len(there) - 1, 0))
        first = next(iter(there), digests[0] if digests else None)  # somebody new is as good as called by the digest
        into.update((other, first) for other in there if other != first)
        whose.update((digest, first) for digest in digests if digest in linked)
    return found


def resolve(told: Sequence[Told], *, now: dt.datetime) -> list[Owner]:
    """The owner of each event, in order. People and visitors are made, profiles changed by traits; in a transaction.

    An event without permission to measure, or whose ids stand for nobody ("null", "guest"), or of somebody who was
    forgotten, belongs to a bucket.
    """
    found: dict[int, Owner] = {}
    waves = list(_waves(told))
    for wave in waves:
        by_source: dict[uuid.UUID, list[int]] = {}
        for place in wave:
            by_source.setdefault(told[place].source.id, []).append(place)
        for places in by_source.values():
            owners = _of_source([told[place] for place in places], now)
            found.update(zip(places, owners, strict=True))
    owners = [found[place] for place in range(len(told))]
    if len(waves) < 2:
        return owners
    stands = lineage.standing({owner.customer for owner in owners} - _BUCKETS)
    return [owner._replace(customer=stands.get(owner.customer, owner.customer)) for owner in owners]


def _waves(told: Sequence[Told]) -> Iterator[list[int]]:
    """Positions in order, cut where a call touches people whom another source has touched since the last cut.

    Within a source the order holds by itself; sources that have nobody in common need none.
    """
    if len({one.source.id for one in told}) < 2:  # one source, or none
        if told:
            yield list(range(len(told)))
        return
    owners = holding.owners({digest for one in told for digest in one.digests})
    # Of a household's phone any holder may be meant: which one, the name says only when the call is judged.
    households = holding.households({key.digest for one in told for key in one.keys if key.kind == "phone"})
    touched: dict[object, uuid.UUID] = {}
    wave: list[int] = []
    for place, one in enumerate(told):
        touches: set[object] = {owners.get(digest, digest) for digest in one.digests} | one.digests
        touches.update(*(households.get(key.digest, ()) for key in one.keys))
        if any(touched.get(what, one.source.id) != one.source.id for what in touches):
            yield wave
            touched, wave = {}, []
        touched.update(dict.fromkeys(touches, one.source.id))
        wave.append(place)
    if wave:
        yield wave


def _of_source(told: Sequence[Told], now: dt.datetime) -> list[Owner]:
    """The owners of calls of one source."""
    source = told[0].source
    lifted = _leave_out_forgotten(told)
    users = _users_before(told)
    owners = _named(told, source, now, is_back=bool(lifted))
    named = [None if owner is None else owner.customer for owner in owners]
    seen = _seen(told, named, users, source, now)
    known = visitors.resolve(seen, source=source, now=now) if seen else {}
    back = [(digest, known[one]) for each in told for one, digest in each.visitors.items() if digest in lifted]
    suppressions.lift((pair for pair in back if pair[1] not in _BUCKETS), source=source, at=now)
    found = []
    for one, owner in zip(told, owners, strict=True):
        if owner is not None:
            # Somebody new is known by the strongest of what was told.
            found.append(owner if owner.resolved_by else owner._replace(resolved_by=one.keys[0].digest))
        elif one.anonymous:
            found.append(Owner(known[one.anonymous], one.visitors[one.anonymous]))
        else:
            event = one.call.event
            found.append(Owner(buckets.bucket_for(event.anonymous_id or event.user_id), None))
    return found


_BUCKETS = frozenset(buckets.IDS)


def _leave_out_forgotten(told: Sequence[Told]) -> set[bytes]:
    """Take out what names somebody who was forgotten. Returns the digests that come back: of an identify that was
    received since, which is the person's own act.
    """
    barred = barring.since({digest for one in told for digest in one.digests})
    lifted: set[bytes] = set()
    if not barred:
        return lifted
    for one in told:
        mine = one.digests & barred.keys() - lifted
        if not mine:
            continue
        if one.call.event.kind == "identify" and one.call.received_at > max(barred[digest] for digest in mine):
            lifted |= mine
        elif any(key.digest in mine for key in one.keys):
            one.forget()
        else:  # only the browser is one that somebody forgotten had
            one.visitors = {visitor: digest for visitor, digest in one.visitors.items() if digest not in mine}
            one.anonymous = one.anonymous if one.anonymous in one.visitors else ""
            one.previous = one.previous if one.previous in one.visitors else ""
    return lifted


def _users_before(told: Sequence[Told]) -> dict[int, uuid.UUID | int]:
    """For each alias whose previous id is a user of this source by then: the customer, or which call named them."""
    aliases = [place for place, one in enumerate(told) if one.previous]
    if not aliases:
        return {}
    scope = told[0].source.key
    digests = {place: holding.digest("external_id", told[place].previous, scope) for place in aliases}
    owners = holding.owners(set(digests.values()))
    named: dict[bytes, int] = {}
    found: dict[int, uuid.UUID | int] = {}
    for place, one in enumerate(told):
        if place in digests:
            known = owners.get(digests[place], named.get(digests[place]))
            if known is not None:
                found[place] = known
        for key in one.keys:
            if key.kind == "external_id":
                named.setdefault(key.digest, place)
    return found


def _named(told: Sequence[Told], source: Source, now: dt.datetime, *, is_back: bool) -> list[Owner | None]:
    """The customer of each call that names somebody, and by which identifier they were known before it.

    Most calls only repeat an id, and most of those the id of somebody known: they tell nothing that resolving could
    write, so that looking up is enough. An id that nobody has yet is asked once.
    """
    repeated = {one.keys[0].digest for one in told if one.only_repeats}
    # Somebody who comes back from being forgotten has something to be written.
    known = {} if is_back else holding.owners(repeated)
    order: list[Person] = []
    positions: list[int | bytes | None] = []
    first: dict[str, int] = {}
    for one in told:
        person = one.person
        if person is None:
            positions.append(None)
        elif one.only_repeats:
            if (digest := one.keys[0].digest) in known:
                positions.append(digest)
                continue
            if person.external_id not in first:
                first[person.external_id] = len(order)
                order.append(person)
            positions.append(first[person.external_id])
        else:
            positions.append(len(order))
            if person.external_id:
                first.setdefault(person.external_id, len(order))
            order.append(person)
    customers: list[Owner | None] = []
    if order:
        # A key that pages carry is anybody's: what it tells never makes two known customers one.
        joins, only_fills = not source.allowed_origins, source.known_people == Source.KnownPeople.FILL
        teller = identity.Teller.SELF if is_back else identity.Teller.OTHERS
        resolutions = identity.resolve_many(
            order, source=source, now=now, lane=pipeline.INTERACTIVE, teller=teller, joins=joins, only_fills=only_fills
        )
        customers = [
            None if who.outcome is identity.Outcome.SUPPRESSED else Owner(who.customer, who.by) for who in resolutions
        ]
        if joins and known:
            known = holding.owners(known)  # what the others told may have made two of them one
    return [
        Owner(known[found], found) if isinstance(found, bytes) else None if found is None else customers[found]
        for found in positions
    ]


def _seen(
    told: Sequence[Told],
    named: Sequence[uuid.UUID | None],
    users: dict[int, uuid.UUID | int],
    source: Source,
    now: dt.datetime,
) -> list[Visitor]:
    """The visitors in order, with whom each turned out to be.

    Two ids of known people that an alias says are one stay two, because nobody has two numbers of one source: a
    steward is asked.
    """
    seen, pairs = [], []
    for place, (one, customer) in enumerate(zip(told, named, strict=True)):
        fact = f"event:{one.call.event.message_id}"
        if one.anonymous:
            seen.append(Visitor(one.anonymous, customer, fact))
        if not one.previous or customer is None:
            continue
        user = users.get(place)
        other = named[user] if isinstance(user, int) else user
        if other is None:
            seen.append(Visitor(one.previous, customer, fact))
        elif other != customer:
            pairs.append((customer, other))
    if pairs:
        suggestions.ask(pairs, source=source, at=now)
    return seen


def kept(raw: str, kind: str = "anonymous_id") -> str:
    """An id as it is kept; empty where it stands for nobody ("null", "guest")."""
    try:
        return identifiers.normalise(kind, raw) if raw else ""
    except unreadable.Unreadable:
        return ""


def _person(call: Call, rules: people.Rules) -> tuple[Person | None, bool]:
    """The person a call names, standardised as at every door, and whether it tells nothing of them but the id; None
    when it names nobody or may not.
    """
    if not call.may_measure:
        return None, False
    raw, external_id = visits.person_of(call.event), kept(call.event.user_id, "external_id")
    # Of two words about the same field the later one holds, whichever came first.
    told_at, told_by = call.event.occurred_at, f"event:{call.event.message_id}"
    person = Person(external_id=external_id, told_at=told_at, told_by=told_by)
    if not raw:
        return (person, True) if external_id else (None, False)
    whole, _faults = people.clean(raw, rules)
    whole.external_id, whole.told_at, whole.told_by = external_id, told_at, told_by
    return (whole, whole == person) if whole.is_identified else (None, False)
