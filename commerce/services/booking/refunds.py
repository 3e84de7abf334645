"""Refunds as tracking tells them: of orders that only tracking told. A store tells the refunds of its own orders.

A refund that comes before its order waits for it in the queue. Without a number of its own it is known by its message.
"""

from dataclasses import replace
from decimal import Decimal

from django.db.models import Sum

from cdp.core.actors import SYSTEM
from commerce.hooks.reading import Unreadable
from commerce.models import Order, OrderLine, Refund
from commerce.rules import digests
from commerce.rules.inputs import ZERO, LineInput, RefundInput
from commerce.selectors import orders as reading
from commerce.services import refunds
from commerce.services.booking.hearing import Desk, Heard
from commerce.services.hooks import marks
from commerce.tracking import names
from commerce.tracking import orders as telling


def book(desk: Desk) -> None:
    """Write the refunds of these events."""
    told: list[tuple[Heard, telling.Back]] = []
    for one in desk.of({names.REFUNDED}):
        try:
            told.append((one, telling.back(one.body)))
        except Unreadable as problem:
            desk.refuse(one, problem)
    if not told or not desk.takes_orders:
        return
    inner = marks.numbers(desk.source.key, "order", {back.order for _one, back in told})
    numbers = {one.event.id: inner.get(back.order) or desk.number(back.order) for one, back in told}
    orders = reading.by_numbers(desk.source.key, numbers.values())
    for one, back in told:
        order = orders.get(numbers[one.event.id])
        if order is None:
            desk.waiting.append((one.event, digests.key(desk.source.key, numbers[one.event.id])))
        elif order.tracked_at is not None:
            _write(desk, one, back, order)


def _write(desk: Desk, one: Heard, back: telling.Back, order: Order) -> None:
    refund = _input(one, back, order)
    if refund.amount is not None and refund.amount <= 0:
        return  # all of it went back already
    try:
        refunds.write(refund=refund, order=order, source=desk.source, actor=SYSTEM, now=desk.now, is_tracked=True)
    except refunds.RefundExists:
        return  # told before; the first telling stays
    except refunds.UnableToWriteRefund as problem:
        desk.problems.append((one.event, problem.code, problem.pointer.strip("/").replace("/", ".")))


def _input(one: Heard, back: telling.Back, order: Order) -> RefundInput:
    bought = {line.sku: line for line in OrderLine.objects.filter(customer_id=order.customer_id, order_id=order.id)}
    lines = tuple(_priced(line, bought) for line in back.lines)
    return RefundInput(
        external_id=back.number or f"{order.external_id}/{one.event.message_id}"[:200],
        amount=_amount(back, lines, order, covers_all=bool(bought) and {line.sku for line in lines} >= set(bought)),
        lines=lines,
        at=one.at,
        currency=back.currency or order.currency,
        reason=back.reason,
    )


def _priced(line: LineInput, bought: dict[str, OrderLine]) -> LineInput:
    """A line without a price goes back for what it was sold."""
    sold = bought.get(line.sku)
    if line.unit_price or sold is None or not sold.quantity:
        return line
    return replace(line, unit_price=(sold.amount / sold.quantity).quantize(Decimal("0.0001")))


def _amount(back: telling.Back, lines: tuple[LineInput, ...], order: Order, *, covers_all: bool) -> Decimal | None:
    """What went back: as told; of some of the articles their sum, where the total told is that of the order (None: the
    sum of the lines); without either all that has not gone back yet.
    """
    if back.is_exact:
        return back.amount
    if lines and not covers_all and (back.amount is None or back.amount == order.amount):
        return None
    if back.amount is not None:
        return back.amount
    before = Refund.objects.filter(customer_id=order.customer_id, order_id=order.id).aggregate(sum=Sum("amount"))["sum"]
    return order.amount - (before or ZERO)
