"""What sources sent and what became of it: stored + waiting + duplicates + refused + without consent = sent, at every
moment. What robots did is stored like everything and counted beside it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum

from cdp.core.models import Source
from events.models import RefusedRequests

MOST_HOURS = 200


@dataclass(slots=True)
class Sums:
    """Events of one source, in one hour or in several."""

    source: str
    hour: dt.datetime | None
    stored: int
    waiting: int
    duplicates: int
    rejected: int
    unconsented: int
    bots: int
    last_received_at: dt.datetime | None

    @property
    def sent(self) -> int:
        """Everything the source sent."""
        return self.stored + self.waiting + self.duplicates + self.rejected + self.unconsented


# The counters of drained requests and the numbers that still stand in the inbox, in one snapshot.
_SUMS = """
SELECT {columns}, sum(stored)::bigint, sum(waiting)::bigint, sum(duplicates)::bigint, sum(rejected)::bigint,
       sum(unconsented)::bigint, sum(bots)::bigint, max(last)
FROM (
    SELECT source_id, hour, stored, 0 AS waiting, duplicates, rejected, unconsented, bots, last_received_at AS last
    FROM events_sourcehour WHERE hour >= %(since)s
    UNION ALL
    SELECT source_id, date_trunc('hour', received_at, 'UTC'), 0, accepted, 0, rejected, unconsented, 0, received_at
    FROM events_inboxrow WHERE received_at >= %(since)s
) counted
{where}
GROUP BY {columns} ORDER BY {order} LIMIT %(most)s
"""


def by_source(*, since: dt.datetime) -> list[Sums]:
    """One row for each source that sent anything since, or has a write key; the busiest first."""
    keys = dict(Source.objects.values_list("id", "key"))
    found = [
        Sums(keys.get(row[0], "?"), None, *row[1:]) for row in _run("source_id", "", "2 DESC, 1", {"since": since})
    ]
    heard = {sums.source for sums in found}
    silent = Source.objects.filter(write_key_digest__isnull=False).exclude(key__in=heard).values_list("key", flat=True)
    return [*found, *(Sums(key, None, 0, 0, 0, 0, 0, 0, None) for key in silent[:MOST_HOURS])]


def by_hour(*, since: dt.datetime, source: uuid.UUID | None = None) -> list[Sums]:
    """One row for each source and hour since, the newest first; at most MOST_HOURS."""
    keys = dict(Source.objects.values_list("id", "key"))
    where = "WHERE source_id = %(source)s" if source else ""
    rows = _run("source_id, hour", where, "2 DESC, 1", {"since": since, "source": source})
    return [Sums(keys.get(row[0], "?"), *row[1:]) for row in rows]


def _run(columns: str, where: str, order: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_SUMS.format(columns=columns, where=where, order=order), {**params, "most": MOST_HOURS})
        return list(cursor.fetchall())


def total(rows: Iterable[Sums]) -> Sums:
    """All of them together."""
    found = Sums("", None, 0, 0, 0, 0, 0, 0, None)
    for row in rows:
        found.stored += row.stored
        found.waiting += row.waiting
        found.duplicates += row.duplicates
        found.rejected += row.rejected
        found.unconsented += row.unconsented
        found.bots += row.bots
    return found


def turned_away(*, since: dt.datetime) -> list[tuple[str, str, int]]:
    """(source key or empty, code, requests) of whole requests that were refused, the most frequent first."""
    rows = (
        RefusedRequests.objects.filter(hour__gte=since)
        .values_list("source_key", "code")
        .annotate(total=Sum("count"))
        .order_by("-total", "source_key", "code")
    )
    return list(rows[:50])
