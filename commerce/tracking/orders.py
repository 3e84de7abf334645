"""Orders, refunds and coupons as the specification tells them.

Money: `revenue` is what the articles cost, without shipping and tax; `subtotal` is that less the discount; `total` is
the subtotal with shipping and tax. The total decides; where it is missing it is put together from what there is.
"""

from dataclasses import dataclass
from decimal import Decimal

from commerce.hooks import reading
from commerce.hooks.reading import Body, Unreadable
from commerce.rules import statuses
from commerce.rules.inputs import ZERO, LineInput
from commerce.tracking import articles, names

ONLINE = "online"
CENT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Content:
    """What an order is about. `currency` is empty where the event says none."""

    currency: str
    total: Decimal | None
    discount: Decimal
    shipping: Decimal
    tax: Decimal
    coupon: str
    store: str
    channel: str
    lines: tuple[LineInput, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An order as one event tells it: None where it says nothing of its content, or of its state."""

    number: str
    content: Content | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Back:
    """Money given back. `number` is the refund's own, empty where it has none; no amount and no lines mean all of it.

    A `total` beside only some of the products may be the order's: `is_exact` says that the amount is the refund's own.
    """

    order: str
    number: str
    amount: Decimal | None
    is_exact: bool
    currency: str
    lines: tuple[LineInput, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Coupon:
    """What somebody did with a coupon."""

    code: str
    name: str
    action: str
    order: str
    cart: str
    discount: Decimal | None
    reason: str


def number(body: Body) -> str:
    """The order's number; empty where there is none."""
    return articles.first(body, "order_id", "orderId", "order_number")


def told(kind: str, body: Body) -> Told:
    """An order completed, updated or cancelled. Raises Unreadable."""
    named = number(body)
    if not named:
        raise Unreadable("order_id", "missing")
    status = statuses.find(articles.first(body, "status", longest=60))
    if kind == names.COMPLETED:
        status = status or statuses.PAID
    elif kind == names.CANCELLED:
        status = statuses.CANCELLED
    return Told(named, _content(body), status)


def _content(body: Body) -> Content | None:
    lines = articles.lines(body)
    discount = abs(articles.money(body, "discount") or ZERO)
    shipping = articles.not_below_zero(body, "shipping") or ZERO
    tax = articles.not_below_zero(body, "tax") or ZERO
    total = _total(body, discount, shipping, tax)
    if not lines and total is None:
        return None
    currency = reading.currency(body, "currency") or first_currency(body)
    return Content(
        currency=currency,
        total=total,
        discount=discount,
        shipping=shipping,
        tax=tax,
        coupon=articles.first(body, "coupon", longest=80),
        store=articles.first(body, "affiliation", longest=80),
        channel=articles.first(body, "channel", longest=40) or ONLINE,
        lines=_priced(lines, total, shipping + tax),
    )


def first_currency(body: Body) -> str:
    """The currency that the first product with one names."""
    return next((found for row in articles.products(body) if (found := reading.currency(row, "currency"))), "")


def _total(body: Body, discount: Decimal, shipping: Decimal, tax: Decimal) -> Decimal | None:
    total = articles.not_below_zero(body, "total")
    if total is not None:
        return total
    subtotal, revenue = articles.not_below_zero(body, "subtotal"), articles.not_below_zero(body, "revenue")
    if subtotal is None and revenue is not None:
        subtotal = max(revenue - discount, ZERO)
    value = articles.not_below_zero(body, "value")
    return value if subtotal is None else subtotal + shipping + tax


def _priced(lines: tuple[LineInput, ...], total: Decimal | None, beside: Decimal) -> tuple[LineInput, ...]:
    """Lines without any price share what the articles came to by their pieces: an order of free articles is none."""
    if not lines or not total or any(line.unit_price for line in lines):
        return lines
    pieces = sum((line.quantity for line in lines), ZERO)
    each = (max(total - beside, ZERO) / pieces).quantize(CENT)
    return tuple(LineInput(line.quantity, each, line.sku, line.name, line.category) for line in lines)


def back(body: Body) -> Back:
    """An order refunded, in whole or in part. Raises Unreadable."""
    named = number(body)
    if not named:
        raise Unreadable("order_id", "missing")
    lines = articles.lines(body)
    exact = articles.not_below_zero(body, "refund_amount")
    loose = articles.not_below_zero(body, "total") or articles.not_below_zero(body, "revenue")
    return Back(
        order=named,
        number=articles.first(body, "refund_id", "refundId"),
        amount=exact or loose,
        is_exact=exact is not None,
        currency=reading.currency(body, "currency"),
        lines=lines,
        reason=articles.first(body, "reason", longest=200),
    )


def coupon(kind: str, body: Body) -> Coupon:
    """A coupon entered, applied, refused or taken off. Raises Unreadable."""
    code = articles.first(body, "coupon_id", "coupon", "coupon_name", longest=120)
    if not code:
        raise Unreadable("coupon_id", "missing")
    discount = articles.money(body, "discount")
    return Coupon(
        code=code,
        name=articles.first(body, "coupon_name", longest=120),
        action=names.COUPONS[kind],
        order=number(body),
        cart=articles.first(body, "cart_id", "cartId", longest=120),
        discount=None if discount is None else abs(discount),
        reason=articles.first(body, "reason"),
    )
