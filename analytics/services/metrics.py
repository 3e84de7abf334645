"""Fact metrics: one statement from orders, refunds, rates and visits to one row per customer.

The pipeline runs it for the customers that changed, `rebuild` for everybody; it is the same statement, so both agree.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from analytics.rules import currencies
from analytics.services import turns
from cdp.core import copying, pipeline
from cdp.core.models import Mark
from consent.selectors import profiling
from customers.services import buckets
from events.services import sessions
from loyalty.models import Member
from loyalty.selectors import purses

RANGE = 50_000
"""Customers per transaction of a rebuild: about a second, so that the pipeline gets its turn in between."""

MOST_STEPS = 500
"""Moments at which time changes what somebody has that are kept; long before the last they are reckoned again."""

_LAST = uuid.UUID(int=2**128 - 1)

_AMONG = "{column} = ANY(%(ids)s)"
_BETWEEN = "{column} >= %(low)s AND {column} < %(high)s"

# One document kind (orders or refunds) summed per customer. Each amount meets the latest rate dated on or before its
# own day in the shop's zone; an amount without one leaves the total empty and is named. Sums are exact; rounding to
# minor units comes last. Only columns of the covering index are read.
_SUMS = """
SELECT customer_id,
       sum(documents)::int AS documents,
       jsonb_object_agg(currency, round(amount, CASE WHEN currency = ANY(%(without)s) THEN 0
                                                     WHEN currency = ANY(%(with_three)s) THEN 3 ELSE 2 END)::text
       ) AS by_currency,
       CASE WHEN bool_and(is_rated) THEN round(sum(total), %(digits)s) END AS total,
       min(currency) FILTER (WHERE NOT is_rated) AS missing,
       min(first_at) AS first_at,
       max(last_at) AS last_at
FROM (
    SELECT d.customer_id, d.currency,
           count(*) AS documents,
           sum(d.amount) AS amount,
           CASE WHEN d.currency = %(shop)s THEN sum(d.amount) ELSE sum(d.amount * r.rate) END AS total,
           d.currency = %(shop)s OR bool_and(r.rate IS NOT NULL) AS is_rated,
           min(d.{at}) AS first_at,
           max(d.{at}) AS last_at
    FROM {table} d
    LEFT JOIN LATERAL (
        SELECT e.rate FROM commerce_exchangerate e
        WHERE d.currency <> %(shop)s AND e.currency = d.currency
          AND e."on" <= (d.{at} AT TIME ZONE %(zone)s)::date
        ORDER BY e."on" DESC LIMIT 1
    ) r ON TRUE
    WHERE {scope} {only}
    GROUP BY d.customer_id, d.currency
) per_currency
GROUP BY customer_id
"""

_COLUMNS = (
    "orders_count, revenue_by_currency, refunds_by_currency, revenue_total, refunds_total, missing_rate,"
    " first_order_at, last_order_at, last_seen_at, sessions_count, last_login_at, followers, sentiment,"
    " tickets_open, last_satisfaction, member_since, tier, points_balance, stamps_balance, store_credit,"
    " points_ending_at, purse_next_at, purse_at, purse_of, purse_by, coupons_used"
)

# Rows that would stay the same are left out before the INSERT: ON CONFLICT would lock, and so write, each of them.
_UPSERT = """
WITH orders AS ({orders}), refunds AS ({refunds}),
seen AS (
    SELECT v.customer_id, count(*)::int AS visits, max(v.ended_at) AS at, max(v.signed_in_at) AS login
    FROM events_session v WHERE {seen_scope} AND NOT v.is_bot GROUP BY v.customer_id
),
followed AS (
    SELECT t.customer_id, max(t.followers) AS most FROM (
        SELECT DISTINCT ON (a.customer_id, a.platform, a.account) a.customer_id, a.followers
        FROM surveys_socialact a WHERE {followed_scope} AND a.followers IS NOT NULL
        ORDER BY a.customer_id, a.platform, a.account, a.at DESC, a.id DESC
    ) t GROUP BY t.customer_id
),
felt AS (
    SELECT DISTINCT ON (g.customer_id) g.customer_id, g.sentiment FROM surveys_reading g
    WHERE {felt_scope} AND g.sentiment <> '' ORDER BY g.customer_id, g.at DESC, g.text_id DESC
),
asked AS (
    SELECT t.customer_id, count(*) FILTER (WHERE t.status <> 'resolved')::int AS unresolved,
           (array_agg(t.satisfaction ORDER BY t.satisfaction_at DESC, t.id DESC)
               FILTER (WHERE t.satisfaction IS NOT NULL))[1] AS stars
    FROM surveys_ticket t WHERE {asked_scope} GROUP BY t.customer_id
),
joined AS (
    SELECT j.customer_id, j.joined_at, NULLIF(j.tier, '') AS tier
    FROM loyalty_member j WHERE {joined_scope} AND j.left_at IS NULL
),
-- Rows whose lots each member may spend: merged people's are among them, as nothing of theirs ever moves, and those of
-- who shares a household with them, who keeps money and debts for themselves.
pool AS (SELECT * FROM unnest(%(rows)s::uuid[], %(tops)s::uuid[], %(mine)s::boolean[]) AS p (row, top, mine)),
wallet AS (
    SELECT k.key, CASE k.kind WHEN 'credit' THEN 'credit' WHEN 'stamps' THEN 'stamps' ELSE 'points' END AS label
    FROM loyalty_wallettype k
    WHERE k.key = 'points' OR k.kind = 'stamps' OR (k.kind = 'credit' AND k.currency = %(shop)s)
),
-- What is there now (no moment), what can be spent from when on, and what ends when.
step AS (
    SELECT p.top, k.label, v.at, sum(v.by) AS by
    FROM pool p
    JOIN loyalty_lot l ON l.customer_id = p.row AND (l.pending > 0 OR l.active > 0 OR l.held > 0)
    JOIN wallet k ON k.key = l.wallet AND (p.mine OR k.label <> 'credit')
    CROSS JOIN LATERAL (VALUES
        (NULL::timestamptz, CASE WHEN l.ends <= %(now)s THEN 0
                                 ELSE l.active + CASE WHEN l.active_from <= %(now)s THEN l.pending ELSE 0 END END),
        (l.active_from, CASE WHEN l.active_from > %(now)s AND COALESCE(l.ends > l.active_from, TRUE)
                             THEN l.pending ELSE 0 END),
        (l.ends, CASE WHEN l.ends > %(now)s
                      THEN -l.active - CASE WHEN l.active_from < l.ends THEN l.pending ELSE 0 END ELSE 0 END)
    ) v (at, by)
    WHERE v.by <> 0 GROUP BY p.top, k.label, v.at, v.by < 0
    UNION ALL
    SELECT p.top, k.label, NULL, -sum(b.debt)
    FROM pool p JOIN loyalty_balance b ON b.customer_id = p.row AND b.debt > 0 AND p.mine
    JOIN wallet k ON k.key = b.wallet
    GROUP BY p.top, k.label
),
purse AS (
    SELECT s.top,
           sum(s.by) FILTER (WHERE s.at IS NULL AND s.label = 'points') AS points,
           sum(s.by) FILTER (WHERE s.at IS NULL AND s.label = 'stamps') AS stamps,
           sum(s.by) FILTER (WHERE s.at IS NULL AND s.label = 'credit') AS credit,
           min(s.at) FILTER (WHERE s.by < 0 AND s.label = 'points') AS ending_at,
           min(s.at) AS next_at,
           (array_agg(s.at ORDER BY s.at, s.label, s.by) FILTER (WHERE s.at IS NOT NULL))[1:{steps}] AS moments,
           (array_agg(s.label ORDER BY s.at, s.label, s.by) FILTER (WHERE s.at IS NOT NULL))[1:{steps}] AS labels,
           (array_agg(s.by ORDER BY s.at, s.label, s.by) FILTER (WHERE s.at IS NOT NULL))[1:{steps}] AS amounts
    FROM step s GROUP BY s.top
),
used AS (
    SELECT g.customer_id, count(*)::int AS coupons FROM (
        SELECT y.customer_id FROM loyalty_coupon y WHERE {coupon_scope} AND y.redeemed_at IS NOT NULL
        UNION ALL
        SELECT y.customer_id FROM loyalty_promotionuse y WHERE {coupon_scope} AND y.reversed_at IS NULL
    ) g GROUP BY g.customer_id
),
figures AS (
    SELECT c.id AS customer_id,
           COALESCE(o.documents, 0) AS orders_count,
           COALESCE(o.by_currency, '{{}}'::jsonb) AS revenue_by_currency,
           COALESCE(r.by_currency, '{{}}'::jsonb) AS refunds_by_currency,
           CASE WHEN o.customer_id IS NULL THEN 0 ELSE o.total END AS revenue_total,
           CASE WHEN r.customer_id IS NULL THEN 0 ELSE r.total END AS refunds_total,
           COALESCE(LEAST(o.missing, r.missing), '') AS missing_rate,
           o.first_at AS first_order_at,
           o.last_at AS last_order_at,
           s.at AS last_seen_at,
           COALESCE(s.visits, 0) AS sessions_count,
           s.login AS last_login_at,
           w.most AS followers,
           l.sentiment,
           COALESCE(t.unresolved, 0) AS tickets_open,
           t.stars AS last_satisfaction,
           j.joined_at AS member_since,
           j.tier,
           CASE WHEN j.customer_id IS NOT NULL THEN COALESCE(h.points, 0) END AS points_balance,
           CASE WHEN j.customer_id IS NOT NULL THEN COALESCE(h.stamps, 0) END AS stamps_balance,
           CASE WHEN j.customer_id IS NOT NULL THEN COALESCE(h.credit, 0) END AS store_credit,
           h.ending_at AS points_ending_at,
           h.next_at AS purse_next_at,
           h.moments AS purse_at,
           h.labels AS purse_of,
           h.amounts AS purse_by,
           COALESCE(u.coupons, 0) AS coupons_used
    FROM customers_customer c
    LEFT JOIN orders o ON o.customer_id = c.id
    LEFT JOIN refunds r ON r.customer_id = c.id
    LEFT JOIN seen s ON s.customer_id = c.id
    LEFT JOIN followed w ON w.customer_id = c.id
    LEFT JOIN felt l ON l.customer_id = c.id
    LEFT JOIN asked t ON t.customer_id = c.id
    LEFT JOIN joined j ON j.customer_id = c.id
    LEFT JOIN purse h ON h.top = c.id AND j.customer_id IS NOT NULL
    LEFT JOIN used u ON u.customer_id = c.id
    WHERE {scope} AND c.status = 'known' AND NOT {stopped}
)
INSERT INTO analytics_customermetrics AS m (customer_id, {columns}, computed_at)
SELECT f.customer_id, {new}, %(now)s
FROM figures f LEFT JOIN analytics_customermetrics m ON m.customer_id = f.customer_id AND {stored_scope}
WHERE m.customer_id IS NULL OR ({old}) IS DISTINCT FROM ({new})
ORDER BY f.customer_id
ON CONFLICT (customer_id) DO UPDATE SET ({columns}, computed_at) = ({excluded}, EXCLUDED.computed_at)
"""

# Nothing is worked out of who refused it.
_STOPPED = profiling.is_stopped("c")
_FORGET = """
DELETE FROM analytics_customermetrics m USING customers_customer c
WHERE c.id = m.customer_id AND (c.status <> 'known' OR {stopped}) AND {scope}
"""


def _upsert(scope: str) -> str:
    sums = {
        table: _SUMS.format(table=table, at=at, only=only, scope=scope.format(column="d.customer_id"))
        for table, at, only in (
            ("commerce_order", "placed_at", "AND d.is_counted"),
            ("commerce_refund", "at", ""),
        )
    }
    names = _COLUMNS.split(", ")
    return _UPSERT.format(
        orders=sums["commerce_order"],
        refunds=sums["commerce_refund"],
        seen_scope=scope.format(column="v.customer_id"),
        followed_scope=scope.format(column="a.customer_id"),
        felt_scope=scope.format(column="g.customer_id"),
        asked_scope=scope.format(column="t.customer_id"),
        joined_scope=scope.format(column="j.customer_id"),
        coupon_scope=scope.format(column="y.customer_id"),
        steps=MOST_STEPS,
        # Said again, or a table that statistics still know as empty is read whole per range (seen: twice the time).
        stored_scope=scope.format(column="m.customer_id"),
        scope=scope.format(column="c.id"),
        stopped=_STOPPED,
        columns=_COLUMNS,
        new=", ".join(f"f.{name}" for name in names),
        old=", ".join(f"m.{name}" for name in names),
        excluded=", ".join(f"EXCLUDED.{name}" for name in names),
    )


_UPSERT_AMONG, _UPSERT_BETWEEN = _upsert(_AMONG), _upsert(_BETWEEN)
_FORGET_AMONG = _FORGET.format(stopped=_STOPPED, scope=_AMONG.format(column="c.id"))
_FORGET_BETWEEN = _FORGET.format(stopped=_STOPPED, scope=_BETWEEN.format(column="c.id"))


def _params(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "shop": settings.CDP_CURRENCY,
        "zone": settings.TIME_ZONE,
        "digits": currencies.digits(settings.CDP_CURRENCY),
        "without": sorted(currencies.WITHOUT),
        "with_three": sorted(currencies.WITH_THREE),
    }


def _pools(**scope: Any) -> dict[str, str]:
    """Whose lots the members among these may spend, as the parameters of the statement. A query where nobody is."""
    members = list(Member.objects.filter(left_at=None, **scope).values_list("customer_id", flat=True))
    shared = purses.sharing(members)
    found = [(row, top, row in shared.persons[top]) for top in members for row in shared.rows(top)]
    return {name: copying.array([one[at] for one in found]) for at, name in enumerate(("rows", "tops", "mine"))}


def update(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Pipeline step: bring the rows of these customers up to their facts. Unchanged rows are not written."""
    people = buckets.without(customers)
    if not people:
        return
    params = _params(now) | {"ids": people}
    with transaction.atomic(), connection.cursor() as cursor:
        turns.share()
        cursor.execute(_UPSERT_AMONG, params | _pools(customer_id__in=people))
        cursor.execute(_FORGET_AMONG, params)


def catch_up(now: datetime) -> int:
    """`update` of all customers whose marks wait, their visits first. Returns how many; the marks stay for the
    pipeline's other steps.
    """
    waiting = sorted(set(Mark.objects.values_list("customer_id", flat=True)))
    for start in range(0, len(waiting), pipeline.BATCH):
        portion = waiting[start : start + pipeline.BATCH]
        sessions.update(portion, now)
        update(portion, now)
    return len(waiting)


def rebuild(now: datetime, *, on_progress: Callable[[int], None] | None = None) -> int:
    """The same statement over all known customers, range by range. Returns how many rows changed.

    Ranges of ids instead of one statement: each holds the pipeline up for a second instead of a minute (see `turns`),
    a stop in between loses one range, and memory stays the same for any number of customers.
    """
    changed, low = 0, uuid.UUID(int=0)
    params = _params(now)
    while low != _LAST:
        high = _end_of_range(low)
        with transaction.atomic(), connection.cursor() as cursor:
            turns.take_alone()
            # Sums in the order of the index, which needs no memory; the planner would hash, at up to twice the time.
            cursor.execute("SELECT set_config('enable_hashagg', 'off', true)")
            pools = _pools(customer_id__gte=low, customer_id__lt=high)
            cursor.execute(_UPSERT_BETWEEN, params | pools | {"low": low, "high": high})
            changed += cursor.rowcount
            cursor.execute(_FORGET_BETWEEN, params | {"low": low, "high": high})
        low = high
        if on_progress:
            on_progress(changed)
    return changed


def _end_of_range(low: uuid.UUID) -> uuid.UUID:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_customer WHERE id >= %s AND status = 'known' ORDER BY id OFFSET %s LIMIT 1",
            [low, RANGE],
        )
        row = cursor.fetchone()
    return row[0] if row else _LAST
