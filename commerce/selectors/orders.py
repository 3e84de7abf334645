"""Reading orders: lists, one order with everything in it, the history of a customer."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from cdp.core.crypto import subjects
from commerce.models import Order, OrderKey, OrderLine, Refund, RefundKey, RefundLine
from commerce.rules import digests

REFUNDS = "commerce_refund"
PORTION = 2000


@dataclass(slots=True)
class DetailedRefund:
    """A refund with its lines and, opened, why it was given."""

    refund: Refund
    lines: list[RefundLine] = field(default_factory=list)
    reason: str = ""


@dataclass(slots=True)
class DetailedOrder:
    """An order with its lines and the refunds that belong to it, oldest first."""

    order: Order
    lines: list[OrderLine] = field(default_factory=list)
    refunds: list[DetailedRefund] = field(default_factory=list)


def listed(*, customers: Sequence[uuid.UUID] | None = None) -> QuerySet[Order]:
    """All orders, or those of a customer's lineage (survivor and absorbed ids); the caller pages."""
    orders = Order.objects.all()
    return orders if customers is None else orders.filter(customer_id__in=customers)


def by_number(source: str, external_id: str) -> QuerySet[Order]:
    """The order of that source and number: one row or none."""
    key = OrderKey.objects.filter(digest=digests.key(source, external_id)).first()
    if key is None:
        return Order.objects.none()
    return Order.objects.filter(customer_id=key.customer_id, id=key.order_id)


def by_numbers(source: str, numbers: Iterable[str]) -> dict[str, Order]:
    """The orders of that source with these numbers, by number, in two statements however many; unknown are left out."""
    wanted = [digests.key(source, number) for number in set(numbers)]
    keys = list(OrderKey.objects.filter(digest__in=wanted).values_list("customer_id", "order_id")) if wanted else []
    if not keys:
        return {}
    found = Order.objects.filter(
        customer_id__in={customer for customer, _order in keys}, id__in=[row for _, row in keys]
    )
    return {order.external_id: order for order in found}


def ids_by_number(sources: Iterable[str], external_id: str) -> list[uuid.UUID]:
    """The orders of that number in any of these sources."""
    keys = [digests.key(source, external_id) for source in sources]
    return list(OrderKey.objects.filter(digest__in=keys).values_list("order_id", flat=True))


def refund_ids_by_number(sources: Iterable[str], external_id: str) -> list[uuid.UUID]:
    """The refunds of that number in any of these sources."""
    keys = [digests.key(source, external_id) for source in sources]
    return list(RefundKey.objects.filter(digest__in=keys).values_list("refund_id", flat=True))


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' orders."""
    numbers = Order.objects.filter(customer_id__in=customers).values_list("source", "external_id", "customer_id")
    return {digests.key(source, external_id): customer for source, external_id, customer in numbers}


def refund_keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' refunds."""
    numbers = Refund.objects.filter(customer_id__in=customers).values_list("source", "external_id", "customer_id")
    return {digests.key(source, external_id): customer for source, external_id, customer in numbers}


def find(order_id: uuid.UUID) -> Order | None:
    """The order of that id."""
    return Order.objects.filter(id=order_id).first()


def of_customer(customers: Sequence[uuid.UUID], *, before: datetime | None = None, limit: int) -> list[Order]:
    """The newest orders of a lineage placed before `before`, at most `limit`."""
    orders = Order.objects.filter(customer_id__in=customers)
    if before is not None:
        orders = orders.filter(placed_at__lt=before)
    return list(orders.order_by("-placed_at", "-id")[:limit])


def refunds_of_customer(customers: Sequence[uuid.UUID], *, before: datetime | None = None, limit: int) -> list[Refund]:
    """The newest refunds of a lineage given before `before`, at most `limit`."""
    refunds = Refund.objects.filter(customer_id__in=customers)
    if before is not None:
        refunds = refunds.filter(at__lt=before)
    return list(refunds.order_by("-at", "-id")[:limit])


def lines_of(orders: Sequence[Order]) -> dict[uuid.UUID, list[OrderLine]]:
    """The lines of these orders by order id, in the order told; one query."""
    found: dict[uuid.UUID, list[OrderLine]] = defaultdict(list)
    if orders:
        lines = OrderLine.objects.filter(
            customer_id__in={order.customer_id for order in orders}, order_id__in=[order.id for order in orders]
        )
        for line in lines.order_by("id"):
            found[line.order_id].append(line)
    return found


def refund_lines_of(refunds: Sequence[Refund]) -> dict[uuid.UUID, list[RefundLine]]:
    """The lines of these refunds by refund id; one query."""
    found: dict[uuid.UUID, list[RefundLine]] = defaultdict(list)
    if refunds:
        lines = RefundLine.objects.filter(
            customer_id__in={refund.customer_id for refund in refunds}, refund_id__in=[refund.id for refund in refunds]
        )
        for line in lines.order_by("id"):
            found[line.refund_id].append(line)
    return found


def reasons_of(refunds: Sequence[Refund], keyring: subjects.Keyring | None = None) -> dict[uuid.UUID, str]:
    """Why these refunds were given, by refund id; those without words, or whose key was destroyed, are left out.

    Without a keyring the keys are loaded, in one query where there is anything to open.
    """
    told = [refund for refund in refunds if refund.words]
    if not told:
        return {}
    opening = keyring or subjects.load({refund.customer_id for refund in told})
    found = {refund.id: opening.open(refund.words, table=REFUNDS, column="words", row=refund.id) for refund in told}
    return {refund: text for refund, text in found.items() if text}


def detailed(orders: Sequence[Order]) -> list[DetailedOrder]:
    """These orders with lines and refunds; three queries however many, and one for the keys of what is sealed."""
    if not orders:
        return []
    refunds = list(
        Refund.objects.filter(
            customer_id__in={order.customer_id for order in orders}, order_id__in=[order.id for order in orders]
        ).order_by("at", "id")
    )
    returned, reasons = refund_lines_of(refunds), reasons_of(refunds)
    given_back: dict[uuid.UUID | None, list[DetailedRefund]] = defaultdict(list)
    for refund in refunds:
        given_back[refund.order_id].append(DetailedRefund(refund, returned[refund.id], reasons.get(refund.id, "")))
    lines = lines_of(orders)
    return [DetailedOrder(order, lines[order.id], given_back[order.id]) for order in orders]


def imported(import_id: uuid.UUID) -> Iterator[list[uuid.UUID]]:
    """Whose orders and refunds an import wrote last, in portions: one walk along each primary key."""
    for model in (Order, Refund):
        after = uuid.UUID(int=0)
        while True:
            found = model.objects.filter(import_id=import_id, id__gt=after).order_by("id")
            page = list(found.values_list("id", "customer_id")[:PORTION])
            if not page:
                break
            after = page[-1][0]
            yield sorted({customer for _id, customer in page})
