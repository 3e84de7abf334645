"""Orders of WooCommerce, with the refunds that are told in them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from commerce.hooks import progress, reading
from commerce.hooks.facts import Fact, OrderGone, OrderTold, RefundTold
from commerce.hooks.reading import ZERO, Body, Telling, Unreadable
from commerce.hooks.woocommerce import clocks, people
from commerce.rules import statuses
from commerce.rules.inputs import LineInput, OrderInput, RefundInput


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """An order made, changed or brought back. A draft of the checkout page is no order yet."""
    said = reading.text(body, "status", longest=40)
    if said in {"auto-draft", "checkout-draft"}:
        return []
    status = statuses.find(said)
    if status is None:
        raise Unreadable("status", "unknown_status")
    placed = clocks.placed(body, telling)
    if placed is None:
        raise Unreadable("date_created_gmt", "missing")
    currency = reading.currency(body, "currency")
    if not currency:
        raise Unreadable("currency", "missing")
    order_id = reading.number(body, "id")
    at = progress.clock(clocks.modified(body, telling), status)
    coupons = [reading.text(row, "code", longest=80) for row in reading.rows(body, "coupon_lines")]
    order = OrderInput(
        external_id=reading.text(body, "number", longest=200) or order_id,
        placed_at=placed.at,
        currency=currency,
        status=status,
        total=reading.not_below_zero(body, "total"),
        discount=reading.not_below_zero(body, "discount_total"),
        shipping=reading.not_below_zero(body, "shipping_total"),
        tax=reading.not_below_zero(body, "total_tax"),
        coupon=next(filter(None, coupons), ""),
        channel="online" if reading.text(body, "created_via", longest=40) == "checkout" else "",
        lines=tuple(_line(line, telling) for line in reading.rows(body, "line_items")),
        updated_at=at,
    )
    refunds = tuple(
        RefundTold(order_id, refund)
        for row in reading.rows(body, "refunds")
        if (refund := _refund(row, currency=currency, at=clocks.modified(body, telling))) is not None
    )
    buyer = people.buyer(body)
    return [OrderTold(order_id=order_id, at=at, order=order, buyer=buyer, refunds=refunds, is_ahead=placed.is_ahead)]


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """The store deleted an order; its body has nothing but the id."""
    return [OrderGone(reading.number(body, "id"))]


def sku(line: Body, telling: Telling) -> str:
    """The SKU, or a name that tells the variation or product, for shops that keep no SKUs."""
    known = reading.text(line, "sku", longest=120)
    numbers = (reading.text(line, name, longest=60) for name in ("variation_id", "product_id"))
    number = next((one for one in numbers if one not in {"", "0"}), "")
    return known or (f"{telling.source}-{number}" if number else "")


def _line(line: Body, telling: Telling) -> LineInput:
    """Line totals are after discounts and without tax; subtotals are before discounts."""
    quantity = reading.not_below_zero(line, "quantity")
    total, subtotal = reading.not_below_zero(line, "total"), reading.not_below_zero(line, "subtotal")
    whole = max(subtotal, total)
    return LineInput(
        quantity=quantity,
        unit_price=round(whole / quantity, 4) if quantity else ZERO,
        sku=sku(line, telling),
        name=reading.words(line, "name"),
        discount=whole - total,
        amount=total,
    )


def _refund(row: Body, *, currency: str, at: dt.datetime) -> RefundInput | None:
    """A refund as its order tells it, without a time of its own: the order was changed when it was made."""
    given: Decimal = abs(reading.money(row, "total") or ZERO)
    if not given:
        return None
    return RefundInput(
        external_id=reading.number(row, "id"),
        amount=given,
        at=at,
        currency=currency,
        reason=reading.words(row, "reason", longest=200),
    )
