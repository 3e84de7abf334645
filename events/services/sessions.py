"""Visits, derived from events: the pipeline's step, and what merging and un-merging ask for at once.

Nothing is remembered about what was derived before but the visits themselves. Each carries a fingerprint of its events;
where the events of a customer, cut at their pauses, give the same start, end and fingerprint, the visit stands and its
events are not read. So late events, events out of order, merges, un-merges and months that were dropped all come to
what one clean derivation gives, and cost the visits they touch. New events cut no more than the time around them anew
(`stretches`); whatever else happened to events asks for the whole history.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection, transaction

from cdp.core import copying, ids, pipeline
from customers.services import buckets
from events.rules import sessions
from events.rules.sessions import Act, Visit
from events.services import stretches
from events.services.stretches import Stretch

EVENTS_AT_ONCE = 20_000
"""Events of changed visits in memory at a time."""
CUSTOMERS_AT_ONCE = 2000

# The cuts read the index and two small columns; properties are read only where something changed.
_CHANGED = """
WITH paused AS (
    SELECT e.customer_id, e.id, e.occurred_at,
           e.occurred_at - lag(e.occurred_at) OVER (PARTITION BY e.customer_id ORDER BY e.occurred_at, e.id)
               < make_interval(secs => %(gap)s) AS goes_on,
           rank() OVER (PARTITION BY e.customer_id ORDER BY e.occurred_at) AS place
    FROM {events}
), begun AS (
    SELECT p.customer_id, p.id, p.occurred_at, p.place,
           max(p.occurred_at) FILTER (WHERE p.goes_on IS NOT TRUE) OVER so_far AS began,
           max(p.place) FILTER (WHERE p.goes_on IS NOT TRUE) OVER so_far AS began_place
    FROM paused p WINDOW so_far AS (PARTITION BY p.customer_id ORDER BY p.occurred_at, p.id)
), cut AS (
    SELECT b.customer_id, b.id, b.occurred_at, b.began,
           floor(extract(epoch FROM b.occurred_at - b.began) / %(longest)s) AS day,
           (b.place - b.began_place) / %(most)s AS part
    FROM begun b
), found AS (
    SELECT c.customer_id, min(c.occurred_at) AS started_at, max(c.occurred_at) AS ended_at, count(*)::int AS events,
           bit_xor(uuid_hash_extended(c.id, %(version)s)) AS fingerprint
    FROM cut c GROUP BY c.customer_id, c.began, c.day, c.part
), known AS (
    SELECT s.customer_id, s.started_at, s.ended_at, s.events, s.fingerprint
    FROM {visits}
)
SELECT coalesce(f.customer_id, k.customer_id), coalesce(f.started_at, k.started_at), f.ended_at, f.events, f.fingerprint
FROM found f FULL JOIN known k ON k.customer_id = f.customer_id AND k.started_at = f.started_at
WHERE (f.ended_at, f.events, f.fingerprint) IS DISTINCT FROM (k.ended_at, k.events, k.fingerprint)
ORDER BY 1, 2
"""

_WHOLE = _CHANGED.format(
    events="events_event e WHERE e.customer_id = ANY(%(ids)s) AND e.is_visit",
    visits="events_session s WHERE s.customer_id = ANY(%(ids)s)",
)
# Stretches of one customer have a pause between them, so their order alone tells them apart.
_PARTS = _CHANGED.format(
    events="""unnest(%(ids)s::uuid[], %(lows)s::timestamptz[], %(highs)s::timestamptz[], %(first)s::uuid[],
                %(last)s::uuid[]) AS w (customer_id, low, high, first, last)
    CROSS JOIN LATERAL (
        SELECT e.customer_id, e.id, e.occurred_at FROM events_event e
        WHERE e.customer_id = w.customer_id AND e.occurred_at >= w.low AND e.occurred_at <= w.high
          AND e.id >= w.first AND e.id < w.last AND e.is_visit
    ) AS e""",
    visits="""unnest(%(ids)s::uuid[], %(lows)s::timestamptz[], %(highs)s::timestamptz[]) AS w (customer_id, low, high)
    JOIN events_session s ON s.customer_id = w.customer_id AND s.started_at >= w.low AND s.started_at <= w.high""",
)

# An id begins with its moment: its bounds say in which month to look, or every month would be asked for every visit.
# Only events of one moment can be more than the most a visit has: the first of them stand for the others.
_ACTS = """
SELECT s.customer_id, s.started_at, e.occurred_at, e.kind, e.name, e.source,
       coalesce(e.properties ->> 'path', e.properties #>> '{$context,page,path}', ''),
       coalesce(e.properties ->> 'url', e.properties #>> '{$context,page,url}', ''),
       coalesce(e.properties ->> 'title', ''),
       coalesce(e.properties ->> 'name', e.properties ->> 'title', ''),
       coalesce(e.properties ->> 'referrer', e.properties #>> '{$context,page,referrer}', ''),
       e.properties #> '{$context,campaign}',
       coalesce(e.properties ->> 'view', ''),
       CASE WHEN lower(e.name) = %(engaged)s THEN e.properties -> 'seconds' END,
       coalesce(e.properties #>> '{$context,device}', '')
FROM unnest(%(customers)s::uuid[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(lows)s::uuid[],
            %(highs)s::uuid[]) AS s (customer_id, started_at, ended_at, low, high)
CROSS JOIN LATERAL (
    SELECT * FROM events_event e WHERE e.customer_id = s.customer_id AND e.occurred_at >= s.started_at
        AND e.occurred_at <= s.ended_at AND e.id >= s.low AND e.id < s.high AND e.is_visit
    ORDER BY e.occurred_at, e.id LIMIT %(most)s
) AS e
ORDER BY s.customer_id, s.started_at, e.occurred_at, e.id
"""

_FORGET = """
DELETE FROM events_session s USING unnest(%s::uuid[], %s::timestamptz[]) AS gone (customer_id, started_at)
WHERE s.customer_id = gone.customer_id AND s.started_at = gone.started_at
"""

# Columns after the customer and the start, with their types.
_COLUMNS = {
    "id": "uuid",
    "ended_at": "timestamptz",
    "source": "text",
    "events": "int",
    "pages": "int",
    "seconds": "int",
    "entry_path": "text",
    "entry_title": "text",
    "exit_path": "text",
    "exit_title": "text",
    "channel": "text",
    "referrer_host": "text",
    "utm_source": "text",
    "utm_medium": "text",
    "utm_campaign": "text",
    "utm_term": "text",
    "utm_content": "text",
    "device": "text",
    "signed_in_at": "timestamptz",
    "is_bot": "boolean",
    "steps": "jsonb",
    "fingerprint": "bigint",
}
_WRITE = """
INSERT INTO events_session (customer_id, started_at, {columns})
SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], {arrays})
ON CONFLICT (customer_id, started_at) DO UPDATE SET ({updated}) = ROW({excluded})
""".format(
    columns=", ".join(_COLUMNS),
    arrays=", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values()),
    updated=", ".join(name for name in _COLUMNS if name != "id"),
    excluded=", ".join(f"EXCLUDED.{name}" for name in _COLUMNS if name != "id"),
)


class _Changed(NamedTuple):
    """A visit that is not stored as it should be; without an end it should not be there."""

    customer: uuid.UUID
    started_at: dt.datetime
    ended_at: dt.datetime | None
    events: int
    fingerprint: int


def update(customers: Sequence[uuid.UUID], now: dt.datetime) -> None:
    """Pipeline step: bring the visits of these customers up to their events. What stands is not written."""
    wanted = sorted(set(customers) - buckets.ALL)
    if not wanted:
        return
    with transaction.atomic():
        everything, parts = stretches.take(wanted)
        derive(everything)
        if parts:
            _settle(_changed(_PARTS, _bounds(parts)))


def derive(customers: Collection[uuid.UUID]) -> None:
    """The same for whole histories, in the transaction of the merge that gave events to others: visits know no now."""
    wanted = sorted(set(customers) - buckets.ALL)
    if wanted:
        with transaction.atomic():
            _settle(_changed(_WHOLE, {"ids": wanted}))


def rebuild(*, on_progress: Callable[[int], None] | None = None) -> int:
    """`derive` for everybody who ever had an event or a visit. Returns how many customers were looked at.

    The customers of each portion are held as a drain holds them, so neither overwrites the other with an older answer.
    """
    done, low = 0, uuid.UUID(int=0)
    while True:
        with transaction.atomic():
            portion = _portion_after(low)
            if not portion:
                return done
            pipeline.hold(portion)
            derive(portion)
        done, low = done + len(portion), portion[-1]
        if on_progress:
            on_progress(done)


def _portion_after(low: uuid.UUID) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_customer WHERE id > %s AND status IN ('known', 'anonymous') ORDER BY id LIMIT %s",
            [low, CUSTOMERS_AT_ONCE],
        )
        return [row[0] for row in cursor.fetchall()]


def _bounds(parts: Sequence[Stretch]) -> dict[str, Any]:
    return {
        "ids": copying.array([part.customer for part in parts]),
        "lows": copying.array([part.low for part in parts]),
        "highs": copying.array([part.high for part in parts]),
        "first": copying.array([ids.floor(part.low) for part in parts]),
        "last": copying.array([ids.floor(part.high + stretches.TICK) for part in parts]),
    }


def _changed(statement: str, params: Mapping[str, Any]) -> list[_Changed]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                **params,
                "gap": sessions.GAP.total_seconds(),
                "longest": sessions.LONGEST.total_seconds(),
                "most": sessions.MOST_EVENTS,
                "version": sessions.VERSION,
            },
        )
        return [_Changed(*row) for row in cursor.fetchall()]


def _settle(changed: Sequence[_Changed]) -> None:
    """Bring the stored visits to that."""
    _forget([one for one in changed if one.ended_at is None])
    for portion in _portions([one for one in changed if one.ended_at is not None]):
        _write(portion)


def _portions(changed: Sequence[_Changed]) -> Iterator[list[_Changed]]:
    """As many visits at once as have EVENTS_AT_ONCE events, at least one."""
    portion: list[_Changed] = []
    size = 0
    for one in changed:
        if portion and size + one.events > EVENTS_AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += one.events
    if portion:
        yield portion


def _forget(gone: Sequence[_Changed]) -> None:
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [[one.customer for one in gone], [one.started_at for one in gone]])


def _write(portion: Sequence[_Changed]) -> None:
    visits = dict(_visits(portion))
    written = [one for one in portion if (one.customer, one.started_at) in visits]
    lines = [_line(visits[one.customer, one.started_at], one) for one in written]
    columns = list(zip(ids.uuid7s(len(written)), lines, strict=True))
    if not columns:
        return
    values = [[row, *line] for row, line in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                copying.array([one.customer for one in written]),
                copying.array([one.started_at for one in written]),
                *(copying.array([value[place] for value in values]) for place in range(len(_COLUMNS))),
            ],
        )


def _visits(portion: Sequence[_Changed]) -> Iterator[tuple[tuple[uuid.UUID, dt.datetime], Visit]]:
    params: dict[str, Any] = {
        "customers": [one.customer for one in portion],
        "starts": [one.started_at for one in portion],
        "ends": [one.ended_at for one in portion],
        "lows": [ids.floor(one.started_at) for one in portion],
        "highs": [ids.floor((one.ended_at or one.started_at) + stretches.TICK) for one in portion],
        "engaged": sessions.ENGAGED,
        "most": sessions.MOST_EVENTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACTS, params)
        rows = cursor.fetchall()
    for key, group in groupby(rows, key=lambda row: (row[0], row[1])):
        yield key, sessions.fold([_act(row[2:]) for row in group])


def _act(row: Sequence[object]) -> Act:
    at, kind, name, source, path, url, title, about, referrer, campaign, view, seconds, device = row
    found = json.loads(campaign) if isinstance(campaign, str) else campaign
    length = json.loads(seconds) if isinstance(seconds, str) else seconds
    return Act(
        at=at,  # type: ignore[arg-type]  # the columns of _ACTS
        kind=str(kind),
        name=str(name),
        source=str(source),
        path=str(path),
        url=str(url),
        title=str(title),
        about=str(about),
        referrer=str(referrer),
        campaign=found if isinstance(found, dict) else None,
        view=str(view),
        seconds=float(length) if isinstance(length, int | float) and not isinstance(length, bool) else None,
        device=str(device),
    )


def _line(visit: Visit, found: _Changed) -> list[object]:
    touch = visit.touch
    return [
        visit.ended_at,
        visit.source,
        found.events,
        visit.pages,
        visit.seconds,
        visit.entry_path,
        visit.entry_title,
        visit.exit_path,
        visit.exit_title,
        touch.channel,
        touch.host,
        touch.source,
        touch.medium,
        touch.campaign,
        touch.term,
        touch.content,
        visit.device,
        visit.signed_in_at,
        visit.is_bot,
        json.dumps(visit.steps, ensure_ascii=False),
        found.fingerprint,
    ]
