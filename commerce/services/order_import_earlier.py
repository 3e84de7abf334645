"""What earlier chunks of an import were told of the orders that its next chunk goes on with.

Where a chunk ends must not change an order: whatever its rows are compared with or added to reaches over the border.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from cdp.core.imports.registry import Context
from commerce.rules.documents import Document
from commerce.rules.inputs import ZERO
from commerce.services import keys

MOST = 100_000
"""How many orders a check of a file remembers (some 50 MB)."""
NUMBERS = ("total", "discount", "shipping", "tax")


@dataclass(slots=True)
class Earlier:
    """One order so far. What no row told is missing or the empty text."""

    currency: str = ""
    is_order: bool = False  # else there is only a return so far
    numbers: dict[str, Decimal] = field(default_factory=dict)
    sold: Decimal = ZERO
    returned: Decimal = ZERO
    paid_back: Decimal | None = None  # of the order as a whole, a part of `returned`


class Memory:
    """The same for a file that is only checked, of which nothing is written: of the last MOST orders."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._orders: dict[str, Earlier] = {}

    def keep(self, documents: Iterable[Document]) -> None:
        """Remember what the orders of a chunk came to."""
        for document in documents:
            self._orders.pop(document.external_id, None)  # the order of the keys is that of the last mention
            self._orders[document.external_id] = Earlier(
                currency=document.currency,
                is_order=document.is_begun or document.is_order,
                numbers=document.numbers,
                sold=document.sold,
                returned=document.returned,
                paid_back=document.paid_back,
            )
        for number in list(itertools.islice(self._orders, max(len(self._orders) - MOST, 0))):
            del self._orders[number]

    def find(self, numbers: Iterable[str]) -> dict[str, Earlier]:
        """Those of the orders that were remembered, by number."""
        return {number: self._orders[number] for number in numbers if number in self._orders} if self._orders else {}


def go_on(number: str, before: Earlier | None) -> Document:
    """The document of an order that begins, or goes on where an earlier chunk of this import ended."""
    if before is None:
        return Document(number)
    return Document(
        number,
        currency=before.currency,
        is_begun=before.is_order,
        is_currency_open=not before.currency,
        numbers=dict(before.numbers),
        sold=before.sold,
        returned=before.returned,
        paid_back=before.paid_back,
    )


def find(wanted: Sequence[bytes], *, context: Context) -> dict[str, Earlier]:
    """Those of the orders with these keys that this import has begun already, by number."""
    found: dict[str, Earlier] = {}
    for number, currency, total, discount, shipping, tax, sold in _rows(_ORDERS, keys.ORDERS, wanted, context):
        # A zero is what the column has where nothing was told; only a total may be told as zero.
        told = {"discount": discount, "shipping": shipping, "tax": tax}
        given = {name: value for name, value in told.items() if value}
        if total is not None:
            given["total"] = total
        found[number] = Earlier(currency, is_order=True, numbers=given, sold=sold)
    for number, currency, returned, paid_back in _rows(_REFUNDS, keys.REFUNDS, wanted, context):
        one = found.setdefault(number, Earlier())
        one.currency = one.currency or currency
        one.returned, one.paid_back = returned, paid_back
    return found


def known(wanted: Sequence[bytes], *, context: Context) -> frozenset[str]:
    """The numbers of those orders with these keys that stand here already, by anything but this import."""
    rows = [*_rows(_KNOWN_ORDERS, keys.ORDERS, wanted, context), *_rows(_KNOWN_REFUNDS, keys.REFUNDS, wanted, context)]
    return frozenset(number for (number,) in rows)


_KNOWN_ORDERS = """
    SELECT o.external_id FROM unnest(%s::uuid[], %s::uuid[]) AS k (customer_id, id)
    JOIN commerce_order AS o ON o.customer_id = k.customer_id AND o.id = k.id
    WHERE o.import_id IS DISTINCT FROM %s
"""
_KNOWN_REFUNDS = """
    SELECT r.external_id FROM unnest(%s::uuid[], %s::uuid[]) AS k (customer_id, id)
    JOIN commerce_refund AS r ON r.customer_id = k.customer_id AND r.id = k.id
    WHERE r.import_id IS DISTINCT FROM %s
"""
_ORDERS = """
    SELECT o.external_id, CASE WHEN o.is_currency_assumed THEN '' ELSE o.currency END,
        o.total, o.discount, o.shipping, o.tax, l.sold
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
    SELECT r.external_id, CASE WHEN r.is_currency_assumed THEN '' ELSE r.currency END, l.returned, l.paid_back
    FROM unnest(%s::uuid[], %s::uuid[]) AS k (customer_id, id)
    JOIN commerce_refund AS r ON r.customer_id = k.customer_id AND r.id = k.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.amount), 0) AS returned,
            (array_agg(l.amount ORDER BY l.id) FILTER (WHERE l.sku = '' AND l.name = ''))[1] AS paid_back
        FROM commerce_refundline AS l WHERE l.customer_id = r.customer_id AND l.refund_id = r.id
    ) AS l
    WHERE r.import_id = %s
"""


def _rows(statement: str, table: keys.KeyTable, wanted: Sequence[bytes], context: Context) -> list[tuple[Any, ...]]:
    owners = keys.find(table, wanted).values()
    if not owners:
        return []
    places = [owner.customer for owner in owners], [owner.row for owner in owners]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*places, context.import_id])
        return cursor.fetchall()
