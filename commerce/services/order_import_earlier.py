"""What earlier chunks of an import were told of the orders that its next chunk goes on with.

Where a chunk ends must not change an order: whatever its rows are compared with or added to reaches over the border.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from cdp.core.imports.registry import Context
from commerce.rules import digests
from commerce.rules.inputs import ZERO
from commerce.services import keys

NUMBERS = ("total", "discount", "shipping", "tax")


@dataclass(slots=True)
class Earlier:
    """One order so far. What no row told is missing or the empty text."""

    currency: str = ""
    numbers: dict[str, Decimal] = field(default_factory=dict)
    sold: Decimal = ZERO
    returned: Decimal = ZERO
    paid_back: Decimal | None = None  # of the order as a whole, a part of `returned`


def find(numbers: Iterable[str], *, context: Context) -> dict[str, Earlier]:
    """Those of the orders that this import has begun already, by number."""
    wanted = [digests.key(context.source.key, number) for number in numbers]
    found: dict[str, Earlier] = {}
    for number, currency, total, discount, shipping, tax, sold in _rows(_ORDERS, keys.ORDERS, wanted, context):
        # A zero is what the column has where nothing was told; only a total may be told as zero.
        told = {"discount": discount, "shipping": shipping, "tax": tax}
        given = {name: value for name, value in told.items() if value}
        if total is not None:
            given["total"] = total
        found[number] = Earlier(currency, given, sold)
    for number, currency, returned, paid_back in _rows(_REFUNDS, keys.REFUNDS, wanted, context):
        one = found.setdefault(number, Earlier())
        one.currency = one.currency or currency
        one.returned, one.paid_back = returned, paid_back
    return found


_ORDERS = """
    SELECT o.external_id, o.currency, o.total, o.discount, o.shipping, o.tax, l.sold
    FROM unnest(%s::uuid[], %s::uuid[]) AS k (customer_id, id)
    JOIN commerce_order AS o ON o.customer_id = k.customer_id AND o.id = k.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.amount), 0) AS sold
        FROM commerce_orderline AS l WHERE l.customer_id = o.customer_id AND l.order_id = o.id
    ) AS l
    WHERE o.import_id = %s
"""
# An amount that was paid back of the order as a whole names no product; the first of them holds, as within a chunk.
_REFUNDS = """
    SELECT r.external_id, r.currency, l.returned, l.paid_back
    FROM unnest(%s::uuid[], %s::uuid[]) AS k (customer_id, id)
    JOIN commerce_refund AS r ON r.customer_id = k.customer_id AND r.id = k.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.amount), 0) AS returned,
            (array_agg(l.amount ORDER BY l.id) FILTER (WHERE l.sku = '' AND l.name = ''))[1] AS paid_back
        FROM commerce_refundline AS l WHERE l.customer_id = r.customer_id AND l.refund_id = r.id
    ) AS l
    WHERE r.import_id = %s
"""


def _rows(
    statement: str, table: keys.KeyTable, wanted: list[bytes], context: Context
) -> list[tuple[Any, ...]]:
    owners = keys.find(table, wanted).values()
    if not owners:
        return []
    places = [owner.customer for owner in owners], [owner.row for owner in owners]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*places, context.import_id])
        return cursor.fetchall()
