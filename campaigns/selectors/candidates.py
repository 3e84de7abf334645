"""Whom a campaign's trigger and audience meet now and who did not get that occurrence yet: one statement.

The rows come through a cursor that outlives its transaction, so each batch of a million-strong audience is planned in
a short transaction of its own while the question was asked only once.

The rows come by preference, because people who share an address get one message between them and the first takes it:
who ordered last, then whose record is oldest (ids grow with time).
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from analytics.rules.metrics import ENDS
from campaigns.rules.definition import Definition, Inactive, Manual, NeverOrdered, PointsExpiring
from campaigns.selectors import audiences, endings
from loyalty.selectors import endings as soon

BATCH = 5000

# The occurrence names the last activity, to the microsecond and in UTC, so that one lapse is answered once whatever
# time zone a session has.
_MOMENT = """to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""

# As of `now`: the metric, unless orders dated later (an audience asked about the past) are in it already.
_LAST_ORDER = """
CROSS JOIN LATERAL (
    SELECT CASE WHEN m.last_order_at <= %(now)s THEN m.last_order_at ELSE (
        SELECT max(o.placed_at) FROM commerce_order o
        WHERE o.customer_id = c.id AND o.is_counted AND o.placed_at <= %(now)s
    ) END AS at
) last
"""
_INACTIVE_ORDER = f"""
SELECT c.id, 'inactive:' || {_MOMENT.format(at="last.at")} AS occurrence
FROM customers_customer c
JOIN analytics_customermetrics m ON m.customer_id = c.id
{_LAST_ORDER}
WHERE c.status = 'known'
    AND (m.last_order_at < %(cutoff)s OR m.last_order_at > %(now)s) AND last.at < %(cutoff)s
    -- An order whose metrics are still being computed.
    AND NOT EXISTS (
        SELECT 1 FROM commerce_order o
        WHERE o.customer_id = c.id AND o.is_counted AND o.placed_at >= %(cutoff)s AND o.placed_at <= %(now)s
    )
"""  # noqa: S608  (only constants of this module)
_INACTIVE_VISIT = f"""
SELECT c.id, 'inactive-visit:' || {_MOMENT.format(at="m.last_seen_at")} AS occurrence
FROM customers_customer c
JOIN analytics_customermetrics m ON m.customer_id = c.id
WHERE c.status = 'known' AND m.last_seen_at < %(cutoff)s
"""  # noqa: S608  (only constants of this module)
# Who never logged in has nothing to come back to: they are nobody's lapse.
_INACTIVE_LOGIN = f"""
SELECT c.id, 'inactive-login:' || {_MOMENT.format(at="m.last_login_at")} AS occurrence
FROM customers_customer c
JOIN analytics_customermetrics m ON m.customer_id = c.id
WHERE c.status = 'known' AND m.last_login_at < %(cutoff)s
"""  # noqa: S608  (only constants of this module)
_NEVER_ORDERED = f"""
SELECT c.id, 'never-ordered:' || {_MOMENT.format(at="c.created_at")} AS occurrence
FROM customers_customer c
WHERE c.status = 'known' AND c.created_at < %(cutoff)s
    AND NOT EXISTS (
        SELECT 1 FROM commerce_order o WHERE o.customer_id = c.id AND o.is_counted AND o.placed_at <= %(now)s
    )
"""  # noqa: S608  (only constants of this module)
# The occurrence names the first end of what is told of. What a message told of already is told of once, also where
# every day has an end of its own: ends that come into sight later arm it again, and so does an end that moved there.
_POINTS_EXPIRING = f"""
SELECT c.id, '{endings.OCCURRENCE}' || {_MOMENT.format(at="soon.first")} AS occurrence
FROM customers_customer c
JOIN analytics_customermetrics m ON m.customer_id = c.id
CROSS JOIN LATERAL (SELECT min(s.at) AS first, -sum(s.by) AS amount {ENDS} AND s.at <= %(until)s) soon
WHERE c.status = 'known' AND m.points_ending_at <= %(until)s AND soon.amount >= %(minimum)s
"""  # noqa: S608  (only constants)
_TOLD_OF = f"""
    AND NOT EXISTS (
        SELECT 1 FROM campaigns_message told WHERE told.customer_id = c.id AND told.campaign_id = %(campaign)s
            AND told.occurrence LIKE '{endings.OCCURRENCE}%%'
            AND soon.first <= (((told.planned_at AT TIME ZONE %(zone)s)::date + %(days)s + 1)::timestamp
                AT TIME ZONE %(zone)s)
    )
"""  # noqa: S608  (only constants)
_MANUAL = """
SELECT c.id, 'manual' AS occurrence
FROM customers_customer c
LEFT JOIN analytics_customermetrics m ON m.customer_id = c.id
WHERE c.status = 'known'
"""


@dataclass(frozen=True)
class Candidate:
    """Somebody the trigger and the audience meet; `occurrence` names what set it off."""

    customer: uuid.UUID
    occurrence: str


def batches(
    definition: Definition, *, now: dt.datetime, campaign: uuid.UUID | None, size: int = BATCH
) -> Iterator[list[Candidate]]:
    """Candidates, the preferred of an address first, without those who have the occurrence from `campaign` already."""
    sql, params = statement(definition, now=now, campaign=campaign)
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(size):
            yield [Candidate(customer, occurrence) for customer, occurrence in rows]


def statement(definition: Definition, *, now: dt.datetime, campaign: uuid.UUID | None) -> tuple[str, dict[str, Any]]:
    """The one statement with its named parameters; its rows are (customer, occurrence) in the order of preference."""
    triggered, conditions, preference, params = _parts(definition, now=now, campaign=campaign)
    return f"{triggered}{conditions} ORDER BY {preference}", params


def placed(
    definition: Definition,
    *,
    now: dt.datetime,
    campaign: uuid.UUID | None,
    among: Sequence[uuid.UUID] | None = None,
) -> tuple[str, dict[str, Any]]:
    """The same people, of those in `among` only where given, as (id, occurrence, place): to be part of a statement.

    `place` counts from 1 in the order of preference. The parameter of `among` is called `ids`.
    """
    triggered, conditions, preference, params = _parts(definition, now=now, campaign=campaign, among=among)
    place = f" AS occurrence, row_number() OVER (ORDER BY {preference}) AS place\n"
    return triggered.replace(" AS occurrence\n", place, 1) + conditions, params


def _parts(
    definition: Definition,
    *,
    now: dt.datetime,
    campaign: uuid.UUID | None,
    among: Sequence[uuid.UUID] | None = None,
) -> tuple[str, str, str, dict[str, Any]]:
    """Whom the trigger meets, the conditions behind it, the order of preference, and the parameters."""
    trigger = definition.trigger
    params: dict[str, Any] = {"now": now}
    last_order = "m.last_order_at"
    match trigger:
        case Inactive(activity="order"):
            triggered, last_order = _INACTIVE_ORDER, "last.at"
        case Inactive(activity="login"):
            triggered = _INACTIVE_LOGIN
        case Inactive():
            triggered = _INACTIVE_VISIT
        case NeverOrdered():
            triggered, last_order = _NEVER_ORDERED, ""
        case PointsExpiring():
            triggered = _POINTS_EXPIRING
            params |= {"until": soon.until(now, trigger.days), "minimum": trigger.minimum}
        case Manual():
            triggered = _MANUAL
    if not isinstance(trigger, Manual):
        params["cutoff"] = cutoff(trigger.days, now=now)
    conditions = ""
    if definition.audience is not None:
        audience = audiences.statement(definition.audience, now=now, among=among)
        conditions += f" AND c.id IN ({audience.sql})"
        params |= audience.params
    if among is not None:
        params["ids"] = list(among)
        conditions += " AND c.id = ANY(%(ids)s)"
    if campaign is not None:
        params["campaign"] = campaign
        conditions += (
            " AND NOT EXISTS (SELECT 1 FROM campaigns_message had WHERE had.customer_id = c.id"
            " AND had.campaign_id = %(campaign)s AND had.occurrence = {occurrence})"
        )
        if isinstance(trigger, PointsExpiring):
            params |= {"zone": settings.TIME_ZONE, "days": trigger.days}
            conditions += _TOLD_OF
    occurrence = triggered.partition("SELECT c.id, ")[2].partition(" AS occurrence")[0]
    preference = f"{last_order} DESC NULLS LAST, c.id" if last_order else "c.id"
    return triggered, conditions.replace("{occurrence}", occurrence), preference, params


def window(definition: Definition, *, now: dt.datetime) -> dt.datetime | None:
    """Messages planned since then answer the same occurrence when the address is the same; None: all of them do.

    People who share an address have occurrences of their own, told apart by their last orders. Within the days after
    which the trigger would be met again they are one and the same lapse.
    """
    trigger = definition.trigger
    return None if isinstance(trigger, Manual) else cutoff(trigger.days, now=now)


def cutoff(days: int, *, now: dt.datetime) -> dt.datetime:
    """Activity before this instant is more than `days` whole days ago in the shop's time zone.

    date(now) - date(activity) > days exactly when the activity lies before the start of the day `days` days ago.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    day = now.astimezone(zone).date() - dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
