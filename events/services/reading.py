"""What can be done with waiting requests before anybody asks who they are of: open, judge, spell.

It needs the rows, their sources and the keys of their hours, and knows nobody. So it can be done in a process beside
the one that writes: what it gives is picklable and small.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from django.conf import settings
from django.db import connection

from cdp.core import copying, memory, minimising
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import Source
from events.models import RejectedEvent
from events.rules import scrubbing, tracking, visits
from events.selectors import fields
from events.services import deduplication, hearing, inbox, recording
from events.services.hearing import Call

log = structlog.get_logger("inbox")
ANSWERING = "/s/"
"""Where questionnaires are answered; nobody is measured there."""
ROWS = 5000
"""Requests of one batch."""


class Request(msgspec.Struct):
    """A row of the inbox, and what became of its events so far."""

    id: bytes  # the 16 of the row's
    source: uuid.UUID
    received_at: dt.datetime
    accepted: int
    rejected: int
    unconsented: int
    opened: int = 0
    dropped: int = 0  # for want of consent, only now
    stored: int = 0
    robots: int = 0

    @property
    def late(self) -> int:
        """Refused only now: the rules became stricter, the event cannot be digested, or its key is gone."""
        return self.accepted - self.opened - self.dropped


def ids_of(requests: Iterable[Request]) -> str:
    """Their ids as one parameter (`%s::uuid[]`)."""
    return "{" + ",".join([request.id.hex() for request in requests]) + "}"


class Read(msgspec.Struct):
    """One event on its way."""

    request: Request
    place: int  # among the events of its request
    told: hearing.Told
    digest: bytes
    spelt: recording.Spelt
    is_robot: bool


class Batch(msgspec.Struct):
    """Requests in inbox order with their events."""

    requests: list[Request] = []
    events: list[Read] = []
    refused: list[tuple[Request, int, RejectedEvent]] = []
    unconsented: list[tuple[Request, int]] = []
    rest: int | None = None  # the place in the last request from which on it waits for the next batch
    is_whole: bool = True


class Portion(NamedTuple):
    """Ids of requests, and whether others wait behind them."""

    ids: list[uuid.UUID]
    has_more: bool


def oldest(events: int, *, after: uuid.UUID | None = None) -> Portion:
    """The oldest requests (after that one) with at most `events` events, at least one request."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, accepted FROM events_inboxrow WHERE id > %s ORDER BY id LIMIT %s",
            [after or uuid.UUID(int=0), ROWS],
        )
        sizes = cursor.fetchall()
    chosen: list[uuid.UUID] = []
    for row, size in sizes:
        events -= size
        if chosen and events < 0:
            return Portion(chosen, has_more=True)
        chosen.append(row)
    return Portion(chosen, has_more=len(sizes) == ROWS)


def ahead(events: int, *, now: Callable[[], dt.datetime]) -> Iterator[Batch]:
    """Batch after batch, as long as more waits behind it; for a process that reads ahead of the one that writes.

    The last ones are left: requests that are being written now may yet come to lie before them.
    """
    last = None
    while True:
        wanted, has_more = oldest(events, after=last)
        if not has_more:
            return
        with memory.collecting_when_told():
            yield read(wanted, now=now())
        last = wanted[-1]


def are_next(requests: Sequence[Request]) -> bool:
    """Whether requests that were read still wait as they were (nobody worked on them, or on a part of one, since) and
    none lies before them: one that was committed late, behind those that were read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), coalesce(sum(accepted), 0), EXISTS (SELECT FROM events_inboxrow WHERE id < %s)
            FROM events_inboxrow WHERE id = ANY(%s::uuid[])
            """,
            [uuid.UUID(bytes=min([request.id for request in requests], default=bytes(16))), ids_of(requests)],
        )
        return bool(cursor.fetchone() == (len(requests), sum(request.accepted for request in requests), False))


def is_long(events: int) -> bool:
    """Whether at least so many events wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(accepted), 0) >= %s
            FROM (SELECT accepted FROM events_inboxrow ORDER BY id LIMIT %s) AS waiting
            """,
            [events, events],
        )
        return bool(cursor.fetchone()[0])


def read(wanted: Sequence[uuid.UUID], *, now: dt.datetime, most: int | None = None) -> Batch:
    """Open and judge those of the requests that are still there; of a single one the first `most` events, if told, and
    the rest waits.
    """
    batch = Batch()
    rows = _waiting(wanted)
    sources = Source.objects.in_bulk({row[1] for row in rows})
    digesters = {source: deduplication.digester(source) for source in sources}
    reader = hearing.Reader(now)
    found: list[_Judged] = []
    for row, source_id, *about, sealed in rows:
        source = sources[source_id]
        request = Request(row.bytes, source.id, *about)
        batch.requests.append(request)
        try:
            parcel = inbox.open_parcel(sealed, row=row, source=source_id)
        except Unopenable:
            # Older than the keys of its hour, which only happens when nothing drained for seven days.
            log.exception("a request of the inbox cannot be opened any more", row=str(row), events=request.accepted)
            continue
        if most is not None and most < len(parcel.events):
            parcel = msgspec.structs.replace(parcel, events=parcel.events[:most])
            batch.rest, batch.is_whole = most, False
        told = inbox.events_of(parcel, row=row, received_at=request.received_at)
        _judge(batch, found, told, request, parcel, source, reader, digesters[source_id])
    keeps_traits = fields.TRAITS not in minimising.stopped()
    ids = recording.new_ids([one.event.occurred_at for one in found], now=now)
    batch.events = [
        Read(
            one.request,
            one.place,
            one.told,
            one.digest,
            _spelt(one, event, at, keeps_traits=keeps_traits),
            one.is_robot,
        )
        for one, (event, at) in zip(found, ids, strict=True)
    ]
    return batch


def _waiting(wanted: Sequence[uuid.UUID]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, source_id, received_at, accepted, rejected, unconsented, sealed FROM events_inboxrow
            WHERE id = ANY(%s::uuid[]) ORDER BY id
            """,
            [copying.array(wanted)],
        )
        return cursor.fetchall()


class _Judged(msgspec.Struct):
    request: Request
    place: int
    event: tracking.Tracked
    told: hearing.Told
    digest: bytes
    agent: str
    is_robot: bool


def _judge(
    batch: Batch,
    found: list[_Judged],
    events: Iterable[tuple[bytes, tracking.Tracked | tracking.Refusal]],
    request: Request,
    parcel: inbox.Parcel,
    source: Source,
    reader: hearing.Reader,
    digest: Callable[[str], bytes],
) -> None:
    signal, agent, received_at = parcel.sender.privacy_signal, parcel.sender.agent, request.received_at
    must_ask, answering = source.consent_mode == "require", f"{settings.CDP_BASE_URL}{ANSWERING}"
    for place, (raw, event) in enumerate(events):
        if isinstance(event, tracking.Refusal):
            rejected = inbox.to_quarantine(raw, event, source=request.source, received_at=received_at, parcel=parcel)
            batch.refused.append((request, place, rejected))
            continue
        if visits.is_of_answering(event, answering):
            batch.unconsented.append((request, place))
            continue
        word = visits.measurement_word(event.context)
        may = visits.allows(word, privacy_signal=signal, must_ask=must_ask)
        if not may and source.without_consent == "refuse":
            # The door refuses these; the source was set so since.
            batch.unconsented.append((request, place))
            continue
        # A robot without a name is nobody: it would be a new visitor with every page.
        is_robot = visits.is_robot(event, agent)
        told = reader.read(Call(event, may and (bool(event.user_id) or not is_robot), received_at, word), source)
        found.append(_Judged(request, place, event, told, digest(event.message_id), agent, is_robot))


def _spelt(one: _Judged, event_id: bytes, at: dt.datetime, *, keeps_traits: bool) -> recording.Spelt:
    event = one.event
    shown, addresses = visits.shortened(event.kind, event.properties)
    properties, personal = scrubbing.split(shown)
    if event.kind == "group":
        (personal if scrubbing.is_personal(event.group_id) else properties)["group_id"] = event.group_id
    around = visits.surroundings(event, one.agent, is_robot=one.is_robot)
    if "page" in around:
        around["page"], whole = visits.shortened("page", around["page"])
        addresses |= {f"$context.page.{key}": value for key, value in whole.items()}
    hidden: Mapping[str, Any] = {}
    if around:
        surroundings, hidden = scrubbing.split(around)
        if surroundings:
            properties["$context"] = surroundings
    told: dict[str, Any] = {}
    if addresses or personal:
        told["properties"] = addresses | personal
    if hidden:
        told["context"] = hidden
    if event.traits and keeps_traits:
        told["traits"] = event.traits
    return recording.spell(
        event_id,
        kind=event.kind,
        name=event.name,
        source=one.told.source.key,
        message_id=event.message_id,
        occurred_at=at,
        received_at=one.request.received_at,
        properties=properties,
        personal=told,
        is_bot=one.is_robot,
    )
