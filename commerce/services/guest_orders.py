"""Orders and returns that were filed under a guest bucket until somebody said whose they are.

They are deleted and inserted under their owner: customer_id is never updated.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models

from commerce.models import Order, OrderLine, Refund, RefundLine
from commerce.services import keys, rows
from commerce.services.keys import Owner

Move = tuple[uuid.UUID, uuid.UUID]
"""From which bucket to which customer."""


def adopt_orders(moves: Mapping[uuid.UUID, Move]) -> None:
    """Give orders with their lines to their customers, by order id; the caller lets their keys follow."""
    _adopt(moves, Order, OrderLine, "order_id")


def adopt_refunds(moves: Mapping[uuid.UUID, Move]) -> None:
    """The same for returns, by refund id."""
    _adopt(moves, Refund, RefundLine, "refund_id")


def repoint(table: keys.KeyTable, moves: Mapping[uuid.UUID, Move], digests: Mapping[uuid.UUID, bytes]) -> None:
    """Let the keys of moved rows follow; `digests` are their keys by row id."""
    keys.point(table, {digests[row]: Owner(owner, row) for row, (_, owner) in moves.items()})


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
