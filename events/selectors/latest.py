"""The events that were stored last, for whoever connects a website and wants to see that something arrives.

Nothing sealed is opened: properties lie scrubbed in the clear, and whose event it is stays out of it.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cdp.core import ids

SHOWN = 20
LOOKED_THROUGH = 20_000
"""Newest events among which those of a source are sought: a quiet one beside a busy one must not cost a scan."""
WINDOW = dt.timedelta(days=1)
AHEAD = dt.timedelta(minutes=10)
"""What claims to happen later than this is no news; a clock is wrong."""


@dataclass(frozen=True, slots=True)
class Latest:
    """One stored event. `is_visit` is false for robots and what servers told. Whose it is, is for looking further, not
    for showing.
    """

    id: uuid.UUID
    customer_id: uuid.UUID
    received_at: dt.datetime
    occurred_at: dt.datetime
    source: str
    kind: str
    name: str
    properties: dict[str, Any]
    is_visit: bool


# The bounds on the id leave two months of the partitioned table, each read backwards by its primary key.
_LATEST = """
SELECT id, customer_id, received_at, occurred_at, source, kind, name, properties::text, is_visit
FROM (
    SELECT id, customer_id, received_at, occurred_at, source, kind, name, properties, is_visit
    FROM events_event WHERE id >= %(first)s AND id < %(last)s
    ORDER BY id DESC LIMIT %(through)s
) newest
WHERE source = ANY(%(sources)s)
ORDER BY id DESC LIMIT %(shown)s
"""


def events(*, sources: Sequence[str], last: dt.datetime) -> Sequence[Latest]:
    """The newest SHOWN events of these sources, the last received first. `last` is when one of them was heard of last:
    the search begins there and ends a day before.
    """
    until = last + AHEAD
    bounds = {"first": ids.floor(until - WINDOW - AHEAD), "last": ids.floor(until)}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {**bounds, "sources": list(sources), "through": LOOKED_THROUGH, "shown": SHOWN})
        rows = [_opened(row) for row in cursor.fetchall()]
    return sorted(rows, key=lambda one: (one.received_at, one.id), reverse=True)


def of_ids(found: Collection[uuid.UUID]) -> dict[uuid.UUID, Latest]:
    """The stored events of these ids; what was dropped with its month is missing."""
    if not found:
        return {}
    with connection.cursor() as cursor:
        # The times in the ids leave the months they are of; there each is found by the primary key.
        cursor.execute(
            """
            SELECT id, customer_id, received_at, occurred_at, source, kind, name, properties::text, is_visit
            FROM events_event WHERE id = ANY(%s::uuid[]) AND id >= %s AND id <= %s
            """,
            [list(found), min(found), max(found)],
        )
        rows = [_opened(row) for row in cursor.fetchall()]
    return {one.id: one for one in rows}


def _opened(row: Sequence[Any]) -> Latest:
    event, customer, received, occurred, source, kind, name, properties, is_visit = row
    return Latest(event, customer, received, occurred, source, kind, name, json.loads(properties), is_visit)
