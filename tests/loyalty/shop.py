"""Orders and what came back of them, as the tables hold them, for tests of what they bring."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from commerce.models import Order, OrderLine, Refund, RefundLine
from customers.models import Customer
from loyalty.models import Member
from loyalty.selectors import purses
from loyalty.services import accruing
from surveys.models import Response
from tests import factories

Told = tuple[str, int | str, int | str] | tuple[str, int | str, int | str, str]
"""SKU, quantity, amount of the line, and its category."""


def member(joined_at: datetime, **fields: Any) -> Customer:
    """Somebody who takes part."""
    found = factories.customer()
    Member.objects.create(customer=found, joined_at=joined_at, how=Member.How.STAFF, **fields)
    return found


def buy(buyer: Customer, at: datetime, *lines: Told, **fields: Any) -> Order:
    """An order of these lines; its amount is what they come to."""
    goods = sum((Decimal(line[2]) for line in lines), Decimal(0))
    order = factories.order(buyer, placed_at=at, amount=fields.pop("amount", goods), **fields)
    put(order, *lines)
    return order


def put(order: Order, *lines: Told) -> None:
    """These lines instead of those that the order has."""
    OrderLine.objects.filter(customer=order.customer, order_id=order.id).delete()
    for line in lines:
        sku, quantity, amount, *category = line
        OrderLine.objects.create(
            customer=order.customer,
            order=order,
            sku=sku,
            category=category[0] if category else "",
            quantity=quantity,
            unit_price=Decimal(amount) / Decimal(quantity),
            amount=amount,
        )


def change(order: Order, at: datetime, *lines: Told, **fields: Any) -> None:
    """The order is told anew."""
    if lines:
        put(order, *lines)
    for name, value in {**fields, "updated_at": at}.items():
        setattr(order, name, value)
    order.save()


def refund(
    buyer: Customer, at: datetime, *lines: Told, order: Order | None = None, amount: int | str | None = None
) -> Refund:
    """Money that goes back, for these articles or for nobody says what."""
    back = Refund.objects.create(
        customer=buyer,
        source="shop",
        external_id=uuid.uuid4().hex[:12],
        order_id=order.id if order else None,
        at=at,
        currency=order.currency if order else "THB",
        amount=Decimal(amount) if amount is not None else sum((Decimal(line[2]) for line in lines), Decimal(0)),
        created_at=at,
    )
    for sku, quantity, worth, *_ in lines:
        RefundLine.objects.create(
            customer=buyer,
            refund=back,
            sku=sku,
            quantity=quantity,
            unit_price=Decimal(worth) / Decimal(quantity),
            amount=worth,
        )
    return back


def answer(who: Customer, at: datetime, *, points: int, **fields: Any) -> Response:
    """A questionnaire that promised points, answered."""
    return Response.objects.create(
        customer=who,
        survey_id=uuid.uuid4(),
        version=1,
        state=Response.State.COMPLETE,
        mode=Response.Mode.WEB,
        language="en",
        started_at=at,
        saved_at=at,
        ended_at=at,
        promised={"kind": "points", "points": points},
        **fields,
    )


def settle(people: Customer | Sequence[Customer], now: datetime) -> None:
    """The step of the pipeline."""
    accruing.accrue([one.id for one in ([people] if isinstance(people, Customer) else people)], now)


def has(who: Customer, at: datetime | None = None, wallet: str = "points") -> Decimal:
    """What somebody can spend."""
    purse = purses.of(who.id).get(wallet)
    return purse.balance(at or timezone.now()) if purse else Decimal(0)
