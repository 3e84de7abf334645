"""Orders and refunds as entries of a customer's timeline. Amounts are exact decimal strings beside their currency."""

from django.utils.translation import gettext

from cdp.core.timeline import Entry, Question
from commerce.models import Order
from commerce.rules import money
from commerce.selectors import orders as reading

SHOWN_LINES = 10


def orders(question: Question) -> list[Entry]:
    """One entry per order, whatever its state; a mere return is shown as its refund alone."""
    found = reading.of_customer(question.customers, before=question.before, limit=question.limit)
    lines = reading.lines_of(found)
    entries = []
    for order in found:
        bought = lines[order.id]
        if _is_mere_return(order, has_lines=bool(bought)):
            continue
        entries.append(
            Entry(
                id=str(order.id),
                at=order.placed_at,
                kind="order",
                title=gettext("Order %(number)s") % {"number": order.external_id},
                source=order.source,
                icon="shopping-bag",
                data={
                    "order": str(order.id),
                    "external_id": order.external_id,
                    "status": order.status,
                    "is_counted": order.is_counted,
                    "amount": money.text(order.amount, order.currency),
                    "currency": order.currency,
                    "channel": order.channel,
                    "store": order.store,
                    "lines_count": len(bought),
                    "lines": [
                        {
                            "sku": line.sku,
                            "name": line.name,
                            "quantity": money.quantity(line.quantity),
                            "amount": money.text(line.amount, order.currency),
                        }
                        for line in bought[:SHOWN_LINES]
                    ],
                },
            )
        )
    return entries


def refunds(question: Question) -> list[Entry]:
    """One entry per refund or return."""
    found = reading.refunds_of_customer(question.customers, before=question.before, limit=question.limit)
    lines, reasons = reading.refund_lines_of(found), reading.reasons_of(found, question.keyring)
    return [
        Entry(
            id=str(refund.id),
            at=refund.at,
            kind="refund",
            title=gettext("Refund %(number)s") % {"number": refund.external_id},
            source=refund.source,
            icon="receipt-refund",
            data={
                "refund": str(refund.id),
                "external_id": refund.external_id,
                "order": str(refund.order_id) if refund.order_id else None,
                "amount": money.text(refund.amount, refund.currency),
                "currency": refund.currency,
                "reason": reasons.get(refund.id, ""),
                "lines": [
                    {
                        "sku": line.sku,
                        "name": line.name,
                        "quantity": money.quantity(line.quantity),
                        "amount": money.text(line.amount, refund.currency),
                    }
                    for line in lines[refund.id][:SHOWN_LINES]
                ],
            },
        )
        for refund in found
    ]


def _is_mere_return(order: Order, *, has_lines: bool) -> bool:
    return not has_lines and not order.amount and not order.is_counted and not order.total
