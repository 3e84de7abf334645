"""Writing a chunk of imported orders: whose they are, their places, links between them, products, marks.

Each is one statement for all; `order_import_rows` writes the rows themselves.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from cdp.core import ids, pipeline
from cdp.core.imports.registry import Context, Counts
from commerce.rules import digests
from commerce.rules.documents import Document, Line, Spelt
from commerce.services import guest_orders, keys, stores
from commerce.services import order_import_rows as rows
from commerce.services import order_import_spelling as spelling
from commerce.services import order_import_trace as trace
from commerce.services import returns as returned
from commerce.services.keys import Owner
from customers.services import buckets

TABLES = trace.TABLES

Written = Document | Spelt
Open = Callable[[Sequence[Spelt]], Sequence[Document]]
"""Makes documents of orders whose rows were spelt, in their order."""


class Seen(NamedTuple):
    """What the orders of a chunk name: each product by its first line that tells most, pairs of store and channel."""

    products: Sequence[tuple[str, str, str]]
    stores: Iterable[tuple[str, str]]


def write(
    documents: Sequence[Written],
    *,
    context: Context,
    zero_is_purchase: bool,
    seen: Seen | None = None,
    open_: Open = lambda _spelt: (),
) -> Counts:
    """Write every document of a chunk; runs inside the chunk's transaction.

    Where rows were spelt beforehand, `seen` is what the chunk names and `open_` makes documents of those that turn out
    to be known.
    """
    named = _named(context.source.key, documents)
    known = {kind: keys.find(table.keys, named) for kind, table in TABLES.items()}
    trace.before(known, context)
    _settle_owners(named, known)
    orders = {digest: document for digest, document in named.items() if document.is_order}
    returns = {digest: document for digest, document in named.items() if document.returns}
    placed = _claim(keys.ORDERS, orders)
    returned.drop_tracked([Owner(*place[:2]) for place in placed.values() if not place[2]])
    trace.made("order", _new(placed, orders), context)
    opened = _opened(orders.values(), placed, open_)
    rows.write_orders(opened, placed, context, zero_is_purchase=zero_is_purchase)
    spelling.write([one for one in orders.values() if isinstance(one, Spelt) and placed[one.external_id][2]], placed)
    given = _claim(keys.REFUNDS, returns)
    trace.made("refund", _new(given, returns), context)
    rows.write_returns([one for one in returns.values() if isinstance(one, Document)], given, context)
    _link(named, placed, given)
    _tell_currencies(named, context)
    if seen is None:
        seen = seen_in([document for document in documents if isinstance(document, Document)])
    _write_products(seen.products, context)
    stores.learn(seen.stores, now=context.now)
    owners = {customer for customer, _, _ in (*placed.values(), *given.values())}
    owners |= {_owner(document) for document in documents}
    pipeline.mark(
        sorted(owners - buckets.ALL),
        cause="commerce.import",
        lane=pipeline.BULK,
    )
    created = sum(1 for _, _, is_new in placed.values() if is_new)
    return Counts(created, len(placed) - created, {"refunds": len(given)})


def seen_in(documents: Iterable[Document]) -> Seen:
    """What these documents name."""
    products: dict[str, Line] = {}
    shops: dict[tuple[str, str], None] = {}
    for document in documents:
        for line in document.lines:
            if line.sku and (line.sku not in products or (line.name and not products[line.sku].name)):
                products[line.sku] = line
        if document.is_order:
            shops[document.texts.get("store", ""), document.texts.get("channel", "")] = None
    return Seen([(sku, line.name, line.category) for sku, line in sorted(products.items())], list(shops))


def _named(source: str, documents: Iterable[Written]) -> dict[bytes, Written]:
    """The documents by their keys."""
    named = {}
    for document in documents:
        document.key = document.key or digests.key(source, document.external_id)
        named[document.key] = document
    return named


def _opened(documents: Iterable[Written], placed: rows.Placed, open_: Open) -> list[Document]:
    """The documents whose rows are not spelt, or were spelt for nothing because the order is known."""
    spelt = [one for one in documents if isinstance(one, Spelt) and not placed[one.external_id][2]]
    found = {document.external_id: document for document in open_(spelt)} if spelt else {}
    whole = []
    for one in documents:
        document = found.get(one.external_id) if isinstance(one, Spelt) else one
        if document is not None:
            document.customer, document.resolved_by = one.customer, one.resolved_by
            whole.append(document)
    return whole


def _settle_owners(named: Mapping[bytes, Written], known: Mapping[str, Mapping[bytes, Owner]]) -> None:
    """A number has one owner, for its sales and its returns: whoever was named first, in this import or before.

    Guests are no owners: what lies in a bucket goes to the customer as soon as somebody is named.
    """
    for digest in {digest for found in known.values() for digest in found}:
        document = named[digest]
        owners = (found[digest].customer for found in known.values() if digest in found)
        document.customer = next((owner for owner in owners if owner not in buckets.ALL), document.customer)
    for kind, found in known.items():
        table = TABLES[kind].keys
        lying = {
            digest: owner
            for digest, owner in found.items()
            if owner.customer in buckets.ALL and named[digest].customer not in buckets.ALL
        }
        # Claiming what is there locks it: another door may just have moved it.
        moves = {
            owner.row: (owner.customer, _owner(named[digest]))
            for digest, owner in keys.claim(table, lying).items()
            if owner.customer in buckets.ALL
        }
        (guest_orders.adopt_orders if table is keys.ORDERS else guest_orders.adopt_refunds)(moves)
        guest_orders.repoint(table, moves, {owner.row: digest for digest, owner in lying.items()})


def _claim(table: keys.KeyTable, named: Mapping[bytes, Written]) -> rows.Placed:
    """Make each document unique on source and external id; an earlier one keeps its row and its owner."""
    fresh = iter(ids.uuid7s(len(named)))
    wanted = {
        digest: Owner(_owner(one), one.row if isinstance(one, Spelt) else next(fresh)) for digest, one in named.items()
    }
    claimed = keys.claim(table, wanted)
    return {
        document.external_id: (claimed[digest].customer, claimed[digest].row, claimed[digest] == wanted[digest])
        for digest, document in named.items()
    }


def _new(placed: rows.Placed, named: Mapping[bytes, Written]) -> dict[bytes, uuid.UUID]:
    places = ((digest, placed[document.external_id]) for digest, document in named.items())
    return {digest: row for digest, (_customer, row, is_new) in places if is_new}


def _owner(document: Written) -> uuid.UUID:
    assert document.customer is not None, "buyers are resolved before their orders are written"  # noqa: S101
    return document.customer


def _link(named: Mapping[bytes, Written], orders: rows.Placed, returns: rows.Placed) -> None:
    """A return knows its order, also when an earlier or later chunk held the one or the other."""
    lonely = {
        digest: document.external_id
        for digest, document in named.items()
        if (document.external_id in orders) != (document.external_id in returns)
    }
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


def _tell_currencies(named: Mapping[bytes, Written], context: Context) -> None:
    """An order and its return have one currency, whichever of them a later chunk tells it for."""
    late = {
        digest: document.currency
        for digest, document in named.items()
        if isinstance(document, Document) and document.is_currency_open and document.currency
    }
    for table, name in ((keys.ORDERS, "commerce_order"), (keys.REFUNDS, "commerce_refund")):
        found = keys.find(table, late)
        rows.tell_currencies(name, {owner: late[digest] for digest, owner in found.items()}, context)


def _write_products(products: Sequence[tuple[str, str, str]], context: Context) -> None:
    """Products seen for the first time; names that the catalogue knows are not touched."""
    if not products:
        return
    skus, names, categories = (list(column) for column in zip(*products, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO commerce_product (id, sku, name, category, brand, currency, created_at, updated_at)
            SELECT id, sku, name, category, '', '', %s, %s
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS t (id, sku, name, category)
            ON CONFLICT (sku) DO NOTHING RETURNING sku
            """,
            [context.now, context.now, ids.uuid7s(len(skus)), skus, names, categories],
        )
        trace.products_made([sku for (sku,) in cursor.fetchall()], context)
