"""Orders and returns that were filed under a guest bucket until somebody said whose they are.

They are deleted and inserted under their owner: customer_id is never updated.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from commerce.models import Order, OrderLine, Refund, RefundLine
from commerce.services import keys, rows
from commerce.services.keys import Owner

Move = tuple[uuid.UUID, uuid.UUID]
"""From which bucket to which customer."""


def adopt_orders(moves: Mapping[uuid.UUID, Move]) -> None:
    """Give orders with their lines to their customers, by order id; the caller lets their keys follow."""
    if not moves:
        return
    buckets = {bucket for bucket, _ in moves.values()}
    orders = list(Order.objects.filter(customer_id__in=buckets, id__in=list(moves)))
    lines = list(OrderLine.objects.filter(customer_id__in=buckets, order_id__in=list(moves)))
    OrderLine.objects.filter(customer_id__in=buckets, order_id__in=list(moves)).delete()
    Order.objects.filter(customer_id__in=buckets, id__in=list(moves)).delete()
    _give(orders, moves, "id")
    _give(lines, moves, "order_id")
    rows.insert(Order, orders)
    rows.insert(OrderLine, lines)


def adopt_refunds(moves: Mapping[uuid.UUID, Move]) -> None:
    """The same for returns, by refund id."""
    if not moves:
        return
    buckets = {bucket for bucket, _ in moves.values()}
    refunds = list(Refund.objects.filter(customer_id__in=buckets, id__in=list(moves)))
    lines = list(RefundLine.objects.filter(customer_id__in=buckets, refund_id__in=list(moves)))
    RefundLine.objects.filter(customer_id__in=buckets, refund_id__in=list(moves)).delete()
    Refund.objects.filter(customer_id__in=buckets, id__in=list(moves)).delete()
    _give(refunds, moves, "id")
    _give(lines, moves, "refund_id")
    rows.insert(Refund, refunds)
    rows.insert(RefundLine, lines)


def repoint(table: keys.KeyTable, moves: Mapping[uuid.UUID, Move], digests: Mapping[uuid.UUID, bytes]) -> None:
    """Let the keys of moved rows follow; `digests` are their keys by row id."""
    keys.point(table, {digests[row]: Owner(owner, row) for row, (_, owner) in moves.items()})


def _give(objects: list[Any], moves: Mapping[uuid.UUID, Move], reference: str) -> None:
    for found in objects:
        found.customer_id = moves[getattr(found, reference)][1]
