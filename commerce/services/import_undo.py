"""Taking back what an import made of orders, refunds and products (see `order_import_trace` and ADR 18).

What the import wrote last goes, or is again what it was before; what anything else has written since stays and is
counted, and so does an order that somebody booked a refund for.
"""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext_noop

from cdp.core import lifecycle, pipeline
from cdp.core.imports import tracing, undoing
from commerce.models import Order, Product, Refund
from commerce.services import keys
from commerce.services import order_import_trace as traces_of
from commerce.services.keys import Owner
from commerce.services.order_import_trace import TABLES, Table
from customers.services import buckets, standing

REMOVED = {"order": "orders_removed", "refund": "refunds_removed"}
RESTORED = {"order": "orders_restored", "refund": "refunds_restored"}
KEPT = {"order": "orders_kept", "refund": "refunds_kept"}
PRODUCTS, PRODUCTS_RESTORED, PRODUCTS_KEPT = "products_removed", "products_restored", "products_kept"
WORDS = {
    "orders_removed": gettext_noop("Orders removed"),
    "refunds_removed": gettext_noop("Refunds removed"),
    "orders_restored": gettext_noop("Orders that are again as they were before"),
    "refunds_restored": gettext_noop("Refunds that are again as they were before"),
    "orders_kept": gettext_noop("Orders that stay, because they were changed since"),
    "refunds_kept": gettext_noop("Refunds that stay, because they were changed since"),
    PRODUCTS: gettext_noop("Products removed"),
    PRODUCTS_RESTORED: gettext_noop("Products that are again as they were before"),
    PRODUCTS_KEPT: gettext_noop("Products that stay, because they were changed or sold since"),
}
_FACTS = ("name", "category", "brand", "price", "currency")
_AT = "updated_at"
"""Of a product that was changed, beside its facts: when."""
_LINES, _COMING = "lines of ", "commerce.skus"
"""Looking ahead: documents whose lines go (before the label of their model); articles of lines that come back."""
_MODELS: dict[str, type[Order | Refund]] = {"order": Order, "refund": Refund}


def take_back_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove new documents with their lines and keys."""
    for trace in traces:
        kind, new = trace.data
        mine = _held(undo, kind, {digest: uuid.UUID(bytes=row) for digest, row in new})
        _delete(TABLES[kind], mine)
        keys.release(TABLES[kind].keys, mine)
        _count(undo, kind, REMOVED, done=len(mine), of=len(new))
        _mark(owner.customer for owner in mine.values())


def foresee_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for trace in traces:
        kind, new = trace.data
        mine = _mine(undo, kind, {digest: uuid.UUID(bytes=row) for digest, row in new})
        undo.ahead[_MODELS[kind]._meta.label].update(owner.row for owner in mine.values())
        _count(undo, kind, REMOVED, done=len(mine), of=len(new))


def take_back_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Put back documents that were there before, as they were, under who had them."""
    for kind, images in _images(traces).items():
        table = TABLES[kind]
        mine = _held(undo, kind, {digest: row for row, (digest, _head, _lines) in images.items()})
        _delete(table, mine)
        heads = [json.loads(head) for digest, head, _lines in images.values() if digest in mine]
        lines = [line for digest, _head, some in images.values() if digest in mine for line in json.loads(some)]
        _insert(table.head, heads)
        _insert(table.lines, lines)
        owners = {uuid.UUID(head["id"]): uuid.UUID(head["customer_id"]) for head in heads}
        keys.point(table.keys, {digest: Owner(owners[owner.row], owner.row) for digest, owner in mine.items()})
        _count(undo, kind, RESTORED, done=len(mine), of=len(images))
        _mark([*(owner.customer for owner in mine.values()), *owners.values()])


def foresee_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for kind, images in _images(traces).items():
        mine = _mine(undo, kind, {digest: row for row, (digest, _head, _lines) in images.items()})
        # Their present lines go, those of before come back.
        undo.ahead[_LINES + _MODELS[kind]._meta.label].update(owner.row for owner in mine.values())
        back = (json.loads(lines) for digest, _head, lines in images.values() if digest in mine)
        undo.ahead[_COMING].update(line["sku"] for lines in back for line in lines)
        _count(undo, kind, RESTORED, done=len(mine), of=len(images))


def _images(traces: Sequence[tracing.Trace]) -> dict[str, dict[uuid.UUID, tuple[bytes, str, str]]]:
    """By kind the first image of each document."""
    found: dict[str, dict[uuid.UUID, tuple[bytes, str, str]]] = {}
    for trace in traces:
        kind, digest, head, lines = trace.data
        assert trace.subject is not None, "images are of a document"  # noqa: S101
        found.setdefault(kind, {}).setdefault(trace.subject, (digest, head, lines))
    return found


def _held(undo: undoing.Undo, kind: str, wanted: Mapping[bytes, uuid.UUID]) -> dict[bytes, Owner]:
    """`_mine`, and nobody writes them or their keys, or merges who owns them, until the end of the transaction.

    People first, then keys, as merges and the writers of orders take them.
    """
    found = keys.find(TABLES[kind].keys, wanted)
    standing.hold({owner.customer for owner in found.values()} - buckets.ALL)
    return _judged(undo, kind, wanted, keys.claim(TABLES[kind].keys, found))


def _mine(undo: undoing.Undo, kind: str, wanted: Mapping[bytes, uuid.UUID]) -> dict[bytes, Owner]:
    """Those of the documents that this import was the last to write, with who owns them now."""
    return _judged(undo, kind, wanted, keys.find(TABLES[kind].keys, wanted))


def _judged(
    undo: undoing.Undo, kind: str, wanted: Mapping[bytes, uuid.UUID], found: Mapping[bytes, Owner]
) -> dict[bytes, Owner]:
    table = TABLES[kind]
    owners = {digest: owner for digest, owner in found.items() if owner.row == wanted[digest]}
    if not owners:
        return {}
    # No money was given back for it by another way.
    booked = (
        """AND NOT EXISTS (SELECT 1 FROM commerce_refund AS r WHERE r.customer_id = d.customer_id
           AND r.order_id = d.id AND r.import_id IS DISTINCT FROM %(import)s)"""
        if kind == "order"
        else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT d.id FROM unnest(%(customers)s::uuid[], %(rows)s::uuid[]) AS known (customer_id, id)
            JOIN {table.head} AS d ON d.customer_id = known.customer_id AND d.id = known.id
            WHERE d.import_id = %(import)s {booked}
            """,  # noqa: S608  (names of our own tables)
            {
                "customers": [owner.customer for owner in owners.values()],
                "rows": [owner.row for owner in owners.values()],
                "import": undo.import_id,
            },
        )
        mine = {row for (row,) in cursor.fetchall()}
    return {digest: owner for digest, owner in owners.items() if owner.row in mine}


def _delete(table: Table, owners: Mapping[bytes, Owner]) -> None:
    if not owners:
        return
    places = [[owner.customer for owner in owners.values()], [owner.row for owner in owners.values()]]
    with connection.cursor() as cursor:
        for name, column in ((table.lines, table.column), (table.head, "id")):
            cursor.execute(
                f"DELETE FROM {name} AS d USING unnest(%s::uuid[], %s::uuid[]) AS gone (customer_id, id) "  # noqa: S608
                f"WHERE d.customer_id = gone.customer_id AND d.{column} = gone.id",
                places,
            )


def _insert(table: str, images: Sequence[Mapping[str, Any]]) -> None:
    if images:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",  # noqa: S608
                [json.dumps(images)],
            )


def _count(undo: undoing.Undo, kind: str, word: Mapping[str, str], *, done: int, of: int) -> None:
    undo.counts[word[kind]] += done
    undo.counts[KEPT[kind]] += of - done


def _mark(customers: Any) -> None:
    pipeline.mark(sorted(set(customers) - buckets.ALL), cause="commerce.import_undone", lane=pipeline.BULK)


def take_back_products(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove products that were new, that nobody changed and that nothing else is about."""
    for trace in traces:
        going, later = _going(undo, trace)
        Product.objects.filter(id__in=going).delete()
        tracing.drop(one for one in later if one.subject in going)
        undo.count(PRODUCTS, PRODUCTS_KEPT, done=len(going), of=len(trace.data))


def foresee_products(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for trace in traces:
        going, _later = _going(undo, trace)
        undo.ahead[traces_of.PRODUCTS].update(going)
        undo.count(PRODUCTS, PRODUCTS_KEPT, done=len(going), of=len(trace.data))


def _going(undo: undoing.Undo, trace: tracing.Trace) -> tuple[set[uuid.UUID], list[tracing.Trace]]:
    """Those of the products that a chunk made which are as the import left them and which nothing is about; and what
    later chunks of the same import changed of them.
    """
    products = list(Product.objects.filter(sku__in=list(trace.data)))
    later = tracing.of_subjects(undo.import_id, traces_of.PRODUCTS_CHANGED, [product.id for product in products])
    left = {one.subject: one.data.get(_AT, ["", ""])[1] for one in later}
    same = {
        product.sku: product.id
        for product in products
        if product.created_at == product.updated_at or product.updated_at.isoformat() == left.get(product.id)
    }
    used = _used(undo, same)
    return {row for sku, row in same.items() if sku not in used}, later


def _used(undo: undoing.Undo, skus: Collection[str]) -> set[str]:
    """Those of the articles that a row of any room names, but for the rows that are gone by then."""
    used = undo.ahead[_COMING].intersection(skus)
    for model, declared in lifecycle.declarations().items():
        if not any(field.name == "sku" for field in model._meta.local_concrete_fields):
            continue
        going, column = undo.ahead.get(model._meta.label, set()), "id"
        if declared.follows:
            parent = apps.get_model(declared.follows[0])._meta.label
            going = undo.ahead.get(parent, set()) | undo.ahead.get(f"{_LINES}{parent}", set())
            column = declared.follows[1]
        with connection.cursor() as cursor:
            # One look into the index of each table for each article; the empty SKU is not in it, and nobody's.
            cursor.execute(
                f"""
                SELECT a.sku FROM unnest(%s::text[]) AS a (sku) WHERE EXISTS (
                    SELECT 1 FROM {model._meta.db_table} AS r
                    WHERE r.sku = a.sku AND r.sku <> '' AND r.{column} <> ALL(%s::uuid[])
                )
                """,  # noqa: S608  (names of our own tables)
                [sorted(set(skus) - used), sorted(going)],
            )
            used.update(sku for (sku,) in cursor.fetchall())
    return used


def take_back_product_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Make known products what they were before, field by field, where nobody changed them since."""
    changes = _product_changes(traces)
    products = list(Product.objects.filter(id__in=list(changes)).select_for_update().order_by("id"))
    for product in products:
        before, is_kept = _as_before(product, changes[product.id])
        for name, value in before.items():
            setattr(product, name, value)
        product.updated_at = undo.now
        undo.counts[PRODUCTS_KEPT if is_kept else PRODUCTS_RESTORED] += 1
    Product.objects.bulk_update(products, [*_FACTS, _AT], batch_size=1000)


def foresee_product_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    changes = _product_changes(traces)
    for product in Product.objects.filter(id__in=changes.keys() - undo.ahead[traces_of.PRODUCTS]):
        _before, is_kept = _as_before(product, changes[product.id])
        undo.counts[PRODUCTS_KEPT if is_kept else PRODUCTS_RESTORED] += 1


def _product_changes(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, dict[str, list[Any]]]:
    """By product its facts as [before the first telling, after the last]."""
    changes: dict[uuid.UUID, dict[str, list[Any]]] = {}
    for trace in traces:
        if trace.subject is not None:
            told = changes.setdefault(trace.subject, {})
            for name, (was, now) in trace.data.items():
                told[name] = [told.get(name, [was])[0], now]
    return changes


def _as_before(product: Product, told: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], bool]:
    """The facts that go back, and whether others stay because they were changed since."""
    facts = {name: pair for name, pair in told.items() if name != _AT}
    mine = {name: was for name, (was, now) in facts.items() if _text(getattr(product, name)) == now}
    if mine.get("price") is not None:
        mine["price"] = Decimal(mine["price"])
    return mine, len(mine) < len(facts)


def _text(value: Any) -> Any:
    return f"{value:.4f}" if isinstance(value, Decimal) else value


PARTS = (
    undoing.Part(traces_of.MADE, 20, take_back_made, foresee_made),
    undoing.Part(traces_of.CHANGED, 25, take_back_changes, foresee_changes),
    undoing.Part(traces_of.PRODUCTS, 40, take_back_products, foresee_products),
    undoing.Part(traces_of.PRODUCTS_CHANGED, 45, take_back_product_changes, foresee_product_changes),
)
