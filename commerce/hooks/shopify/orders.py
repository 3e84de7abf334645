"""Orders and refunds of Shopify. Money is the shop's (`shop_money`), not what was shown to the buyer."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from commerce.hooks import progress, reading
from commerce.hooks.facts import Fact, OrderGone, OrderTold, RefundTold
from commerce.hooks.reading import ZERO, Body, Telling, Unreadable
from commerce.hooks.shopify import people
from commerce.rules import statuses
from commerce.rules.inputs import LineInput, OrderInput, RefundInput

IN_SHOP = {"pos": "store", "web": "online"}


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """An order made, paid, fulfilled, cancelled or changed, with the refunds told in it. Test orders are no facts."""
    if body.get("test") is True:
        return []
    placed = reading.placed(body, "processed_at", telling) or reading.placed(body, "created_at", telling)
    if placed is None:
        raise Unreadable("created_at", "missing")
    at = reading.moment(body, "updated_at", telling) or telling.received_at
    status, order_id = _status(body), reading.number(body, "id")
    coupons = [reading.text(code, "code", longest=80) for code in reading.rows(body, "discount_codes")]
    source_name = reading.text(body, "source_name", longest=40)
    order = OrderInput(
        external_id=reading.text(body, "name", longest=200) or order_id,
        placed_at=placed.at,
        currency=_currency(body),
        status=status,
        total=_amount(body, "total_price"),
        discount=_amount(body, "total_discounts") or ZERO,
        shipping=_shipping(body),
        tax=_amount(body, "total_tax") or ZERO,
        coupon=next(filter(None, coupons), ""),
        channel=IN_SHOP.get(source_name, source_name),
        store=reading.text(body, "location_id", longest=80),
        lines=tuple(_line(line, telling) for line in reading.rows(body, "line_items")),
        updated_at=progress.clock(at, status),
    )
    refunds = [
        refund for row in reading.rows(body, "refunds") for refund in refunded({**row, "order_id": order_id}, telling)
    ]
    return [
        OrderTold(
            order_id=order_id,
            at=progress.clock(at, status),
            order=order,
            is_ahead=placed.is_ahead,
            buyer=people.buyer(body),
            tokens=tokens(body),
            refunds=tuple(refund for refund in refunds if isinstance(refund, RefundTold)),
        )
    ]


def edited(body: Body, telling: Telling) -> Sequence[Fact]:
    """An edit tells only what it changed, without the order; the order itself follows as orders/updated."""
    return told(body, telling) if "line_items" in body and "id" in body else []


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """The store deleted an order; its body has nothing but the id."""
    return [OrderGone(reading.number(body, "id"))]


def refunded(body: Body, telling: Telling) -> Sequence[Fact]:
    """A refund with its lines. One that moved no money (a restock) is no fact."""
    lines = [line for line in (_refund_line(row, telling) for row in reading.rows(body, "refund_line_items")) if line]
    amount, currency = _given_back(body)
    if amount <= 0:
        return []
    refund = RefundInput(
        external_id=reading.number(body, "id"),
        amount=amount,
        lines=tuple(lines),
        at=reading.moment(body, "processed_at", telling) or reading.moment(body, "created_at", telling),
        currency=currency,
        reason=reading.text(body, "note", longest=200),
    )
    return [RefundTold(order_id=reading.number(body, "order_id"), refund=refund)]


def tokens(body: Body) -> tuple[str, ...]:
    """The tokens by which a cart is known, the cart's own first."""
    names = ("cart_token", "checkout_token", "token") if "completed_at" in body else ("cart_token", "checkout_token")
    found = [reading.text(body, name, longest=120) for name in names]
    return tuple(dict.fromkeys(token for token in found if token))


def sku(line: Body, telling: Telling) -> str:
    """The SKU, or a name that tells the variant, for shops that keep no SKUs."""
    known = reading.text(line, "sku", longest=120)
    variant = reading.text(line, "variant_id", longest=60) or reading.text(line, "product_id", longest=60)
    return known or (f"{telling.source}-{variant}" if variant else "")


def _status(body: Body) -> str:
    if body.get("cancelled_at"):
        return statuses.CANCELLED
    said = reading.text(body, "financial_status", longest=40)
    status = statuses.find(said) if said else statuses.PAID
    if status is None:
        raise Unreadable("financial_status", "unknown_status")
    is_fulfilled = reading.text(body, "fulfillment_status", longest=40) == "fulfilled"
    return statuses.FULFILLED if status == statuses.PAID and is_fulfilled else status


def _currency(body: Body) -> str:
    in_shop = reading.mapping(reading.mapping(body, "total_price_set"), "shop_money")
    code = reading.currency(in_shop, "currency_code") or reading.currency(body, "currency")
    if not code:
        raise Unreadable("currency", "missing")
    return code


def _amount(body: Body, name: str) -> Decimal | None:
    """An amount in the shop's currency: newer bodies have a set of two, older ones a plain number."""
    in_shop = reading.mapping(reading.mapping(body, f"{name}_set"), "shop_money")
    amount = reading.money(in_shop, "amount")
    amount = reading.money(body, name) if amount is None else amount
    if amount is not None and amount < 0:
        raise Unreadable(name, "below_zero")
    return amount


def _shipping(body: Body) -> Decimal:
    whole = _amount(body, "total_shipping_price")
    if whole is not None:
        return whole
    return sum((_amount(line, "price") or ZERO for line in reading.rows(body, "shipping_lines")), ZERO)


def _line(line: Body, telling: Telling) -> LineInput:
    shares = [_amount(share, "amount") or ZERO for share in reading.rows(line, "discount_allocations")]
    quantity = reading.not_below_zero(line, "quantity")
    price = _amount(line, "price") or ZERO
    discount = sum(shares, ZERO) if shares else _amount(line, "total_discount") or ZERO
    return LineInput(
        quantity=quantity,
        unit_price=price,
        sku=sku(line, telling),
        name=reading.text(line, "name") or reading.text(line, "title"),
        discount=min(discount, quantity * price),
    )


def _refund_line(row: Body, telling: Telling) -> LineInput | None:
    line = reading.mapping(row, "line_item")
    quantity = reading.not_below_zero(row, "quantity")
    if not quantity:
        return None
    price, subtotal = _amount(line, "price") or ZERO, _amount(row, "subtotal")
    return LineInput(
        quantity=quantity,
        unit_price=price,
        sku=sku(line, telling),
        name=reading.text(line, "name") or reading.text(line, "title"),
        amount=None if subtotal is None else subtotal,
    )


def _given_back(body: Body) -> tuple[Decimal, str]:
    """How much money went back in the shop's currency, and which that is (empty where it is not said).

    Payments are in the currency the buyer paid with; where a set says that this is another one, lines and
    adjustments are added up instead.
    """
    rows = reading.rows(body, "refund_line_items")
    sets = [reading.mapping(row, "subtotal_set") for row in rows]
    shops = {reading.currency(reading.mapping(one, "shop_money"), "currency_code") for one in sets} - {""}
    paid = [
        row
        for row in reading.rows(body, "transactions")
        if reading.text(row, "kind") in {"refund", ""} and reading.text(row, "status") in {"success", ""}
    ]
    currencies = {reading.currency(row, "currency") for row in paid} - {""}
    if len(currencies) <= 1 and (paid or not rows) and (not shops or currencies <= shops):
        total = sum((reading.not_below_zero(row, "amount") for row in paid), ZERO)
        return total, next(iter(currencies), "")
    if "transactions" in body and not paid:
        return ZERO, ""
    total = sum(((_amount(row, "subtotal") or ZERO) + (_amount(row, "total_tax") or ZERO) for row in rows), ZERO)
    for adjustment in reading.rows(body, "order_adjustments"):
        in_shop = reading.mapping(reading.mapping(adjustment, "amount_set"), "shop_money")
        total -= reading.money(in_shop, "amount") or ZERO  # told as seen by the shop: below zero
    return total, next(iter(shops), "")


def moment_of(body: Body, telling: Telling) -> dt.datetime:
    """The store's own clock of a thing."""
    return (
        reading.moment(body, "updated_at", telling)
        or reading.moment(body, "created_at", telling)
        or telling.received_at
    )
