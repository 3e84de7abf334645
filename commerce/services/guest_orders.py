"""Orders and returns that were filed under a guest bucket until somebody said whose they are.

They are deleted and inserted under their owner: customer_id is never updated.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models

from commerce.models import Order, OrderLine, Refund, RefundLine
from commerce.rules import digests
from commerce.services import keys, rows
from commerce.services.keys import Owner
from customers.services import buckets

Move = tuple[uuid.UUID, uuid.UUID]
"""From which bucket to which customer."""


def adopt_orders(moves: Mapping[uuid.UUID, Move]) -> None:
    """Give orders with their lines to their customers, by order id; the caller lets their keys follow."""
    _adopt(moves, Order, OrderLine, "order_id")


def adopt_refunds(moves: Mapping[uuid.UUID, Move]) -> None:
    """The same for returns, by refund id."""
    _adopt(moves, Refund, RefundLine, "refund_id")


def repoint(table: keys.KeyTable, moves: Mapping[uuid.UUID, Move], known: Mapping[uuid.UUID, bytes]) -> None:
    """Let the keys of moved rows follow; `known` are their keys by row id."""
    keys.point(table, {known[row]: Owner(owner, row) for row, (_, owner) in moves.items()})


def _adopt(
    moves: Mapping[uuid.UUID, Move], model: type[models.Model], line_model: type[models.Model], column: str
) -> None:
    buckets = {bucket for bucket, _ in moves.values()}
    documents = list(rows.owned(model, [Owner(bucket, row) for row, (bucket, _) in moves.items()]).values())
    found = [document.pk for document in documents]
    lines = list(line_model._default_manager.filter(customer_id__in=buckets, **{f"{column}__in": found}))
    rows.delete(documents, lines=line_model, column=column)
    _give(documents, moves, "id")
    _give(lines, moves, column)
    rows.insert(model, documents)
    rows.insert(line_model, lines)


def _give(objects: list[Any], moves: Mapping[uuid.UUID, Move], reference: str) -> None:
    for found in objects:
        found.customer_id = moves[getattr(found, reference)][1]


def give(*, source: str, number: str, customer: uuid.UUID, resolved_by: bytes | None) -> Order | None:
    """Give one order of nobody, with what came back of it, to the customer who proved that it is theirs; None where it
    is somebody's, or not there. In the caller's transaction, which holds the customer.
    """
    digest = digests.key(source, number)
    known = keys.find(keys.ORDERS, [digest])
    if digest not in known:
        return None
    here = keys.claim(keys.ORDERS, known)[digest]  # behind the lock of its number
    if here.customer not in buckets.ALL:
        return None
    moves = {here.row: (here.customer, customer)}
    adopt_orders(moves)
    repoint(keys.ORDERS, moves, {here.row: digest})
    refunds = list(Refund.objects.filter(customer_id=here.customer, order_id=here.row))
    back = {refund.id: moves[here.row] for refund in refunds}
    adopt_refunds(back)
    repoint(keys.REFUNDS, back, {one.id: digests.key(one.source, one.external_id) for one in refunds})
    Order.objects.filter(customer_id=customer, id=here.row).update(resolved_by=resolved_by)
    Refund.objects.filter(customer_id=customer, order_id=here.row).update(resolved_by=resolved_by)
    return Order.objects.filter(customer_id=customer, id=here.row).first()
