"""Orders with their lines, and products, as rows of a file, in the columns that an import takes."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from cdp.core.exports.registry import Kind
from commerce.models import Order, OrderLine, Product
from customers.selectors import files as people_files
from customers.selectors import profiles

_ORDER = ("external_id", "placed_at", "status", "currency", "total", "discount", "shipping", "tax", "coupon")
_LINE = ("sku", "name", "category", "quantity", "unit_price", "discount")
_PRODUCT = ("sku", "name", "category", "brand", "price", "currency")
ORDER_COLUMNS = (
    *("customer.external_id", "customer.email", "customer.phone"),
    *(f"order.{name}" for name in (*_ORDER, "channel", "store")),
    *(f"line.{name}" for name in _LINE),
)
PRODUCT_COLUMNS = tuple(f"product.{name}" for name in _PRODUCT)


def order_rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """A row for each line of their orders; an order without lines has one."""
    people = profiles.opened(customers, with_places=False, shown=False)
    lines: dict[uuid.UUID, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(customer_id__in=customers).order_by("id"):
        lines[line.order_id].append(line)
    for order in Order.objects.filter(customer_id__in=customers).order_by("customer_id", "placed_at", "id").iterator():
        person = people.get(order.customer_id)
        if person is None:
            continue
        head = [
            next((contact.value for contact in person.external_ids), ""),
            *(person.email, person.phone),
            *(_cell(getattr(order, name)) for name in (*_ORDER, "channel", "store")),
        ]
        written = [[_cell(getattr(line, name)) for name in _LINE] for line in lines.get(order.id, ())]
        yield from ((order.customer_id, [*head, *cells]) for cells in written or [[""] * len(_LINE)])


def product_rows() -> Iterator[list[str]]:
    """All products."""
    for product in Product.objects.order_by("id").iterator():
        yield [_cell(getattr(product, name)) for name in _PRODUCT]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


ORDERS = Kind(
    "orders",
    _("Orders"),
    ORDER_COLUMNS,
    rows=order_rows,
    whose="EXISTS (SELECT 1 FROM commerce_order bought WHERE bought.customer_id = c.id)",
    hides=people_files.HIDES,
)
PRODUCTS = Kind("products", _("Products"), PRODUCT_COLUMNS, pages=product_rows)
