"""The inbox becomes facts: open, read, drop repeats, find out whose, write, count, delete; one transaction a batch.

One drain at a time, in inbox order, so that the borders of batches do not matter. A drain that is killed leaves the
inbox as it was.
"""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import structlog
from django.db import connection, transaction

from cdp.core import copying, ids, memory, pipeline
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import Source
from events.models import InboxRow, RejectedEvent
from events.rules import scrubbing, tracking, visits
from events.services import deduplication, groups, inbox, people, permission, recording
from events.services.people import Call

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
ROWS = 2000
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


@dataclass(slots=True)
class _Read:
    """One event on its way."""

    row: InboxRow
    place: int  # among the events of its row
    parcel: inbox.Parcel
    told: people.Told
    digest: bytes
    is_robot: bool


@dataclass(slots=True)
class _Batch:
    rows: list[InboxRow]
    events: list[_Read] = field(default_factory=list)
    refused: list[tuple[InboxRow, int, RejectedEvent]] = field(default_factory=list)
    unconsented: list[tuple[InboxRow, int]] = field(default_factory=list)
    rest: InboxRow | None = None  # of the last row, when the batch ends within it
    cut: inbox.Parcel | None = None  # all of a single request of which only the first events are read
    is_whole: bool = True


def drain(*, now: dt.datetime, events: int = EVENTS) -> Drained | None:
    """Work off the oldest of the inbox, about `events` events. None when another drain is at work.

    When a batch cannot be digested it is halved until the one event at fault is found; that one goes to the
    quarantine, so that nobody else waits for it.
    """
    with memory.collecting_when_told():
        return _digest(_oldest(events), now)


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
        batch = _Batch(list(InboxRow.objects.filter(id__in=wanted).order_by("id")))
        if not batch.rows:
            return None if wanted else Drained()  # another drain did them since we looked
        _read(batch, now, most)
        _end_early(batch, most)
        fresh = _without_repeats(batch, now)
        _write(fresh, now)
        return _finish(batch, fresh, now)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _oldest(events: int) -> list[uuid.UUID]:
    """The oldest requests with at most `events` events, at least one request."""
    sizes = InboxRow.objects.order_by("id").values_list("id", "accepted")[:ROWS]
    chosen: list[uuid.UUID] = []
    for row, size in sizes:
        events -= size
        if chosen and events < 0:
            break
        chosen.append(row)
    return chosen


def _read(batch: _Batch, now: dt.datetime, most: int | None) -> None:
    """Open and judge the requests; of a single one the first `most` events, if told, and the rest waits."""
    sources = Source.objects.in_bulk({row.source_id for row in batch.rows})
    reader = people.Reader(now)
    for row in batch.rows:
        try:
            parcel = inbox.open_parcel(bytes(row.sealed), row=row.id, source=row.source_id)
        except Unopenable:
            # Older than the keys of its hour, which only happens when nothing drained for seven days.
            log.exception("a request of the inbox cannot be opened any more", row=str(row.id), events=row.accepted)
            continue
        if most is not None and most < len(parcel.events):
            batch.cut = parcel
            parcel = msgspec.structs.replace(parcel, events=parcel.events[:most])
        source, sender = sources[row.source_id], parcel.sender
        must_ask = source.consent_mode == "require"
        found = inbox.events_of(parcel, row=row.id, received_at=row.received_at)
        for place, (raw, event) in enumerate(found):
            if isinstance(event, tracking.Refusal):
                batch.refused.append((row, place, inbox.to_quarantine(raw, event, row=row, parcel=parcel)))
                continue
            may = visits.may_measure(event.context, privacy_signal=sender.privacy_signal, must_ask=must_ask)
            if not may and source.without_consent == "refuse":
                # The door refuses these; the source was set so since.
                batch.unconsented.append((row, place))
            else:
                # A robot without a name is nobody: it would be a new visitor with every page.
                is_robot = visits.is_robot(event, sender.agent)
                is_whose = may and (bool(event.user_id) or not is_robot)
                call = Call(event, is_whose, row.received_at)
                digest = deduplication.digest(row.source_id, event.message_id)
                batch.events.append(_Read(row, place, parcel, reader.read(call, source), digest, is_robot))


def _end_early(batch: _Batch, most: int | None) -> None:
    """Leave to the next batch what would make more than JOINS visitors somebody, take more than WAVES, or is more than
    the first `most` events of a single request.
    """
    keeps = people.within([read.told for read in batch.events], joins=JOINS, waves=WAVES)
    if keeps == len(batch.events):
        if batch.cut and most is not None:
            batch.is_whole, batch.rest = False, _rest(batch.rows[0], batch.cut, most)
        return
    edge = batch.events[keeps]
    batch.is_whole, batch.events = False, batch.events[:keeps]
    after = (edge.row.id, edge.place)
    batch.refused = [refused for refused in batch.refused if (refused[0].id, refused[1]) < after]
    batch.unconsented = [(row, place) for row, place in batch.unconsented if (row.id, place) < after]
    batch.rows = [row for row in batch.rows if (row.id, 0) < after]
    if edge.place:
        batch.rest = _rest(edge.row, batch.cut or edge.parcel, edge.place)


def _rest(row: InboxRow, parcel: inbox.Parcel, place: int) -> InboxRow:
    """The request with its events from that place on; `row` keeps those before."""
    left = row.accepted - place
    rest = msgspec.structs.replace(parcel, events=parcel.events[place:], first=parcel.first + place)
    sealed = inbox.seal_parcel(rest, row=row.id, source=row.source_id)
    row.accepted = place
    return InboxRow(
        id=row.id, source_id=row.source_id, received_at=row.received_at, accepted=left, rejected=0, sealed=sealed
    )


def _without_repeats(batch: _Batch, now: dt.datetime) -> list[_Read]:
    unseen = deduplication.claim((read.digest for read in batch.events), now=now)
    fresh = []
    for read in batch.events:
        if read.digest in unseen:
            unseen.discard(read.digest)
            fresh.append(read)
    return fresh


def _write(fresh: Sequence[_Read], now: dt.datetime) -> None:
    owners = people.resolve([read.told for read in fresh], now=now)
    rows = [_fact(read, owner) for read, owner in zip(fresh, owners, strict=True)]
    by_source: dict[uuid.UUID, list[tuple[tracking.Tracked, uuid.UUID]]] = defaultdict(list)
    for read, owner in zip(fresh, owners, strict=True):
        by_source[read.row.source_id].append((read.told.call.event, owner.customer))
    sources = {read.row.source_id: read.told.source for read in fresh}
    for source_id, told in by_source.items():
        groups.take(told, source=sources[source_id], now=now)
    permission.take([read.told for read in fresh], owners, now=now)
    recording.record_many(rows, now=now, lane=pipeline.INTERACTIVE)


def _fact(read: _Read, owner: people.Owner) -> recording.EventRow:
    event = read.told.call.event
    shown, addresses = visits.shortened(event.kind, event.properties)
    properties, personal = scrubbing.split(shown)
    if event.kind == "group":
        (personal if scrubbing.is_personal(event.group_id) else properties)["group_id"] = event.group_id
    around = visits.surroundings(event, read.parcel.sender.agent, is_robot=read.is_robot)
    if "page" in around:
        around["page"], whole = visits.shortened("page", around["page"])
        addresses |= {f"$context.page.{key}": value for key, value in whole.items()}
    surroundings, hidden = scrubbing.split(around)
    if surroundings:
        properties["$context"] = surroundings
    told: dict[str, Any] = {
        name: value
        for name, value in (
            ("properties", addresses | personal),
            ("context", hidden),
            ("traits", event.traits),
        )
        if value
    }
    return recording.EventRow(
        customer=owner.customer,
        kind=event.kind,
        name=event.name,
        source=read.told.source.key,
        message_id=event.message_id,
        occurred_at=event.occurred_at,
        received_at=read.row.received_at,
        properties=properties,
        personal=told or None,
        resolved_by=owner.resolved_by,
        is_bot=read.is_robot,
    )


def _finish(batch: _Batch, fresh: Sequence[_Read], now: dt.datetime) -> Drained:
    RejectedEvent.objects.bulk_create(refused for _row, _place, refused in batch.refused)
    stored = Counter(read.row.id for read in fresh)
    opened = Counter(read.row.id for read in batch.events)
    # Refused only now: the rules became stricter, the event cannot be digested, or its key is gone.
    dropped = Counter(row.id for row, _place in batch.unconsented)
    late = Counter({row.id: row.accepted - opened[row.id] - dropped[row.id] for row in batch.rows})
    robots = Counter(read.row.id for read in fresh if read.is_robot)
    _count(batch.rows, _Counts(stored, opened, late, dropped, robots))
    InboxRow.objects.filter(id__in=[row.id for row in batch.rows]).delete()
    if batch.rest:
        batch.rest.save(force_insert=True)
    return Drained(
        rows=len(batch.rows),
        stored=len(fresh),
        duplicates=len(batch.events) - len(fresh),
        refused=sum(row.rejected for row in batch.rows) + sum(late.values()),
        unconsented=sum(row.unconsented for row in batch.rows) + len(batch.unconsented),
        is_whole=batch.is_whole,
    )


class _Counts(NamedTuple):
    """How many events of each request: stored, read, refused only now, dropped for want of consent, of robots."""

    stored: Counter[uuid.UUID]
    opened: Counter[uuid.UUID]
    late: Counter[uuid.UUID]
    dropped: Counter[uuid.UUID]
    robots: Counter[uuid.UUID]


def _count(rows: Sequence[InboxRow], counts: _Counts) -> None:
    """Move the numbers of the requests to their source and hour."""
    hours: dict[tuple[uuid.UUID, dt.datetime], list[Any]] = {}
    for row in rows:
        hour = row.received_at.replace(minute=0, second=0, microsecond=0)
        sums = hours.setdefault((row.source_id, hour), [0, 0, 0, 0, 0, row.received_at])
        sums[0] += counts.stored[row.id]
        sums[1] += counts.opened[row.id] - counts.stored[row.id]
        sums[2] += row.rejected + counts.late[row.id]
        sums[3] += row.unconsented + counts.dropped[row.id]
        sums[4] += counts.robots[row.id]
        sums[5] = max(sums[5], row.received_at)
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
        batch = _Batch(list(InboxRow.objects.filter(id=wanted)))
        if not batch.rows:
            return None
        (row,) = batch.rows
        parcel = inbox.open_parcel(bytes(row.sealed), row=row.id, source=row.source_id)
        reason = tracking.Refusal(tracking.Code.INDIGESTIBLE, "The event was accepted and could not be stored.")
        batch.refused = [
            (row, place, inbox.to_quarantine(bytes(item), reason, row=row, parcel=parcel))
            for place, item in enumerate(parcel.events[:most])
        ]
        if most is not None and most < len(parcel.events):
            batch.rest = _rest(row, parcel, most)
        return _finish(batch, [], now)
