"""The inbox becomes facts: open, read, drop repeats, find out whose, write, count, delete; one transaction a batch.

One drain at a time, in inbox order, so that the borders of batches do not matter. A drain that is killed leaves the
inbox as it was. Where much waits, a process beside this one opens, judges and spells the next batch (ADR 7).
"""

import contextlib
import datetime as dt
import functools
import uuid
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from django.db import Error, connection, transaction

from cdp.core import apart, copying, ids, memory, pipeline
from events.models import InboxRow, RejectedEvent
from events.rules import tracking
from events.services import deduplication, groups, inbox, people, permission, reading, recording
from events.services.reading import Batch, Read, Request

log = structlog.get_logger("inbox")

_LOCK = 0x0CD_1B0C
EVENTS = 5000
"""Events of one transaction: a third of a second, unless people log in (JOINS)."""
JOINS = 500
"""Visitors of one transaction who turn out to be somebody, and people who turn out to be one: their history changes
hands, about 2 ms each (ADR 12). The batch ends before the event that exceeds it, within a request if need be, so that
nobody waits long for its locks.
"""
WAVES = 25
"""Times that sources which tell of the same people may take turns in one transaction: some sixty statements each."""
MUCH = 4 * EVENTS
"""Events from which on a process beside this one reads ahead: what it gains is more than what starting it costs."""
TRIES = 32
"""Events of a request that are set aside one after another, before it is taken for one fault as a whole."""


@dataclass(slots=True)
class Drained:
    """What one batch came to, in events."""

    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    refused: int = 0
    unconsented: int = 0
    is_whole: bool = True  # False: it ended before its last event, and the rest waits where it was

    def and_(self, other: "Drained") -> "Drained":
        """Both together."""
        return Drained(
            self.rows + other.rows,
            self.stored + other.stored,
            self.duplicates + other.duplicates,
            self.refused + other.refused,
            self.unconsented + other.unconsented,
            other.is_whole,
        )


def drain(*, now: dt.datetime, events: int = EVENTS) -> Drained | None:
    """Work off the oldest of the inbox, about `events` events. None when another drain is at work.

    When a batch cannot be digested it is halved until the one event at fault is found; that one goes to the
    quarantine, so that nobody else waits for it.
    """
    with memory.collecting_when_told():
        return _digest(reading.oldest(events).ids, now)


def work_off(*, now: Callable[[], dt.datetime]) -> Generator[Drained | None, None, None]:
    """Batch after batch, until nothing waits; None as the last when another drain is at work. `now` is read for each.

    Close the iterator when you stop before its end.
    """
    is_whole = True
    while True:
        # Where batches end early (JOINS) what was read ahead would be read for nothing.
        if is_whole and not connection.in_atomic_block and reading.is_long(MUCH):
            yield from _with_reader(now)
        done = drain(now=now())
        yield done
        if done is None or not done.rows:
            return
        is_whole = done.is_whole


def _with_reader(now: Callable[[], dt.datetime]) -> Iterator[Drained]:
    """Batches that a process beside this one reads, up to the first that cannot be taken as it was read: the caller
    looks at the inbox anew.
    """
    with contextlib.ExitStack() as until_the_end:
        try:
            batches = until_the_end.enter_context(apart.running(functools.partial(reading.ahead, EVENTS, now=now)))
        except apart.Died as problem:
            log.warning("no process can read the inbox ahead", fault=str(problem.__cause__))
            return
        while True:
            with memory.collecting_when_told():
                done = _next(batches, now)
            if done is None:
                return
            yield done
            if not done.is_whole:
                return


def _next(batches: Iterator[Batch], now: Callable[[], dt.datetime]) -> Drained | None:
    try:
        batch = next(batches, None)
    except (apart.Died, Error, *pipeline.INDIGESTIBLE) as problem:
        log.warning("the process that reads the inbox ahead ended", fault=type(problem).__name__)
        return None
    if batch is None:
        return None
    try:
        with transaction.atomic():
            return _settle(batch, now()) if _alone() and reading.are_next(batch.requests) else None
    except pipeline.INDIGESTIBLE:
        return None  # the caller finds the event at fault


def _digest(wanted: Sequence[uuid.UUID], now: dt.datetime) -> Drained | None:
    try:
        return _work(wanted, now)
    except pipeline.INDIGESTIBLE as problem:
        if len(wanted) == 1:
            log.exception("a request of the inbox cannot be digested", row=str(wanted[0]), exc_info=problem)
            return _digest_apart(wanted[0], now)
    middle = len(wanted) // 2
    first = _digest(wanted[:middle], now)
    if first is None or not first.is_whole:
        return first  # what follows may not overtake the rest
    second = _digest(wanted[middle:], now)
    return first if second is None else first.and_(second)


def _digest_apart(wanted: uuid.UUID, now: dt.datetime) -> Drained | None:
    """A request with events at fault: what lies before one is worked off, by halves, then it is set aside alone, then
    what follows, in strides that grow. Where TRIES events in a row are at fault, so is the rest.
    """
    done, barren, stride = Drained(), 0, 1
    size = within = _size(wanted)  # the first `within` events are known to hold one at fault
    while size and barren < TRIES:
        most = within // 2 if within else min(stride, size)
        part = None
        if most:
            try:
                part = _work([wanted], now, most=most)
            except pipeline.INDIGESTIBLE:
                within = most
                continue
            barren, stride = 0, most * 2
        else:
            part = _set_aside(wanted, now, most=1)
            barren, stride = barren + 1, 1
        if part is None:
            return None  # another drain is at work
        done, left = done.and_(part), _size(wanted)
        size, within = left, max(within - (size - left), 0)
    rest = _set_aside(wanted, now) if size else None
    return done if rest is None else done.and_(rest)


def _size(wanted: uuid.UUID) -> int:
    """How many events of a request wait."""
    return InboxRow.objects.filter(id=wanted).values_list("accepted", flat=True).first() or 0


def _work(wanted: Sequence[uuid.UUID], now: dt.datetime, *, most: int | None = None) -> Drained | None:
    with transaction.atomic():
        if not _alone():
            return None
        batch = reading.read(wanted, now=now, most=most)
        if not batch.requests:
            return None if wanted else Drained()  # another drain did them since we looked
        return _settle(batch, now)


def _settle(batch: Batch, now: dt.datetime) -> Drained:
    """Everything that a batch changes; in the transaction of who is alone with the inbox."""
    _end_early(batch)
    fresh = _without_repeats(batch, now)
    _write(fresh, now)
    return _finish(batch, fresh, now)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _end_early(batch: Batch) -> None:
    """Leave to the next batch what would make more than JOINS visitors somebody, or takes more than WAVES."""
    keeps = people.within([read.told for read in batch.events], joins=JOINS, waves=WAVES)
    if keeps == len(batch.events):
        return
    edge = batch.events[keeps]
    batch.is_whole, batch.events, batch.rest = False, batch.events[:keeps], edge.place or None
    after = (edge.request.id, edge.place)
    batch.refused = [refused for refused in batch.refused if (refused[0].id, refused[1]) < after]
    batch.unconsented = [(request, place) for request, place in batch.unconsented if (request.id, place) < after]
    batch.requests = [request for request in batch.requests if (request.id, 0) < after]


def _rest_of(request: Request, place: int) -> InboxRow:
    """The request with its events from that place on; `request` keeps those before."""
    row = InboxRow.objects.get(id=uuid.UUID(bytes=request.id))
    parcel = inbox.open_parcel(bytes(row.sealed), row=row.id, source=row.source_id)
    rest = msgspec.structs.replace(parcel, events=parcel.events[place:], first=parcel.first + place)
    row.sealed = inbox.seal_parcel(rest, row=row.id, source=row.source_id)
    row.accepted, row.rejected, row.unconsented = request.accepted - place, 0, 0
    request.accepted = place
    return row


def _without_repeats(batch: Batch, now: dt.datetime) -> list[Read]:
    unseen = deduplication.claim((read.digest for read in batch.events), now=now)
    if len(unseen) == len(batch.events):
        return batch.events
    fresh = []
    for read in batch.events:
        if read.digest in unseen:
            unseen.discard(read.digest)
            fresh.append(read)
    return fresh


def _write(fresh: Sequence[Read], now: dt.datetime) -> None:
    told = [read.told for read in fresh]
    owners = people.resolve(told, now=now)
    by_source: dict[str, list[tuple[tracking.Tracked, uuid.UUID]]] = defaultdict(list)
    for one, owner in zip(told, owners, strict=True):
        if one.group is not None:
            by_source[one.source.key].append((one.group, owner.customer))
    sources = {one.source.key: one.source for one in told if one.group is not None}
    for key, calls in by_source.items():
        groups.take(calls, source=sources[key], now=now)
    permission.take(told, owners, now=now)
    owners = permission.without_refusing([read.spelt for read in fresh], told, owners, now=now)
    recording.record_spelt([read.spelt for read in fresh], owners, now=now, lane=pipeline.INTERACTIVE)


def _finish(batch: Batch, fresh: Sequence[Read], now: dt.datetime) -> Drained:
    RejectedEvent.objects.bulk_create(refused for _request, _place, refused in batch.refused)
    rest = None if batch.rest is None else _rest_of(batch.requests[-1], batch.rest)
    for request, _place in batch.unconsented:
        request.dropped += 1
    for read in batch.events:
        read.request.opened += 1
    for read in fresh:
        read.request.stored += 1
        read.request.robots += read.is_robot
    _count(batch.requests)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_inboxrow WHERE id = ANY(%s::uuid[])", [reading.ids_of(batch.requests)])
    if rest:
        rest.save(force_insert=True)
    return Drained(
        rows=len(batch.requests),
        stored=len(fresh),
        duplicates=len(batch.events) - len(fresh),
        refused=sum(request.rejected + request.late for request in batch.requests),
        unconsented=sum(request.unconsented for request in batch.requests) + len(batch.unconsented),
        is_whole=batch.is_whole,
    )


def _count(requests: Sequence[Request]) -> None:
    """Move the numbers of the requests to their source and hour."""
    hours: dict[tuple[uuid.UUID, dt.datetime], list[Any]] = {}
    for request in requests:
        hour = request.received_at.replace(minute=0, second=0, microsecond=0)
        sums = hours.setdefault((request.source, hour), [0, 0, 0, 0, 0, request.received_at])
        sums[0] += request.stored
        sums[1] += request.opened - request.stored
        sums[2] += request.rejected + request.late
        sums[3] += request.unconsented + request.dropped
        sums[4] += request.robots
        sums[5] = max(sums[5], request.received_at)
    keys, values = list(hours), list(hours.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO events_sourcehour
                (id, source_id, hour, stored, duplicates, rejected, unconsented, bots, last_received_at)
            SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
                                 %s::bigint[], %s::bigint[], %s::timestamptz[])
            ON CONFLICT (source_id, hour) DO UPDATE SET
                stored = events_sourcehour.stored + EXCLUDED.stored,
                duplicates = events_sourcehour.duplicates + EXCLUDED.duplicates,
                rejected = events_sourcehour.rejected + EXCLUDED.rejected,
                unconsented = events_sourcehour.unconsented + EXCLUDED.unconsented,
                bots = events_sourcehour.bots + EXCLUDED.bots,
                last_received_at = greatest(events_sourcehour.last_received_at, EXCLUDED.last_received_at)
            """,
            [
                copying.array(ids.uuid7s(len(keys))),
                copying.array([source for source, _hour in keys]),
                [hour for _source, hour in keys],
                *([value[place] for value in values] for place in range(6)),
            ],
        )


def _set_aside(wanted: uuid.UUID, now: dt.datetime, *, most: int | None = None) -> Drained | None:
    """Move the events of a request that cannot be digested, or the first `most`, to the quarantine, where staff see
    them.
    """
    with transaction.atomic():
        if not _alone():
            return None
        row = InboxRow.objects.filter(id=wanted).first()
        if row is None:
            return None
        parcel = inbox.open_parcel(bytes(row.sealed), row=row.id, source=row.source_id)
        request = Request(row.id.bytes, row.source_id, row.received_at, row.accepted, row.rejected, row.unconsented)
        reason = tracking.Refusal(tracking.Code.INDIGESTIBLE, "The event was accepted and could not be stored.")
        batch = Batch([request])
        for place, item in enumerate(parcel.events[:most]):
            rejected = inbox.to_quarantine(
                bytes(item), reason, source=row.source_id, received_at=row.received_at, parcel=parcel
            )
            batch.refused.append((request, place, rejected))
        if most is not None and most < len(parcel.events):
            batch.rest = most
        return _finish(batch, [], now)
