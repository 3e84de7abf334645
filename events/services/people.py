"""Whose events are they? A batch of calls in inbox order: everybody who is named, then every visitor, set-wise.

What comes out is what one call after the other would have made, so that the borders of batches do not matter (ADR 12):
people are recognised in inbox order whatever time their events bear, calls of several sources that touch the same
people are taken in waves, and who was forgotten stays so until their own act.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence

from cdp.core import pipeline
from cdp.core.models import Source
from customers.rules.people import Person
from customers.selectors import identifiers as holding
from customers.selectors import lineage
from customers.selectors import suppressions as barring
from customers.services import buckets, identity, suggestions, suppressions
from customers.services.identity import visitors
from customers.services.identity.visitors import Visitor
from events.services.hearing import Told
from events.services.recording import Owner


def within(told: Sequence[Told], *, joins: int, waves: int) -> int:
    """How many of the calls, from the first, make at most `joins` visitors or known people one with somebody else, and
    are taken in at most `waves`: both say how long a transaction holds its locks. At least one.
    """
    waiting = visitors.waiting({visitor for one in told if one.key for visitor in one.visitors})
    meetings_of = _meetings(told)
    if not waiting and not any(meetings_of):
        return _in_time(told, len(told), waves)
    met: set[str] = set()
    meetings = 0
    most = len(told)
    for place, (one, people_met) in enumerate(zip(told, meetings_of, strict=True)):
        met |= one.visitors.keys() & waiting if one.key else set()
        meetings += people_met
        if len(met) + meetings > joins and place:
            most = place
            break
    return _in_time(told, most, waves)


def _in_time(told: Sequence[Told], most: int, waves: int) -> int:
    ends = [wave[-1] + 1 for wave in _waves(told[:most])]
    return ends[waves - 1] if len(ends) > waves else most


def _meetings(told: Sequence[Told]) -> list[int]:
    """How many people each call makes one at most: those whom its identifiers name beside the first. No phone does."""
    if not any(len(one.all_keys) > 1 for one in told):
        return [0] * len(told)
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
    waves = list(_waves(told))
    if len(waves) == 1 and len({one.source.key for one in told}) == 1:
        return _of_source(told, now)
    found: dict[int, Owner] = {}
    for wave in waves:
        by_source: dict[str, list[int]] = {}
        for place in wave:
            by_source.setdefault(told[place].source.key, []).append(place)
        for places in by_source.values():
            owners = _of_source([told[place] for place in places], now)
            found.update(zip(places, owners, strict=True))
    owners = [found[place] for place in range(len(told))]
    if len(waves) < 2:
        return owners
    stands = lineage.standing({owner.customer for owner in owners} - buckets.ALL)
    return [owner._replace(customer=stands.get(owner.customer, owner.customer)) for owner in owners]


def _waves(told: Sequence[Told]) -> Iterator[list[int]]:
    """Positions in order, cut where a call touches people whom another source has touched since the last cut.

    Within a source the order holds by itself; sources that have nobody in common need none.
    """
    if len({one.source.key for one in told}) < 2:  # one source, or none
        if told:
            yield list(range(len(told)))
        return
    owners = holding.owners({digest for one in told for digest in one.digests})
    # Of a household's phone any holder may be meant: which one, the name says only when the call is judged.
    households = holding.households({key.digest for one in told for key in one.keys if key.kind == "phone"})
    touched: dict[object, str] = {}
    wave: list[int] = []
    for place, one in enumerate(told):
        touches: set[object] = {owners.get(digest, digest) for digest in one.digests} | one.digests
        touches.update(*(households.get(key.digest, ()) for key in one.keys))
        if any(touched.get(what, one.source.key) != one.source.key for what in touches):
            yield wave
            touched, wave = {}, []
        touched.update(dict.fromkeys(touches, one.source.key))
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
    suppressions.lift((pair for pair in back if pair[1] not in buckets.ALL), source=source, at=now)
    found = []
    for one, owner in zip(told, owners, strict=True):
        if owner is not None:
            # Somebody new is known by the strongest of what was told.
            found.append(owner if owner.resolved_by else owner._replace(resolved_by=one.key))
        elif one.anonymous:
            found.append(Owner(known[one.anonymous], one.visitors[one.anonymous]))
        else:
            found.append(Owner(buckets.bucket_for(one.raw_id), None))
    return found


def _leave_out_forgotten(told: Sequence[Told]) -> set[bytes]:
    """Take out what names somebody who was forgotten. Returns the digests that come back: of an identify that was
    received since, which is the person's own act.
    """
    named: set[bytes] = set()
    for one in told:
        if one.key:
            named.add(one.key)
        if one.all_keys or one.visitors:
            named |= one.digests
    barred = barring.since(named)
    lifted: set[bytes] = set()
    if not barred:
        return lifted
    for one in told:
        mine = one.digests & barred.keys() - lifted
        if not mine:
            continue
        if one.kind == "identify" and one.received_at > max(barred[digest] for digest in mine):
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
    repeated = {one.key for one in told if one.external_id}
    # Somebody who comes back from being forgotten has something to be written.
    known = {} if is_back else holding.owners(repeated)
    order: list[Person] = []
    positions: list[int | bytes | None] = []
    first: dict[str, int] = {}
    for one in told:
        if not one.key:
            positions.append(None)
        elif one.person is None:
            if (digest := one.key) in known:
                positions.append(digest)
                continue
            if one.external_id not in first:
                first[one.external_id] = len(order)
                order.append(one.named())
            positions.append(first[one.external_id])
        else:
            positions.append(len(order))
            if one.person.external_id:
                first.setdefault(one.person.external_id, len(order))
            order.append(one.person)
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
        if one.anonymous:
            seen.append(Visitor(one.anonymous, customer, one.fact))
        if not one.previous or customer is None:
            continue
        user = users.get(place)
        other = named[user] if isinstance(user, int) else user
        if other is None:
            seen.append(Visitor(one.previous, customer, one.fact))
        elif other != customer:
            pairs.append((customer, other))
    if pairs:
        suggestions.ask(pairs, source=source, at=now)
    return seen
