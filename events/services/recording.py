"""Writing events that are already resolved to customers."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from django.db import transaction

from cdp.core import binary, copying, ids, pipeline
from cdp.core.crypto import subjects
from customers.selectors import lineage
from customers.services import buckets
from events.models import Event
from events.rules import scrubbing, visits
from events.services import handover, partitions

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
AHEAD = dt.timedelta(days=1)
_COLUMNS = (
    "id",
    "customer_id",
    "kind",
    "name",
    "source",
    "message_id",
    "occurred_at",
    "received_at",
    "properties",
    "is_visit",
    "sealed",
    "resolved_by",
)
_BEGIN = binary.begin(len(_COLUMNS)) + binary.ID
_BUCKETS = frozenset(buckets.IDS)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of one customer. `properties` say what was looked at, never who; `occurred_at` is aware.

    `personal` is what else was told, kept sealed under the customer's key; facts without a person keep none of it.
    `resolved_by` is the digest of the identifier that told whose event it is, `received_at` the now of the writer if
    not told.
    """

    customer: uuid.UUID
    kind: str
    name: str
    source: str
    message_id: str
    occurred_at: dt.datetime
    properties: Mapping[str, Any]
    personal: Mapping[str, Any] | None = None
    resolved_by: bytes | None = None
    received_at: dt.datetime | None = None
    is_bot: bool = False


def record_many(rows: Sequence[EventRow], *, now: dt.datetime, lane: int = pipeline.BULK) -> int:
    """Write events by COPY into their months and mark their customers. Returns how many.

    Times are clamped to 2000 … now + 1 day, as the fine print says. A name that is somebody's address or phone (the
    title of a page, say) is sealed with what else is personal, and the event goes by its kind.
    """
    if not rows:
        return 0
    times = [min(max(row.occurred_at, EARLIEST), now + AHEAD) for row in rows]
    with transaction.atomic():
        partitions.ensure_months(times, now=now)
        rows, keyring = _with_keys([_named(row) for row in rows])
        named = ids.raw7s_at(times)
        copying.packed(
            Event,
            _COLUMNS,
            [_line(row, event, at, now, keyring) for row, event, at in zip(rows, named, times, strict=True)],
        )
        waiting = [
            (row.customer, reader, event)
            for row, event in zip(rows, named, strict=True)
            for reader in handover.readers(row.kind, row.name)
        ]
        handover.hand_over(waiting)
        # Nobody's events change nobody's figures; a room that makes facts of them has to be woken all the same.
        awaited = {customer for customer, _reader, _event in waiting}
        pipeline.mark(
            (row.customer for row in rows if row.customer not in _BUCKETS or row.customer in awaited),
            cause="events.recorded",
            lane=lane,
        )
    return len(rows)


def _named(row: EventRow) -> EventRow:
    if not scrubbing.is_personal(row.name):
        return row
    return replace(row, name=row.kind.title(), personal={**(row.personal or {}), "name": row.name})


def _with_keys(rows: Sequence[EventRow]) -> tuple[Sequence[EventRow], subjects.Keyring]:
    """The rows, and the keys that seal what is personal in them. Who was merged since it was found out whose an event
    is has no keys any more, for they went along: the event is the survivor's then.
    """
    told = {row.customer for row in rows if row.personal} - _BUCKETS
    keyring = subjects.load(told)
    if keyless := told - keyring.writing.keys():
        stands = lineage.standing(keyless)
        rows = [replace(row, customer=stands.get(row.customer, row.customer)) for row in rows]
        keyring = subjects.load(told - keyless | set(stands.values()))
    return rows, keyring


def _line(row: EventRow, event: bytes, at: dt.datetime, now: dt.datetime, keyring: subjects.Keyring) -> bytes:
    sealed = None
    if row.personal and row.customer in keyring.writing:
        text = msgspec.json.encode(row.personal).decode()
        place = uuid.UUID(bytes=event)
        sealed = keyring.seal(text, customer=row.customer, table="events_event", column="sealed", row=place)
    is_visit = not row.is_bot and visits.is_visit(row.kind, row.name)
    return b"".join(
        [
            _BEGIN,
            event,
            binary.ID,
            row.customer.bytes,
            binary.word(row.kind),
            binary.word(row.name),
            binary.word(row.source),
            binary.text(row.message_id),
            binary.moment(at),
            binary.moment(row.received_at or now),
            binary.json(msgspec.json.encode(row.properties)),
            binary.TRUE if is_visit else binary.FALSE,
            binary.NULL if sealed is None else binary.raw(sealed),
            binary.NULL if row.resolved_by is None else binary.raw(row.resolved_by),
        ]
    )
