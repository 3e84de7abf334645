"""Orders that came to nothing: cancelled, or returned as a whole. What paid for them can be used again."""

from decimal import Decimal

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from commerce.models import Order, Refund
from commerce.rules import statuses

ZERO = Decimal(0)
STATES = (statuses.VOIDED, statuses.FAILED, statuses.CANCELLED, statuses.REFUNDED)
"""One that waits for its money may still come to something."""
CONDITION = """(o.status IN ('voided', 'failed', 'cancelled', 'refunded') OR o.amount > 0 AND o.amount <= COALESCE((
    SELECT sum(f.amount) FROM commerce_refund f WHERE f.customer_id = o.customer_id AND f.order_id = o.id), 0))"""
"""The same in SQL, of orders `o`."""


def is_undone(order: Order) -> bool:
    """Whether that order came to nothing."""
    if order.status in STATES:
        return True
    back = Refund.objects.filter(customer_id=order.customer_id, order_id=order.id).aggregate(all=Sum("amount"))["all"]
    return order.amount > 0 and order.amount <= (back or ZERO)


def without(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    """Those of the orders that stand."""
    back = Refund.objects.filter(customer_id=OuterRef("customer_id"), order_id=OuterRef("id")).order_by()
    whole = Subquery(back.values("order_id").annotate(all=Sum("amount")).values("all"))
    found = orders.exclude(status__in=STATES).annotate(given_back=whole)
    return found.filter(Q(given_back=None) | Q(amount=0) | Q(amount__gt=F("given_back")))
