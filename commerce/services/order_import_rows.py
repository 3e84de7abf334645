"""Rows of a chunk of imported orders and returns whose places are known; each one statement for all."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from cdp.core import copying, ids
from cdp.core.imports.registry import Context
from commerce.models import Order, OrderLine, Refund, RefundLine
from commerce.rules import amounts, statuses
from commerce.rules.documents import TEXTS, Document
from commerce.services.keys import Owner

ZERO = Decimal(0)
UNTOLD_STATUS = "paid"
_TOLD = (
    "source",
    "external_id",
    "placed_at",
    "status",
    "currency",
    "total",
    "discount",
    "shipping",
    "tax",
    "amount",
    "is_counted",
    "coupon",
    "channel",
    "store",
    "import_id",
    "is_status_assumed",
    "is_currency_assumed",
    "created_at",
    "updated_at",
)
# Whose it is comes first: where rows are spelt beforehand (`order_import_spelling`) it is all that is left to say.
HEADER = ("customer_id", "resolved_by", "id", *_TOLD)
LINE = (
    "customer_id",
    "order_id",
    "id",
    "sku",
    "name",
    "category",
    "quantity",
    "unit_price",
    "discount",
    "amount",
)
_RETURN = (
    "id",
    "customer_id",
    "source",
    "external_id",
    "order_id",
    "at",
    "currency",
    "amount",
    "import_id",
    "resolved_by",
    "is_currency_assumed",
    "created_at",
)
_RETURN_LINE = ("id", "customer_id", "refund_id", "sku", "name", "quantity", "unit_price", "amount")

Placed = dict[str, tuple[uuid.UUID, uuid.UUID, bool]]
"""external id → (customer, row id, is new)"""


def write_orders(documents: Sequence[Document], placed: Placed, context: Context, *, zero_is_purchase: bool) -> None:
    """Orders with their lines: new ones by COPY, known ones with the lines of this import."""
    known = [document for document in documents if not placed[document.external_id][2]]
    _drop_old_lines(
        "commerce_order", "commerce_orderline", "order_id", [placed[d.external_id][:2] for d in known], context
    )
    new = ((document, *placed[document.external_id]) for document in documents)
    copying.rows(
        Order,
        HEADER,
        (
            (customer, document.resolved_by, row, *told(document, context, zero_is_purchase=zero_is_purchase))
            for document, customer, row, is_new in new
            if is_new
        ),
    )
    copying.rows(OrderLine, LINE, _lines(documents, placed))
    _update_headers(known, placed, context, zero_is_purchase=zero_is_purchase)


def told(document: Document, context: Context, *, zero_is_purchase: bool) -> tuple[Any, ...]:
    """The columns of a new order that depend neither on whose it is nor on its id, as _TOLD names them."""
    given = document.numbers.get("total")
    discount, shipping, tax = (document.numbers.get(name, ZERO) for name in ("discount", "shipping", "tax"))
    sales = document.sales
    amount = amounts.order_amount(
        bought=amounts.total(line.amount for line in sales),
        given=given,
        discount=discount,
        shipping=shipping,
        tax=tax,
    )
    status = document.status or UNTOLD_STATUS
    counted = amounts.is_counted(
        status=status,
        has_lines=bool(sales),
        largest_line=max((line.amount for line in sales), default=ZERO),
        given=given,
        zero_is_purchase=zero_is_purchase,
    )
    texts = (document.texts.get(name, "") for name in TEXTS)
    return (
        context.source.key,
        document.external_id,
        document.placed_at,
        status,
        document.currency or settings.CDP_CURRENCY,
        given,
        discount,
        shipping,
        tax,
        amount,
        counted,
        *texts,
        context.import_id,
        not document.status,
        not document.currency,
        context.now,
        context.now,
    )


def _lines(documents: Iterable[Document], placed: Placed) -> Iterable[tuple[Any, ...]]:
    for document in documents:
        customer, row, _ = placed[document.external_id]
        for line in document.sales:
            yield (
                customer,
                row,
                ids.uuid7(),
                line.sku,
                line.name,
                line.category,
                line.quantity,
                line.unit_price,
                line.discount,
                line.amount,
            )


def _drop_old_lines(
    head: str, lines: str, column: str, places: Sequence[tuple[uuid.UUID, uuid.UUID]], context: Context
) -> None:
    """Lines written by anything but this import are replaced; this import's own earlier chunks are added to."""
    if not places:
        return
    customers, rows = (list(column_) for column_ in zip(*places, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM {lines} AS l
            USING unnest(%s::uuid[], %s::uuid[]) AS known (customer_id, id), {head} AS head
            WHERE head.customer_id = known.customer_id AND head.id = known.id
              AND head.import_id IS DISTINCT FROM %s
              AND l.customer_id = known.customer_id AND l.customer_id = head.customer_id AND l.{column} = known.id
            """,  # noqa: S608  (constants of this module)
            [customers, rows, context.import_id],
        )


def _update_headers(documents: Sequence[Document], placed: Placed, context: Context, *, zero_is_purchase: bool) -> None:
    if not documents:
        return
    rows = [
        (
            *placed[document.external_id][:2],
            document.placed_at,
            document.status or UNTOLD_STATUS,
            document.currency or settings.CDP_CURRENCY,
            document.numbers.get("total"),
            document.numbers.get("discount"),
            document.numbers.get("shipping"),
            document.numbers.get("tax"),
            not document.status,
            not document.currency,
            *(document.texts.get(name, "") for name in TEXTS),
        )
        for document in documents
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH told AS (
                SELECT * FROM unnest(
                    %s::uuid[], %s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::numeric[], %s::numeric[],
                    %s::numeric[], %s::numeric[], %s::boolean[], %s::boolean[], %s::text[], %s::text[], %s::text[]
                ) AS t (customer_id, id, placed_at, status, currency, total, discount, shipping, tax,
                        is_status_assumed, is_currency_assumed, coupon, channel, store)
            ), kept AS (
                SELECT o.customer_id, o.id,
                    CASE WHEN o.import_id = %s THEN least(o.placed_at, t.placed_at) ELSE t.placed_at END AS placed_at,
                    CASE WHEN o.import_id = %s AND NOT o.is_status_assumed THEN o.status ELSE t.status END AS status,
                    CASE WHEN o.import_id = %s AND NOT o.is_currency_assumed THEN o.currency
                         ELSE t.currency END AS currency,
                    t.is_status_assumed AND (o.is_status_assumed OR o.import_id IS DISTINCT FROM %s)
                        AS is_status_assumed,
                    t.is_currency_assumed AND (o.is_currency_assumed OR o.import_id IS DISTINCT FROM %s)
                        AS is_currency_assumed,
                    CASE WHEN o.import_id = %s THEN coalesce(o.total, t.total) ELSE t.total END AS total,
                    CASE WHEN o.import_id = %s THEN coalesce(nullif(o.discount, 0), t.discount, 0)
                         ELSE coalesce(t.discount, 0) END AS discount,
                    CASE WHEN o.import_id = %s THEN coalesce(nullif(o.shipping, 0), t.shipping, 0)
                         ELSE coalesce(t.shipping, 0) END AS shipping,
                    CASE WHEN o.import_id = %s THEN coalesce(nullif(o.tax, 0), t.tax, 0)
                         ELSE coalesce(t.tax, 0) END AS tax,
                    CASE WHEN o.import_id = %s THEN coalesce(nullif(o.coupon, ''), t.coupon)
                         ELSE t.coupon END AS coupon,
                    CASE WHEN o.import_id = %s THEN coalesce(nullif(o.channel, ''), t.channel)
                         ELSE t.channel END AS channel,
                    CASE WHEN o.import_id = %s THEN coalesce(nullif(o.store, ''), t.store) ELSE t.store END AS store,
                    l.lines, l.amount, l.largest
                FROM told AS t
                JOIN commerce_order AS o ON o.customer_id = t.customer_id AND o.id = t.id
                CROSS JOIN LATERAL (
                    SELECT count(*) AS lines, coalesce(sum(amount), 0) AS amount, coalesce(max(amount), 0) AS largest
                    FROM commerce_orderline AS l WHERE l.customer_id = o.customer_id AND l.order_id = o.id
                ) AS l
            )
            UPDATE commerce_order AS o SET
                placed_at = k.placed_at, status = k.status, currency = k.currency, total = k.total,
                is_status_assumed = k.is_status_assumed, is_currency_assumed = k.is_currency_assumed,
                discount = k.discount, shipping = k.shipping, tax = k.tax,
                coupon = k.coupon, channel = k.channel, store = k.store,
                amount = greatest(coalesce(k.total, k.amount - k.discount + k.shipping + k.tax), 0),
                is_counted = k.status <> ALL(%s) AND (
                    CASE WHEN k.lines > 0 THEN k.largest > 0 OR (%s AND k.largest = 0)
                         ELSE coalesce(k.total > 0 OR (%s AND k.total = 0), false) END),
                content_digest = NULL, import_id = %s, updated_at = %s, tracked_at = NULL, tracked_status_at = NULL
            FROM kept AS k WHERE o.customer_id = k.customer_id AND o.id = k.id
            """,
            [
                *columns,
                *([context.import_id] * 12),
                sorted(statuses.UNCOUNTED),
                zero_is_purchase,
                zero_is_purchase,
                context.import_id,
                context.now,
            ],
        )


def write_returns(documents: Sequence[Document], claimed: Placed, context: Context) -> None:
    """Returns with their lines, as refunds of their own."""
    known = [document for document in documents if not claimed[document.external_id][2]]
    _drop_old_lines(
        "commerce_refund", "commerce_refundline", "refund_id", [claimed[d.external_id][:2] for d in known], context
    )
    fresh = []
    for document in documents:
        customer, row, is_new = claimed[document.external_id]
        if is_new:
            amount = amounts.total(-line.amount for line in document.returns)
            fresh.append(
                (
                    row,
                    customer,
                    context.source.key,
                    document.external_id,
                    None,  # see _link
                    document.returned_at,
                    document.currency or settings.CDP_CURRENCY,
                    amount,
                    context.import_id,
                    document.resolved_by,
                    not document.currency,
                    context.now,
                )
            )
    copying.rows(Refund, _RETURN, fresh)
    copying.rows(RefundLine, _RETURN_LINE, _return_lines(documents, claimed))
    if not known:
        return
    pairs = [claimed[document.external_id][:2] for document in known]
    customers, rows = (list(column) for column in zip(*pairs, strict=True))
    times = [document.returned_at for document in known]
    told = [document.currency or settings.CDP_CURRENCY for document in known]
    assumed = [not document.currency for document in known]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE commerce_refund AS r SET
                amount = (
                    SELECT coalesce(sum(l.amount), 0) FROM commerce_refundline AS l
                    WHERE l.customer_id = r.customer_id AND l.refund_id = r.id
                ),
                content_digest = NULL, import_id = %s,
                at = CASE WHEN r.import_id = %s THEN least(r.at, k.at) ELSE k.at END,
                currency = CASE WHEN r.import_id = %s AND NOT r.is_currency_assumed THEN r.currency
                                ELSE k.currency END,
                is_currency_assumed =
                    k.is_currency_assumed AND (r.is_currency_assumed OR r.import_id IS DISTINCT FROM %s)
            FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::text[], %s::boolean[])
                AS k (customer_id, id, at, currency, is_currency_assumed)
            WHERE r.customer_id = k.customer_id AND r.id = k.id
            """,
            [*([context.import_id] * 4), customers, rows, times, told, assumed],
        )


def tell_currencies(table: str, told: Mapping[Owner, str], context: Context) -> None:
    """The currency of orders or refunds of this import for which it was only assumed so far."""
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {table} AS d SET currency = k.currency, is_currency_assumed = false
            FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS k (customer_id, id, currency)
            WHERE d.customer_id = k.customer_id AND d.id = k.id AND d.import_id = %s AND d.is_currency_assumed
            """,  # noqa: S608  (constants of this module's callers)
            [[one.customer for one in told], [one.row for one in told], list(told.values()), context.import_id],
        )


def _return_lines(documents: Iterable[Document], claimed: Placed) -> Iterable[tuple[Any, ...]]:
    for document in documents:
        customer, row, _ = claimed[document.external_id]
        for line in document.returns:
            yield (
                ids.uuid7(),
                customer,
                row,
                line.sku,
                line.name,
                abs(line.quantity),
                abs(line.unit_price),
                -line.amount,
            )
