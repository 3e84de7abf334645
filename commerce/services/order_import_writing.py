"""Writing a chunk of imported orders: whose they are, their places, links between them, products, marks.

Each is one statement for all; `order_import_rows` writes the rows themselves.
"""

import uuid
from collections.abc import Iterable, Sequence

from django.db import connection

from cdp.core import ids, pipeline
from cdp.core.imports.registry import Context, Counts
from commerce.rules import digests
from commerce.rules.documents import Document, Line
from commerce.services import guest_orders, keys, stores
from commerce.services import order_import_rows as rows
from commerce.services import order_import_trace as trace
from commerce.services import returns as returned
from commerce.services.keys import Owner
from customers.services import buckets

TABLES = (keys.ORDERS, keys.REFUNDS)
_BUCKETS = frozenset(buckets.IDS)


def write(documents: Sequence[Document], *, context: Context, zero_is_purchase: bool) -> Counts:
    """Write every document of a chunk; runs inside the chunk's transaction."""
    source = context.source.key
    orders = [document for document in documents if document.is_order]
    returns = [document for document in documents if document.returns]
    trace.before({document.external_id for document in documents}, context)
    _settle_owners(source, documents)
    placed = _claim(keys.ORDERS, source, orders)
    returned.drop_tracked([Owner(*place[:2]) for place in placed.values() if not place[2]])
    trace.made("order", placed, context)
    rows.write_orders(orders, placed, context, zero_is_purchase=zero_is_purchase)
    given = _claim(keys.REFUNDS, source, returns)
    trace.made("refund", given, context)
    rows.write_returns(returns, given, context)
    _link(source, placed, given)
    _tell_currencies(documents, context)
    _write_products(documents, context)
    stores.learn(((one.texts.get("store", ""), one.texts.get("channel", "")) for one in orders), now=context.now)
    owners = {customer for customer, _, _ in (*placed.values(), *given.values())}
    owners |= {_owner(document) for document in documents}
    pipeline.mark(
        sorted(owners - _BUCKETS),
        cause="commerce.import",
        lane=pipeline.BULK,
    )
    created = sum(1 for _, _, is_new in placed.values() if is_new)
    return Counts(created, len(placed) - created, {"refunds": len(given)})


def _settle_owners(source: str, documents: Sequence[Document]) -> None:
    """A number has one owner, for its sales and its returns: whoever was named first, in this import or before.

    Guests are no owners: what lies in a bucket goes to the customer as soon as somebody is named.
    """
    named = {digests.key(source, document.external_id): document for document in documents}
    known = {table: keys.find(table, named) for table in TABLES}
    for digest, document in named.items():
        owners = (found[digest].customer for found in known.values() if digest in found)
        document.customer = next((owner for owner in owners if owner not in _BUCKETS), document.customer)
    for table, found in known.items():
        lying = {
            digest: owner
            for digest, owner in found.items()
            if owner.customer in _BUCKETS and named[digest].customer not in _BUCKETS
        }
        # Claiming what is there locks it: another door may just have moved it.
        moves = {
            owner.row: (owner.customer, _owner(named[digest]))
            for digest, owner in keys.claim(table, lying).items()
            if owner.customer in _BUCKETS
        }
        (guest_orders.adopt_orders if table is keys.ORDERS else guest_orders.adopt_refunds)(moves)
        guest_orders.repoint(table, moves, {owner.row: digest for digest, owner in lying.items()})


def _claim(table: keys.KeyTable, source: str, documents: Sequence[Document]) -> rows.Placed:
    """Make each document unique on source and external id; an earlier one keeps its row and its owner."""
    named = {digests.key(source, document.external_id): document for document in documents}
    wanted = {digest: Owner(_owner(document), ids.uuid7()) for digest, document in named.items()}
    claimed = keys.claim(table, wanted)
    return {
        document.external_id: (claimed[digest].customer, claimed[digest].row, claimed[digest] == wanted[digest])
        for digest, document in named.items()
    }


def _owner(document: Document) -> uuid.UUID:
    assert document.customer is not None, "buyers are resolved before their orders are written"  # noqa: S101
    return document.customer


def _link(source: str, orders: rows.Placed, returns: rows.Placed) -> None:
    """A return knows its order, also when an earlier or later chunk held the one or the other."""
    lonely = {digests.key(source, number): number for number in {*orders, *returns} - (orders.keys() & returns.keys())}
    sold = {lonely[digest]: (owner.customer, owner.row) for digest, owner in keys.find(keys.ORDERS, lonely).items()}
    given = {lonely[digest]: (owner.customer, owner.row) for digest, owner in keys.find(keys.REFUNDS, lonely).items()}
    sold |= {number: place[:2] for number, place in orders.items()}
    given |= {number: place[:2] for number, place in returns.items()}
    pairs = [
        (customer, refund, sold[number][1])
        for number, (customer, refund) in given.items()
        if number in sold and sold[number][0] == customer
    ]
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE commerce_refund AS r SET order_id = k.order_id
            FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS k (customer_id, id, order_id)
            WHERE r.customer_id = k.customer_id AND r.id = k.id AND r.order_id IS NULL
            """,
            [list(column) for column in zip(*pairs, strict=True)],
        )


def _tell_currencies(documents: Iterable[Document], context: Context) -> None:
    """An order and its return have one currency, whichever of them a later chunk tells it for."""
    source = context.source.key
    late = {digests.key(source, one.external_id): one.currency for one in documents if one.is_currency_open}
    late = {digest: currency for digest, currency in late.items() if currency}
    for table, name in ((keys.ORDERS, "commerce_order"), (keys.REFUNDS, "commerce_refund")):
        found = keys.find(table, late)
        rows.tell_currencies(name, {owner: late[digest] for digest, owner in found.items()}, context)


def _write_products(documents: Iterable[Document], context: Context) -> None:
    """Products seen for the first time; names that the catalogue knows are not touched."""
    seen: dict[str, Line] = {}
    for document in documents:
        for line in document.lines:
            if line.sku and (line.sku not in seen or (line.name and not seen[line.sku].name)):
                seen[line.sku] = line
    if not seen:
        return
    skus = sorted(seen)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO commerce_product (id, sku, name, category, brand, currency, created_at, updated_at)
            SELECT id, sku, name, category, '', '', %s, %s
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS t (id, sku, name, category)
            ON CONFLICT (sku) DO NOTHING RETURNING sku
            """,
            [
                context.now,
                context.now,
                [ids.uuid7() for _ in skus],
                skus,
                [seen[sku].name for sku in skus],
                [seen[sku].category for sku in skus],
            ],
        )
        trace.products_made([sku for (sku,) in cursor.fetchall()], context)
