"""Order files for tests, and what came of them."""

from cdp.core.models import Job, Mark
from commerce.models import Order, OrderKey, OrderLine, Product, Refund, RefundKey, RefundLine
from customers.models import Customer

HEADER = "order.external_id,order.placed_at,customer.external_id,line.sku,line.quantity,line.unit_price\n"
MONEY = "order.external_id,order.placed_at,customer.external_id,order.currency,line.sku,line.quantity,line.unit_price\n"


def line(order="1", at="2026-03-04 10:00", who="c1", sku="A", quantity="1", price="10") -> str:
    return f"{order},{at},{who},{sku},{quantity},{price}\n"


def order(number="1") -> Order:
    return Order.objects.get(external_id=number)


def skus(number="1") -> list[str]:
    return sorted(OrderLine.objects.filter(order_id=order(number).id).values_list("sku", flat=True))


def buyer(number="1") -> str:
    return Customer.objects.get(id=order(number).customer_id).status


def picture() -> list[object]:
    """Everything an import writes, without ids and times of writing."""
    names = {one.id: str(one.status) for one in Customer.objects.all()}
    places = {
        who: number
        for number, who in enumerate(Order.objects.order_by("external_id").values_list("customer_id", flat=True))
    }
    return [
        sorted(
            (
                one.external_id,
                places[one.customer_id],
                names[one.customer_id],
                one.placed_at,
                one.amount,
                one.currency,
                one.is_counted,
            )
            for one in Order.objects.all()
        ),
        sorted(OrderLine.objects.values_list("order__external_id", "sku", "quantity", "amount")),
        sorted(Refund.objects.values_list("external_id", "amount", "at")),
        sorted(RefundLine.objects.values_list("refund__external_id", "sku", "amount")),
        Refund.objects.filter(order_id__isnull=False).count(),
    ]


def clean() -> None:
    for model in (OrderLine, RefundLine, Refund, Order, OrderKey, RefundKey, Product, Job, Mark):
        model.objects.all().delete()
