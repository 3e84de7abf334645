"""What an import makes of orders, refunds and products, noted so that it can be taken back (see `import_undo`).

New documents are noted by key, owner and row. Of those that were there before, the first chunk that meets them
keeps the whole document with its lines as it was.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from cdp.core.imports import tracing
from cdp.core.imports.registry import Context
from commerce.services import keys
from commerce.services.keys import Owner

MADE, CHANGED, PRODUCTS = "orders.made", "orders.changed", "products.made"
PRODUCTS_CHANGED = "products.changed"


class Table(NamedTuple):
    """Documents of one kind: their key table, their own, that of their lines with the column of the document's id."""

    keys: keys.KeyTable
    head: str
    lines: str
    column: str


TABLES = {
    "order": Table(keys.ORDERS, "commerce_order", "commerce_orderline", "order_id"),
    "refund": Table(keys.REFUNDS, "commerce_refund", "commerce_refundline", "refund_id"),
}


def before(known: Mapping[str, Mapping[bytes, Owner]], context: Context) -> None:
    """Note what known documents (their owners by key, by the kinds of TABLES) were like before this import met them;
    call it first in a chunk.
    """
    for kind, table in TABLES.items():
        if known[kind]:
            tracing.note_all(context.import_id, CHANGED, _images(kind, table, known[kind], context))


def _images(
    kind: str, table: Table, owners: Mapping[bytes, Owner], context: Context
) -> list[tuple[uuid.UUID, list[Any]]]:
    digest_of = {owner.row: digest for digest, owner in owners.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT d.id, to_jsonb(d)::text, (
                SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.id), '[]')::text FROM {table.lines} AS l
                WHERE l.customer_id = d.customer_id AND l.{table.column} = d.id
            )
            FROM unnest(%s::uuid[], %s::uuid[]) AS known (customer_id, id)
            JOIN {table.head} AS d ON d.customer_id = known.customer_id AND d.id = known.id
            WHERE d.import_id IS DISTINCT FROM %s ORDER BY d.id
            """,  # noqa: S608  (names of our own tables)
            [
                [owner.customer for owner in owners.values()],
                [owner.row for owner in owners.values()],
                context.import_id,
            ],
        )
        return [(row, [kind, digest_of[row], head, lines]) for row, head, lines in cursor.fetchall()]


def made(kind: str, new: Mapping[bytes, uuid.UUID], context: Context) -> None:
    """Note the documents that are new: their rows by key."""
    if new:
        tracing.note(context.import_id, MADE, [kind, [[digest, row.bytes] for digest, row in new.items()]])


def products_made(skus: Sequence[str], context: Context) -> None:
    """Note the products that are new."""
    if skus:
        tracing.note(context.import_id, PRODUCTS, list(skus))
