"""Which stretches of people's time are to be cut into visits anew, so that nobody's history is read for one page view.

Whoever records events leaves one row for each run of new ones in the queue that rooms read events by (`handover`), in
the same transaction. The step of the pipeline takes the rows and asks how far around them people went on without a
pause: nothing beyond that can be cut otherwise than before. What happened to a whole history leaves WHOLE instead.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from cdp.core import copying, ids
from events.rules import sessions
from events.services import handover

READER = "events.sessions"
WHOLE = uuid.UUID(int=0)
"""In the place of an event: all there is of somebody."""
TICK = dt.timedelta(milliseconds=1)  # of an id's clock

FIRST_LOOK = dt.timedelta(hours=3)
"""So far around new events is looked at first: nearly every visit has ended, and begun, by then."""
WIDER = 4
_GAP = sessions.GAP // TICK
MOST = 20
"""Runs of one customer that are looked at one by one; whoever has more new ones (a file of old events, say) is looked
at as a whole, which reads each event once.
"""

# An id begins with its moment: its bounds say in which month to look. Of the events before (or behind) a stretch those
# belong to it that no pause parts from it.
_REACH = """
SELECT min(x.at) AS low, max(x.at) AS high FROM (
    SELECT e.at, count(*) FILTER (WHERE e.is_apart) OVER (ORDER BY e.at {order}) AS pauses
    FROM (
        SELECT e.occurred_at AS at,
            abs(extract(epoch FROM
                e.occurred_at - coalesce(lag(e.occurred_at) OVER (ORDER BY e.occurred_at {order}), {edge})
            )) >= %(gap)s AS is_apart
        FROM events_event e WHERE e.customer_id = w.customer_id AND e.is_visit AND e.occurred_at {within}
    ) AS e
) AS x WHERE x.pauses = 0
"""
_AROUND = """
SELECT w.customer_id, coalesce(back.low, w.low), coalesce(forth.high, w.high)
FROM unnest(%(customers)s::uuid[], %(lows)s::timestamptz[], %(highs)s::timestamptz[], %(first)s::uuid[],
            %(at_low)s::uuid[], %(at_high)s::uuid[], %(last)s::uuid[])
    WITH ORDINALITY AS w (customer_id, low, high, first, at_low, at_high, last, n)
CROSS JOIN LATERAL ({back}) AS back CROSS JOIN LATERAL ({forth}) AS forth
ORDER BY w.n
""".format(
    back=_REACH.format(
        order="DESC",
        edge="w.low",
        within="< w.low AND e.occurred_at >= w.low - %(width)s AND e.id >= w.first AND e.id < w.at_low",
    ),
    forth=_REACH.format(
        order="ASC",
        edge="w.high",
        within="> w.high AND e.occurred_at <= w.high + %(width)s AND e.id >= w.at_high AND e.id < w.last",
    ),
)


class Stretch(NamedTuple):
    """A time of one customer with a pause before and behind it: its first and its last moment."""

    customer: uuid.UUID
    low: dt.datetime
    high: dt.datetime


Due = tuple[uuid.UUID, str, bytes]


def of(events: Iterable[tuple[uuid.UUID, bytes]]) -> Iterator[Due]:
    """What recording these (customer, id) leaves in the queue: the first of each run of them."""
    last: dict[uuid.UUID, int] = {}
    for customer, event in sorted(events):
        at = int.from_bytes(event[:6])
        before, last[customer] = last.get(customer), at
        if before is None or at - before >= _GAP:
            yield customer, READER, event


def whole(customers: Iterable[uuid.UUID]) -> None:
    """Leave for these customers that their whole histories are to be looked at."""
    handover.hand_over([(customer, READER, WHOLE.bytes) for customer in customers])


def take(customers: Sequence[uuid.UUID]) -> tuple[list[uuid.UUID], list[Stretch]]:
    """What is due of these customers, and due no longer: who as a whole, and which stretches of the others, in order
    and apart from each other. Call it in the transaction that writes what becomes of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM events_handover WHERE customer_id = ANY(%s::uuid[]) AND reader = %s"
            " RETURNING customer_id, event_id",
            [copying.array(customers), READER],
        )
        due = cursor.fetchall()
    runs = Counter(customer for customer, _event in due)
    everything = {customer for customer, event in due if event == WHOLE or runs[customer] > MOST}
    return sorted(everything), _around([(who, ids.moment_of(event)) for who, event in due if who not in everything])


def _around(moments: Collection[tuple[uuid.UUID, dt.datetime]]) -> list[Stretch]:
    """The stretches in which these moments lie, as far as people went on without a pause."""
    looking = _joined([Stretch(who, at, at + TICK) for who, at in sorted(moments)], within=sessions.GAP)
    found: list[Stretch] = []
    width = FIRST_LOOK
    while looking:
        further: list[Stretch] = []
        for one, reached in zip(looking, _reached(looking, width), strict=True):
            is_open = _may_go_on(one.low - reached.low, width) or _may_go_on(reached.high - one.high, width)
            (further if is_open else found).append(reached)
        looking, width = further, width * WIDER
    return _joined(sorted(found), within=dt.timedelta(0))


def _may_go_on(step: dt.timedelta, width: dt.timedelta) -> bool:
    """Whether what was seen of one side ends nearer than a pause to the border of what was looked at."""
    return width - step < sessions.GAP


def _reached(stretches: Sequence[Stretch], width: dt.timedelta) -> list[Stretch]:
    """Each with what belongs to it of that time before and behind it."""
    params: dict[str, Any] = {
        "customers": copying.array([one.customer for one in stretches]),
        "lows": copying.array([one.low for one in stretches]),
        "highs": copying.array([one.high for one in stretches]),
        "first": copying.array([ids.floor(one.low - width) for one in stretches]),
        "at_low": copying.array([ids.floor(one.low + TICK) for one in stretches]),
        "at_high": copying.array([ids.floor(one.high) for one in stretches]),
        "last": copying.array([ids.floor(one.high + width + TICK) for one in stretches]),
        "width": width,
        "gap": sessions.GAP.total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, params)
        return [Stretch(*row) for row in cursor.fetchall()]


def _joined(stretches: Iterable[Stretch], *, within: dt.timedelta) -> list[Stretch]:
    """Stretches in their order, those that touch or lie nearer than `within` as one."""
    found: list[Stretch] = []
    for one in stretches:
        last = found[-1] if found else None
        if last is not None and last.customer == one.customer and one.low - last.high <= within:
            found[-1] = last._replace(high=max(last.high, one.high))
        else:
            found.append(one)
    return found
