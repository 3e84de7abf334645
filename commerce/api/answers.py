"""What goes out: orders, refunds and products as JSON. Money is an exact decimal string.

The serializers describe the answers to the OpenAPI document. The answers themselves are made by plain functions, five
times as fast, which a page of 500 orders with their lines feels; tests hold the two together.
"""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from commerce.models import Order, Product, Refund, StockInterest
from commerce.rules import amounts, money
from commerce.rules.revisions import Outcome
from commerce.selectors.orders import DetailedOrder, DetailedRefund
from commerce.services import line_links
from customers.services import buckets

Json = dict[str, Any]


class OrderLineAnswer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    quantity = serializers.CharField()
    unit_price = serializers.CharField()
    discount = serializers.CharField()
    amount = serializers.CharField()


class RefundLineAnswer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.CharField()
    unit_price = serializers.CharField()
    amount = serializers.CharField()


class RefundAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    order = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField()
    currency = serializers.CharField()
    amount = serializers.CharField()
    reason = serializers.CharField(help_text="Kept sealed with the customer; of a guest no reason is kept.")
    lines = RefundLineAnswer(many=True)
    created_at = serializers.DateTimeField()


class WarningAnswer(serializers.Serializer[Any]):
    """What is odd about a document that was taken all the same."""

    code = serializers.ChoiceField(choices=["total_differs"])
    pointer = serializers.CharField()
    detail = serializers.CharField()


class OrderAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    customer = serializers.UUIDField(allow_null=True, help_text="Null for a guest.")
    placed_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Order.Status.choices)
    currency = serializers.CharField()
    total = serializers.CharField(
        help_text="What the order comes to: the total you gave, else lines − discount + shipping + tax."
    )
    amount = serializers.CharField(help_text="The same as `total`.")
    discount = serializers.CharField()
    shipping = serializers.CharField()
    tax = serializers.CharField()
    coupon = serializers.CharField()
    channel = serializers.CharField()
    store = serializers.CharField()
    lines = OrderLineAnswer(many=True)
    refunds = RefundAnswer(many=True)
    warnings = WarningAnswer(
        many=True,
        help_text="`total_differs`: the total you gave is not what the lines come to, whether tax and discount stand"
        " inside or beside them. The order comes to the total you gave.",
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class FaultAnswer(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    detail = serializers.CharField()


class OrderResultAnswer(serializers.Serializer[Any]):
    """What became of one order of a batch: an outcome, or a code with what is wrong."""

    index = serializers.IntegerField()
    status = serializers.IntegerField(help_text="What a single POST would have answered: 201, 200, 409 or 422.")
    external_id = serializers.CharField(required=False)
    id = serializers.UUIDField(required=False)
    customer = serializers.UUIDField(required=False, allow_null=True)
    outcome = serializers.ChoiceField(required=False, choices=[outcome.value for outcome in Outcome])
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    errors = FaultAnswer(many=True, required=False)  # type: ignore[assignment]


class OrderBatchAnswer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    same = serializers.IntegerField()
    stale = serializers.IntegerField()
    failed = serializers.IntegerField()
    results = OrderResultAnswer(many=True)


class ProductAnswer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    brand = serializers.CharField()
    price = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def customer_of(order: Order) -> str | None:
    """The buyer's id; None for a guest."""
    return None if order.customer_id in buckets.ALL else str(order.customer_id)


def order(detailed: DetailedOrder) -> Json:
    """One order with everything in it."""
    row, currency = detailed.order, detailed.order.currency
    return {
        "id": str(row.id),
        "external_id": row.external_id,
        "source": row.source,
        "customer": customer_of(row),
        "placed_at": row.placed_at,
        "status": row.status,
        "currency": currency,
        "total": money.text(row.amount, currency),
        "amount": money.text(row.amount, currency),
        "discount": money.text(row.discount, currency),
        "shipping": money.text(row.shipping, currency),
        "tax": money.text(row.tax, currency),
        "coupon": row.coupon,
        "channel": row.channel,
        "store": row.store,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "category": line.category,
                "quantity": money.quantity(line.quantity),
                "unit_price": money.text(line.unit_price, currency),
                "discount": money.text(line.discount, currency),
                "amount": money.text(line.amount, currency),
            }
            for line in detailed.lines
        ],
        "refunds": [refund(found) for found in detailed.refunds],
        "warnings": _warnings(detailed),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _warnings(detailed: DetailedOrder) -> list[Json]:
    row = detailed.order
    if row.total is None or not detailed.lines:
        return []
    bought = amounts.total(line.amount for line in detailed.lines)
    parts = {"discount": row.discount, "shipping": row.shipping, "tax": row.tax}
    if amounts.is_explained(given=row.total, bought=bought, **parts):
        return []
    detail = _("The lines come to %(parts)s, the total says %(total)s. The order comes to the total.") % {
        "parts": money.text(amounts.order_amount(bought=bought, given=None, **parts), row.currency),
        "total": money.text(row.total, row.currency),
    }
    return [{"code": "total_differs", "pointer": "/total", "detail": detail}]


def refund(detailed: DetailedRefund) -> Json:
    """One refund with its lines."""
    row: Refund = detailed.refund
    return {
        "id": str(row.id),
        "external_id": row.external_id,
        "source": row.source,
        "order": str(row.order_id) if row.order_id else None,
        "at": row.at,
        "currency": row.currency,
        "amount": money.text(row.amount, row.currency),
        "reason": detailed.reason,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": money.quantity(line.quantity),
                "unit_price": money.text(line.unit_price, row.currency),
                "amount": money.text(line.amount, row.currency),
            }
            for line in detailed.lines
        ],
        "created_at": row.created_at,
    }


class StockInterestAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    customer = serializers.UUIDField()
    sku = serializers.CharField()
    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    noted_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class LineLinkAnswer(serializers.Serializer[Any]):
    nonce = serializers.CharField(help_text="For LINE's dialog, as it is: once, until `expires_at`.")
    customer = serializers.UUIDField(help_text="The customer, or the one they were merged into.")
    expires_at = serializers.DateTimeField()


def line_link(nonce: line_links.Nonce) -> Json:
    """A nonce for LINE's account-link dialog."""
    return {"nonce": nonce.text, "customer": str(nonce.customer), "expires_at": nonce.expires_at}


def stock_interest(row: StockInterest) -> Json:
    """One interest."""
    return {
        "id": str(row.id),
        "customer": str(row.customer_id),
        "sku": row.sku,
        "name": row.name,
        "source": row.source,
        "noted_at": row.noted_at,
        "ended_at": row.ended_at,
    }


def product(row: Product) -> Json:
    """One product."""
    return {
        "sku": row.sku,
        "name": row.name,
        "category": row.category,
        "brand": row.brand,
        "price": None if row.price is None else money.text(row.price, row.currency),
        "currency": row.currency,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
