"""Which article somebody's own offer is on: what they buy most, or what they wish for. Set-based, by customer."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from cdp.core import copying


@dataclass(frozen=True, slots=True)
class Article:
    """An article and why it is this one: in how many orders it was kept, or since when it is wished for."""

    sku: str
    orders: int = 0
    wished_at: datetime | None = None


_BOUGHT = """
WITH kept AS (
    SELECT l.customer_id, l.sku, o.id, o.placed_at, sum(l.amount) AS amount, sum(l.quantity) AS quantity
    FROM commerce_order o JOIN commerce_orderline l ON l.customer_id = o.customer_id AND l.order_id = o.id
    WHERE o.customer_id = ANY(%(customers)s::uuid[]) AND o.is_counted AND o.status <> 'refunded'
        AND o.placed_at >= %(since)s AND o.placed_at <= %(now)s AND l.sku <> ''
    GROUP BY 1, 2, 3, 4
),
back AS (
    SELECT r.customer_id, r.order_id, b.sku, sum(b.amount) AS amount, sum(b.quantity) AS quantity
    FROM commerce_refund r JOIN commerce_refundline b ON b.customer_id = r.customer_id AND b.refund_id = r.id
    WHERE r.customer_id = ANY(%(customers)s::uuid[]) AND r.order_id IS NOT NULL AND b.sku <> ''
    GROUP BY 1, 2, 3
),
liked AS (
    SELECT k.customer_id, k.sku, count(*) AS orders, sum(k.amount - COALESCE(b.amount, 0)) AS amount,
        max(k.placed_at) AS latest
    FROM kept k LEFT JOIN back b ON b.customer_id = k.customer_id AND b.order_id = k.id AND b.sku = k.sku
    WHERE k.quantity > COALESCE(b.quantity, 0)
    GROUP BY 1, 2
)
SELECT DISTINCT ON (customer_id) customer_id, sku, orders, NULL::timestamptz FROM liked
WHERE orders >= %(least)s
ORDER BY customer_id, orders DESC, amount DESC, latest DESC, sku
"""
_WISHED = """
WITH wished AS (
    SELECT w.customer_id, w.sku, w.added_at AS at FROM commerce_wish w
    WHERE w.customer_id = ANY(%(customers)s::uuid[]) AND w.removed_at IS NULL
    UNION ALL
    SELECT i.customer_id, i.sku, i.noted_at FROM commerce_stockinterest i
    WHERE i.customer_id = ANY(%(customers)s::uuid[]) AND i.ended_at IS NULL
)
SELECT DISTINCT ON (w.customer_id) w.customer_id, w.sku, 0, w.at FROM wished w
WHERE w.sku <> '' AND w.at >= %(since)s AND w.at <= %(now)s AND NOT EXISTS (
    SELECT 1 FROM commerce_order o JOIN commerce_orderline l ON l.customer_id = o.customer_id AND l.order_id = o.id
    WHERE o.customer_id = w.customer_id AND o.is_counted AND l.sku = w.sku AND o.placed_at >= w.at
)
ORDER BY w.customer_id, w.at DESC, w.sku
"""


def bought(
    customers: Collection[uuid.UUID], *, since: datetime, now: datetime, least: int = 2
) -> dict[uuid.UUID, Article]:
    """What each of these bought in most orders (`least` or more), and kept: of as many the one for which more was
    paid, then the one bought last, then by its number. What came back counts as never bought. One query.
    """
    return _read(_BOUGHT, {"customers": copying.array(list(customers)), "since": since, "now": now, "least": least})


def wished(customers: Collection[uuid.UUID], *, since: datetime, now: datetime) -> dict[uuid.UUID, Article]:
    """What each of these wished for last, on a wish list or by waiting for it, and has not bought since. One query."""
    return _read(_WISHED, {"customers": copying.array(list(customers)), "since": since, "now": now})


def _read(statement: str, values: Mapping[str, Any]) -> dict[uuid.UUID, Article]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {customer: Article(sku, orders, at) for customer, sku, orders, at in cursor.fetchall()}
