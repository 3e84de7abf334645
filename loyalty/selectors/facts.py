"""Orders and returns as loyalty sees them: which stand otherwise than when they were settled, and what is in them."""

import json
import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from cdp.core import copying
from loyalty.models import Settled
from loyalty.rules import benefit as benefits
from loyalty.rules.earning import Basket, Line
from loyalty.rules.keeping import Back
from loyalty.rules.settling import Purchase

ZERO = Decimal(0)
Given = tuple[Any, Decimal | None]
"""What a coupon gives, and what came off where it was told."""
TENTH = Decimal("0.0000000001")


@dataclass(frozen=True, slots=True)
class Changed:
    """A fact that stands otherwise than when it was settled. `seen` is empty where it is this purse's no more."""

    top: uuid.UUID
    kind: str
    fact: uuid.UUID
    seen: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A row whose facts belong to a purse, and since when who stands for it is a member."""

    row: uuid.UUID
    top: uuid.UUID
    joined_at: datetime


_Returns = list[tuple[Decimal, list[Back]]]

# What tells "as it was" from "changed": the order, what came back of it, what was redeemed for it, and since when its
# buyer is a member. Everything is read by customer; nothing is written.
_CHANGED = """
WITH pool (row, top, joined) AS MATERIALIZED (SELECT * FROM unnest(%(rows)s::uuid[], %(tops)s::uuid[],
    %(joined)s::timestamptz[])),
back AS (
    SELECT p.top, r.order_id, md5(string_agg(concat_ws('/', r.id, r.amount, r.currency,
        extract(epoch FROM r.created_at), md5(r.content_digest)), ',' ORDER BY r.id)) AS seen
    FROM pool p JOIN commerce_refund r ON r.customer_id = p.row WHERE r.order_id IS NOT NULL GROUP BY 1, 2
),
coupon AS (
    SELECT g.top, g.order_id, md5(string_agg(concat_ws('/', g.id, g.off), ',' ORDER BY g.id)) AS seen FROM (
        SELECT p.top, c.order_id, c.id, c.off FROM pool p JOIN loyalty_coupon c ON c.customer_id = p.row
        WHERE c.order_id IS NOT NULL
        UNION ALL
        SELECT p.top, u.order_id, u.id, u.off FROM pool p JOIN loyalty_promotionuse u ON u.customer_id = p.row
        WHERE u.order_id IS NOT NULL AND u.reversed_at IS NULL
    ) g GROUP BY 1, 2
),
held AS (
    SELECT p.top, h.source, h.reference, sum(h.captured) AS seen
    FROM pool p JOIN loyalty_hold h ON h.customer_id = p.row
    WHERE h.state = 'captured' AND h.reference <> '' GROUP BY 1, 2, 3
),
facts AS (
    SELECT p.top, 'order' AS kind, o.id, md5(concat_ws('|', extract(epoch FROM o.updated_at), o.is_counted, o.status,
        o.amount, extract(epoch FROM o.placed_at), b.seen, c.seen, h.seen, extract(epoch FROM p.joined))) AS seen
    FROM pool p JOIN commerce_order o ON o.customer_id = p.row
    LEFT JOIN back b ON b.top = p.top AND b.order_id = o.id
    LEFT JOIN coupon c ON c.top = p.top AND c.order_id = o.id
    LEFT JOIN held h ON h.top = p.top AND h.source = o.source AND h.reference = o.external_id
    WHERE o.placed_at >= %(since)s
    UNION ALL
    SELECT p.top, 'return', r.id, md5(concat_ws('|', r.amount, r.currency, extract(epoch FROM r.created_at),
        md5(r.content_digest), extract(epoch FROM p.joined)))
    FROM pool p JOIN commerce_refund r ON r.customer_id = p.row
    WHERE r.order_id IS NULL AND r.at >= %(since)s
),
known AS (
    SELECT p.top, s.kind, s.fact_id, max(s.seen) AS seen FROM pool p JOIN loyalty_settled s ON s.customer_id = p.row
    WHERE s.kind IN ('order', 'return') GROUP BY 1, 2, 3
)
SELECT COALESCE(f.top, k.top), COALESCE(f.kind, k.kind), COALESCE(f.id, k.fact_id), COALESCE(f.seen, '')
FROM facts f FULL JOIN known k ON k.top = f.top AND k.kind = f.kind AND k.fact_id = f.id
WHERE COALESCE(f.seen, '') IS DISTINCT FROM k.seen
"""


def changed(pools: Sequence[Pool], since: datetime) -> list[Changed]:
    """Orders and returns from `since` on that stand otherwise than when they were settled last. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGED,
            {
                "rows": copying.array([pool.row for pool in pools]),
                "tops": copying.array([pool.top for pool in pools]),
                "joined": copying.array([pool.joined_at for pool in pools]),
                "since": since,
            },
        )
        return [Changed(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Fact:
    """An order or a return: whose it is, when, in which currency, and the purchase in that currency.

    `spent` is what was redeemed for it, by wallet: its worth in money is the programme's to say. `source` and `place`
    (the store or till) are where it was bought.
    """

    id: uuid.UUID
    kind: str
    at: datetime
    currency: str
    purchase: Purchase
    refunded_at: datetime | None = None
    spent: Mapping[str, Decimal] = field(default_factory=dict)
    source: str = ""
    place: str = ""


def orders(rows: Collection[uuid.UUID], wanted: Collection[uuid.UUID], zone: tzinfo) -> dict[uuid.UUID, Fact]:
    """These orders of these customers' rows. Six queries."""
    if not wanted:
        return {}
    among = {"rows": copying.array(list(rows)), "ids": copying.array(list(wanted))}
    lines: dict[uuid.UUID, list[Line]] = defaultdict(list)
    for order, *line in _read(
        """SELECT order_id, sku, category, quantity, amount FROM commerce_orderline
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND order_id = ANY(%(ids)s::uuid[]) ORDER BY id""",
        among,
    ):
        lines[order].append(Line(*line))
    returns, last = _returns(among)
    coupons: dict[uuid.UUID, list[Given]] = defaultdict(list)
    for order, *given in _read(
        """SELECT order_id, benefit, off FROM loyalty_coupon
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND order_id = ANY(%(ids)s::uuid[])
        UNION ALL SELECT order_id, benefit, off FROM loyalty_promotionuse
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND order_id = ANY(%(ids)s::uuid[]) AND reversed_at IS NULL""",
        among,
    ):
        coupons[order].append((given[0], given[1]))
    spent: dict[uuid.UUID, dict[str, Decimal]] = defaultdict(dict)
    for order, wallet, amount in _read(
        """SELECT o.id, h.wallet, sum(h.captured) FROM loyalty_hold h JOIN commerce_order o
            ON o.customer_id = h.customer_id AND o.source = h.source AND o.external_id = h.reference
        WHERE h.customer_id = ANY(%(rows)s::uuid[]) AND h.state = 'captured' AND h.reference <> ''
            AND o.id = ANY(%(ids)s::uuid[]) GROUP BY 1, 2""",
        among,
    ):
        spent[order][wallet] = amount
    found = {}
    for order, at, status, currency, discount, shipping, tax, total, amount, is_counted, source, store in _read(
        """SELECT id, placed_at, status, currency, discount, shipping, tax, total, amount, is_counted, source, store
        FROM commerce_order WHERE customer_id = ANY(%(rows)s::uuid[]) AND id = ANY(%(ids)s::uuid[])""",
        among,
    ):
        basket = _basket(at.astimezone(zone), lines[order], discount, shipping, tax, total, amount, coupons[order])
        back = returns.get(order, [])
        # A store may say that everything went back without a document that tells what.
        is_void = not is_counted or (status == "refunded" and not back)
        purchase = Purchase(basket, back, is_void)
        found[order] = Fact(
            order, Settled.Kind.ORDER, at, currency, purchase, last.get(order), spent[order], source, store
        )
    return found


def _returns(
    among: Mapping[str, Any],
) -> tuple[dict[uuid.UUID, list[tuple[Decimal, list[Back]]]], dict[uuid.UUID, datetime]]:
    """What came back of those orders, each with its lines, and when the last of it did."""
    lines: dict[uuid.UUID, list[Back]] = defaultdict(list)
    rows = _read(
        """SELECT id, order_id, amount, at FROM commerce_refund
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND order_id = ANY(%(ids)s::uuid[]) ORDER BY id""",
        among,
    )
    if rows:
        for refund, *line in _read(
            """SELECT refund_id, sku, quantity, amount FROM commerce_refundline
            WHERE customer_id = ANY(%(rows)s::uuid[]) AND refund_id = ANY(%(ids)s::uuid[]) ORDER BY id""",
            {**among, "ids": copying.array([row[0] for row in rows])},
        ):
            lines[refund].append(Back(*line))
    found: dict[uuid.UUID, _Returns] = defaultdict(list)
    last: dict[uuid.UUID, datetime] = {}
    for refund, order, amount, at in rows:
        found[order].append((amount, lines[refund]))
        last[order] = max(at, last.get(order, at))
    return found, last


def returns(rows: Collection[uuid.UUID], wanted: Collection[uuid.UUID], zone: tzinfo) -> dict[uuid.UUID, Fact]:
    """These returns of no known order; the catalogue tells what kind of article each was. Three queries."""
    if not wanted:
        return {}
    among = {"rows": copying.array(list(rows)), "ids": copying.array(list(wanted))}
    told = _read(
        """SELECT refund_id, sku, quantity, amount FROM commerce_refundline
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND refund_id = ANY(%(ids)s::uuid[]) ORDER BY id""",
        among,
    )
    skus = copying.array(sorted({row[1] for row in told if row[1]}))
    categories = dict(
        _read("SELECT sku, category FROM commerce_product WHERE sku = ANY(%(skus)s::text[])", {"skus": skus})
    )
    lines: dict[uuid.UUID, list[Line]] = defaultdict(list)
    for refund, sku, quantity, amount in told:
        lines[refund].append(Line(sku, categories.get(sku, ""), quantity, amount))
    found = {}
    for refund, at, currency, amount, source in _read(
        """SELECT id, at, currency, amount, source FROM commerce_refund
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND id = ANY(%(ids)s::uuid[])""",
        among,
    ):
        some = lines[refund] or [Line("", "", Decimal(1), amount)]
        basket = Basket(at.astimezone(zone), some)
        found[refund] = Fact(refund, Settled.Kind.RETURN, at, currency, Purchase(basket), source=source)
    return found


def _basket(
    at: datetime,
    lines: Sequence[Line],
    discount: Decimal,
    shipping: Decimal,
    tax: Decimal,
    total: Decimal | None,
    amount: Decimal,
    coupons: Iterable[Given],
) -> Basket:
    """An order without lines is one line of what it came to before its discount. Where the total of one with lines
    shows that the discount is in them already, it is not taken off again.
    """
    if not lines:
        goods = max(amount - shipping, ZERO) + discount
        whole = [Line("", "", Decimal(1), goods)]
        rewards = min(_rewards(coupons, goods, whole), discount)
        # What it came to holds its tax.
        return Basket(at, whole, discount, shipping, tax, amount, rewards)
    goods = sum((line.amount for line in lines), ZERO)
    if total is not None and discount:
        rest = [abs(total - goods - shipping - added) for added in (ZERO, tax)]
        beside = [abs(total - goods - shipping - added + discount) for added in (ZERO, tax)]
        if min(rest) < min(beside):
            discount = ZERO
    return Basket(at, lines, discount, shipping, tax, total, min(_rewards(coupons, goods, lines), discount))


def _rewards(coupons: Iterable[Given], goods: Decimal, lines: Sequence[Line]) -> Decimal:
    """What our coupons took off."""
    return sum((_off(benefit, off, goods, lines) for benefit, off in coupons), ZERO)


def _off(benefit: Any, off: Decimal | None, goods: Decimal, lines: Sequence[Line]) -> Decimal:
    """What a coupon took off: as it was redeemed, else what it gives in that basket."""
    if off is not None:
        return off
    gives = benefits.known(json.loads(benefit) if isinstance(benefit, str) else benefit)
    return benefits.judge(gives, benefits.Basket(goods, gives.currency, lines), digits=4).off or ZERO


def _read(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


class Rates:
    """What one unit of a currency was in the programme's, by day."""

    def __init__(self, currencies: Collection[str], zone: tzinfo) -> None:
        """One query, or none where everything is in the shop's own currency."""
        self._zone = zone
        self._dated: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        foreign = sorted(set(currencies) - {settings.CDP_CURRENCY})
        if foreign:
            for currency, on, rate in _read(
                'SELECT currency, "on", rate FROM commerce_exchangerate WHERE currency = ANY(%(all)s) ORDER BY "on"',
                {"all": foreign},
            ):
                self._dated[currency].append((on, rate))

    def of(self, currency: str, into: str, at: datetime) -> Decimal | None:
        """None where no rate was known on that day of the shop's calendar."""
        if currency == into:
            return Decimal(1)
        on = at.astimezone(self._zone).date()
        one, other = self._to_shop(currency, on), self._to_shop(into, on)
        return (one / other).quantize(TENTH) if one and other else None

    def _to_shop(self, currency: str, on: date) -> Decimal | None:
        if currency == settings.CDP_CURRENCY:
            return Decimal(1)
        dated = self._dated[currency]
        place = bisect_right(dated, on, key=lambda one: one[0])
        return dated[place - 1][1] if place else None
