"""How long people waited, what was promised of it and what they thought: the report of tickets, in whole weeks.

A ticket counts in the week in which it was opened. Times are those of its clock (`surveys.rules.tickets.clock`): the
shop's hours only. What is promised is what holds now, so that two periods are judged alike. A ticket that should have
been answered or resolved by now and was not counts as late; one whose time is not over is not judged yet; of one that
other systems call resolved without saying when, nobody knows how long it took.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from surveys.models import Ticket, TicketMessage
from surveys.rules.statistics.means import Mean
from surveys.rules.statistics.shares import Share
from surveys.rules.tickets.service import NOTHING, Figures, Times
from surveys.selectors.tickets.ruling import Ruling

WEEKS = (4, 13, 26, 52)
GROUPS = ("channel", "topic", "priority")
"""What tickets can be counted by, beside weeks. Names of columns."""
_UNRESOLVED = (Ticket.Status.OPEN, Ticket.Status.WAITING)
_HELP = ("escalated", "overdue")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tickets: of the last so many weeks, today the last day, narrowed by what is not empty. Counted by one of
    GROUPS.
    """

    weeks: int = WEEKS[1]
    by: str = GROUPS[0]
    channel: str = ""
    topic: str = ""
    priority: str = ""


@dataclass(frozen=True)
class Week:
    """Seven days from `begins`, and the same week of the period before."""

    begins: dt.date
    now: Figures
    before: Figures


@dataclass(frozen=True)
class Report:
    """What is known of the period and the one before it. `escalated` are tickets that needed help in it; `open`,
    `overdue` and `helped` are how it stands now, whenever they were opened.
    """

    since: dt.date
    until: dt.date
    now: Figures
    before: Figures
    weeks: Sequence[Week]
    groups: Mapping[str, Figures] = field(default_factory=dict)
    escalated: int = 0
    escalated_before: int = 0
    open: int = 0
    overdue: int = 0
    helped: int = 0


# `bucket` counts the weeks of both periods from 1; the columns of the index `surveys_ticket_waited` alone are read.
_TICKETS = """
    SELECT width_bucket(t.opened_at, %(edges)s::timestamptz[]) AS bucket, t.channel, t.topic, t.priority,
        t.first_reply_seconds AS first, p.first AS first_within,
        CASE WHEN t.status = 'resolved' AND (t.spent_seconds > 0 OR t.first_reply_seconds IS NOT NULL)
            THEN t.spent_seconds END AS whole, p.whole AS whole_within,
        t.first_reply_seconds IS NULL AND t.status <> 'resolved' AND t.first_due_at <= %(now)s AS first_late,
        t.resolve_due_at <= %(now)s AS whole_late,
        t.satisfaction, t.status = 'resolved' AS is_resolved
    FROM surveys_ticket t
    JOIN unnest(%(priorities)s::text[], %(firsts)s::int[], %(wholes)s::int[]) AS p (name, first, whole)
        ON p.name = t.priority
    WHERE t.opened_at >= %(since)s AND t.opened_at < %(until)s {filters}
"""
_TIMES = """
    count({0}), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {0}),
    count(*) FILTER (WHERE {0} <= {0}_within), count(*) FILTER (WHERE {0} IS NOT NULL OR {0}_late),
    avg(ln({0} + 60.0::float8)), stddev_samp(ln({0} + 60.0::float8))
"""
_FIGURES = f"""
    count(*), {_TIMES.format("first")}, {_TIMES.format("whole")},
    count(satisfaction), avg(satisfaction)::float8, stddev_samp(satisfaction)::float8,
    count(satisfaction) FILTER (WHERE is_resolved), count(*) FILTER (WHERE is_resolved)
"""


def report(asked: Asked, ruling: Ruling, now: dt.datetime) -> Report:
    """All of it, in four statements. Raises KeyError for another group."""
    if asked.by not in GROUPS:
        raise KeyError(asked.by)
    edges = _edges(asked.weeks, now)
    middle = edges[asked.weeks]
    params = {
        "now": now,
        "edges": edges,
        "priorities": list(ruling.minutes),
        "firsts": [first * 60 for first, _whole in ruling.minutes.values()],
        "wholes": [whole * 60 for _first, whole in ruling.minutes.values()],
        **{name: getattr(asked, name) for name in GROUPS},
    }
    filters = " ".join(f"AND t.{name} = %({name})s" for name in GROUPS if getattr(asked, name))
    tickets = _TICKETS.format(filters=filters)
    whole, weeks = _by_time(tickets, {**params, "since": edges[0], "until": edges[-1], "weeks": asked.weeks})
    halves = list(zip(edges[asked.weeks : -1], range(1, asked.weeks + 1), strict=True))
    helped = _escalations(filters, {**params, "since": edges[0], "middle": middle, "until": edges[-1]})
    standing = _standing(filters, params)
    return Report(
        since=timezone.localdate(middle),
        until=timezone.localdate(now),
        now=whole.get(True, NOTHING),
        before=whole.get(False, NOTHING),
        weeks=[
            Week(timezone.localdate(begin), weeks.get(asked.weeks + place, NOTHING), weeks.get(place, NOTHING))
            for begin, place in halves
        ],
        groups=_by_group(tickets, asked.by, {**params, "since": middle, "until": edges[-1]}),
        escalated=helped[1],
        escalated_before=helped[0],
        open=standing[0],
        overdue=standing[1],
        helped=standing[2],
    )


def _edges(weeks: int, now: dt.datetime) -> list[dt.datetime]:
    """Where the weeks of both periods begin, in the shop's days, and where the last one ends: with today."""
    zone = timezone.get_current_timezone()
    tomorrow = timezone.localdate(now) + dt.timedelta(days=1)
    days = [tomorrow - dt.timedelta(weeks=back) for back in range(2 * weeks, -1, -1)]
    return [dt.datetime.combine(day, dt.time.min, zone) for day in days]


def _by_time(tickets: str, params: Mapping[str, Any]) -> tuple[dict[bool, Figures], dict[int, Figures]]:
    """Both periods (the later one is True), and each week."""
    whole: dict[bool, Figures] = {}
    weeks: dict[int, Figures] = {}
    statement = f"""
        SELECT is_now, bucket, {_FIGURES} FROM (SELECT t.*, bucket > %(weeks)s AS is_now FROM ({tickets}) t) t
        GROUP BY GROUPING SETS ((is_now), (bucket))
    """  # noqa: S608  (ours)
    for is_now, bucket, *found in _rows(statement, params):
        if bucket is None:
            whole[is_now] = _figures(found)
        else:
            weeks[bucket] = _figures(found)
    return whole, weeks


def _by_group(tickets: str, name: str, params: Mapping[str, Any]) -> dict[str, Figures]:
    """The groups of the period, the largest first."""
    statement = f"SELECT {name}, {_FIGURES} FROM ({tickets}) t GROUP BY {name} ORDER BY count(*) DESC, {name}"  # noqa: S608  (ours)
    return {key: _figures(found) for key, *found in _rows(statement, params)}


def _figures(found: Sequence[Any]) -> Figures:
    """A row of _FIGURES."""
    n, *rest = found
    rated, mean, deviation, of_resolved, resolved = rest[12:]
    return Figures(
        n=n,
        first=_times(rest[:6]),
        whole=_times(rest[6:12]),
        satisfaction=Mean(rated, mean, deviation),
        rated=Share(of_resolved, resolved),
    )


def _times(found: Sequence[Any]) -> Times:
    n, percentiles, within, judged, mean, deviation = found
    median, ninetieth = percentiles or (None, None)
    return Times(n, median, ninetieth, Share(within, judged), Mean(n, mean, deviation))


def _escalations(filters: str, params: Mapping[str, Any]) -> tuple[int, int]:
    """How many tickets needed help in the period before, and in this one: asked for, or by the clock."""
    acts = TicketMessage._meta.db_table
    statement = f"""
        SELECT count(DISTINCT m.ticket_id) FILTER (WHERE m.at < %(middle)s),
            count(DISTINCT m.ticket_id) FILTER (WHERE m.at >= %(middle)s)
        FROM {acts} m {"JOIN surveys_ticket t ON t.customer_id = m.customer_id AND t.id = m.ticket_id" * bool(filters)}
        WHERE m.act IN {_HELP} AND m.at >= %(since)s AND m.at < %(until)s {filters}
    """  # noqa: S608  (ours)
    ((before, now),) = _rows(statement, params)
    return before, now


def _standing(filters: str, params: Mapping[str, Any]) -> tuple[int, int, int]:
    """How many are not resolved now, how many of them are overdue, and how many need help."""
    statement = f"""
        SELECT count(*), count(*) FILTER (WHERE t.next_due_at <= %(now)s), count(t.escalated_at)
        FROM surveys_ticket t WHERE t.status IN {tuple(str(one) for one in _UNRESOLVED)} {filters}
    """  # noqa: S608  (ours)
    ((unresolved, overdue, helped),) = _rows(statement, params)
    return unresolved, overdue, helped


def _rows(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
