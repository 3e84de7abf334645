"""Writing events that are already resolved to customers."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import transaction

from cdp.core import copying, ids, pipeline
from customers.services import buckets
from events.models import Event
from events.services import partitions

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
)
_BUCKETS = frozenset(buckets.IDS)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of one customer. `properties` say what was looked at, never who; `occurred_at` is aware."""

    customer: uuid.UUID
    kind: str
    name: str
    source: str
    message_id: str
    occurred_at: dt.datetime
    properties: Mapping[str, Any]


def record_many(rows: Sequence[EventRow], *, now: dt.datetime, lane: int = pipeline.BULK) -> int:
    """Write events by COPY into their months and mark their customers. Returns how many.

    Times are clamped to 2000 … now + 1 day, as the fine print says.
    """
    if not rows:
        return 0
    times = [min(max(row.occurred_at, EARLIEST), now + AHEAD) for row in rows]
    with transaction.atomic():
        partitions.ensure(min(times), max(times))
        copying.rows(
            Event,
            _COLUMNS,
            (
                (
                    ids.uuid7_at(at),
                    row.customer,
                    row.kind,
                    row.name,
                    row.source,
                    row.message_id,
                    at,
                    now,
                    msgspec.json.encode(row.properties).decode(),
                )
                for row, at in zip(rows, times, strict=True)
            ),
        )
        pipeline.mark(
            (row.customer for row in rows if row.customer not in _BUCKETS), cause="events.recorded", lane=lane
        )
    return len(rows)
