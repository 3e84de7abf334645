"""The figures of the home page. Bounded queries over indexed columns, kept for a minute so that every reader of a
busy morning costs one run.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from cdp.core import remembered
from surveys.selectors.results import standing
from surveys.selectors.results.standing import Standing

WEEKS = 26
DAYS = 30
LAPSED_DAYS = 90
# Orders with what one unit of their money was worth in the shop's on their day; NULL where no rate is known. Few rates,
# many orders: one pass over the orders with a small hash table beside it.
_RATED = """(
    SELECT currency, "on", lead("on", 1, 'infinity') OVER (PARTITION BY currency ORDER BY "on") AS until, rate
    FROM commerce_exchangerate
) r RIGHT JOIN commerce_order o ON o.currency = r.currency AND o.currency <> %(currency)s
    AND (o.placed_at AT TIME ZONE %(zone)s)::date >= r."on" AND (o.placed_at AT TIME ZONE %(zone)s)::date < r.until
CROSS JOIN LATERAL (SELECT CASE WHEN o.currency = %(currency)s THEN 1 ELSE r.rate END) AS w(worth)"""


@dataclass(frozen=True)
class Home:
    """Everything the home page shows of the shop as a whole."""

    customers: int
    new_customers: int
    new_before: int
    orders: int
    orders_before: int
    revenue: Decimal  # in the shop's currency, last 30 days; other currencies at the rate of the day
    revenue_before: Decimal
    other_revenue: list[tuple[str, Decimal]]  # what no rate is known for, by currency, largest count first
    reachable: int
    lapsed: int
    weeks: list[dt.date]
    weekly_revenue: list[float]
    weekly_orders: list[int]
    weekly_customers: list[int]

    @property
    def reachable_share(self) -> float | None:
        """The share of customers who allow e-mail marketing; None without customers."""
        return self.reachable / self.customers if self.customers else None


def home(*, now: dt.datetime) -> Home:
    """The figures at `now`, at most a minute old."""
    return remembered.kept("home-figures", lambda: _home(now))


def recommendation(*, now: dt.datetime) -> Standing | None:
    """How likely customers are to recommend the shop, at most a minute old; None where too few said so."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return remembered.kept("home-recommendation", lambda: standing.recommendation(today))


def _home(now: dt.datetime) -> Home:
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    # As the ready-made segment counts "new in the last 30 days", in whole days of the shop: both figures stand on one
    # page. What it is compared with is as long as what has passed of it.
    month = dt.datetime.combine(today - dt.timedelta(days=DAYS), dt.time(), tzinfo=zone).astimezone(dt.UTC)
    before = month - (now - month)
    first_week = today - dt.timedelta(days=today.weekday(), weeks=WEEKS - 1)
    weeks = [first_week + dt.timedelta(weeks=number) for number in range(WEEKS)]
    since = dt.datetime.combine(first_week, dt.time(), tzinfo=zone)
    customers, new_customers, new_before = _one(
        """
        SELECT count(*), count(*) FILTER (WHERE created_at >= %(month)s AND created_at <= %(now)s),
               count(*) FILTER (WHERE created_at >= %(before)s AND created_at < %(month)s)
        FROM customers_customer WHERE status = 'known'
        """,
        month=month, before=before, now=now,
    )  # fmt: skip
    money = _all(
        f"""
        SELECT o.currency, count(*) FILTER (WHERE placed_at >= %(month)s),
               count(*) FILTER (WHERE placed_at < %(month)s),
               coalesce(sum(amount * worth) FILTER (WHERE placed_at >= %(month)s), 0),
               coalesce(sum(amount * worth) FILTER (WHERE placed_at < %(month)s), 0),
               coalesce(sum(amount) FILTER (WHERE placed_at >= %(month)s AND worth IS NULL), 0)
        FROM {_RATED} WHERE is_counted AND placed_at >= %(before)s AND placed_at <= %(now)s
        GROUP BY o.currency ORDER BY 2 DESC
        """,  # noqa: S608  (a constant of this module)
        month=month, before=before, now=now, currency=settings.CDP_CURRENCY, zone=settings.TIME_ZONE,
    )  # fmt: skip
    (reachable,) = _one(
        """
        SELECT count(*) FROM consent_consentstate AS s JOIN customers_customer AS c ON c.id = s.customer_id
        WHERE s.purpose = 'marketing' AND s.channel = 'email' AND s.is_granted AND c.status = 'known'
        """
    )
    (lapsed,) = _one(
        "SELECT count(*) FROM analytics_customermetrics WHERE last_order_at < %(edge)s",
        # As the trigger counts: whole days in the shop's zone, more than LAPSED_DAYS.
        edge=dt.datetime.combine(today - dt.timedelta(days=LAPSED_DAYS), dt.time(), tzinfo=zone),
    )
    orders = {
        row[0]: row[1:]
        for row in _all(
            f"""
            SELECT date_trunc('week', placed_at AT TIME ZONE %(zone)s)::date, count(*),
                   coalesce(sum(amount * worth), 0)
            FROM {_RATED} WHERE is_counted AND placed_at >= %(since)s AND placed_at <= %(now)s GROUP BY 1
            """,  # noqa: S608
            zone=settings.TIME_ZONE, currency=settings.CDP_CURRENCY, since=since, now=now,
        )
    }  # fmt: skip
    joined = dict(
        _all(
            """
            SELECT date_trunc('week', created_at AT TIME ZONE %(zone)s)::date, count(*)
            FROM customers_customer WHERE status = 'known' AND created_at >= %(since)s AND created_at <= %(now)s
            GROUP BY 1
            """,
            zone=settings.TIME_ZONE, since=since, now=now,
        )
    )  # fmt: skip
    return Home(
        customers=customers,
        new_customers=new_customers,
        new_before=new_before,
        orders=sum(row[1] for row in money),
        orders_before=sum(row[2] for row in money),
        revenue=sum((row[3] for row in money), Decimal(0)),
        revenue_before=sum((row[4] for row in money), Decimal(0)),
        other_revenue=[(row[0], row[5]) for row in money if row[5]],
        reachable=reachable,
        lapsed=lapsed,
        weeks=weeks,
        weekly_revenue=[float(orders.get(week, (0, 0))[1]) for week in weeks],
        weekly_orders=[orders.get(week, (0, 0))[0] for week in weeks],
        weekly_customers=[joined.get(week, 0) for week in weeks],
    )


def _all(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _one(sql: str, **params: Any) -> tuple[Any, ...]:
    return _all(sql, **params)[0]
