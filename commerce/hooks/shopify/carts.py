"""Carts and checkouts of Shopify. A cart has no person; its checkout names it and the person."""

from collections.abc import Sequence

from commerce.hooks import reading
from commerce.hooks.facts import CartTold, Fact
from commerce.hooks.reading import Body, Telling, Unreadable
from commerce.hooks.shopify import orders, people
from commerce.rules import carts
from commerce.rules.carts import CartInput
from commerce.rules.inputs import LineInput


def cart(body: Body, telling: Telling) -> Sequence[Fact]:
    """A cart made or changed."""
    token = reading.text(body, "token", longest=120) or reading.number(body, "id")
    return [CartTold(CartInput(tokens=(token,), at=orders.moment_of(body, telling), lines=_lines(body, telling)))]


def checkout(body: Body, telling: Telling) -> Sequence[Fact]:
    """A checkout made or changed: the cart it came from, who it is, and whether it was completed."""
    known = reading.text(body, "cart_token", longest=120), reading.text(body, "token", longest=120)
    tokens = tuple(dict.fromkeys(token for token in known if token))
    if not tokens:
        raise Unreadable("token", "missing")
    cart = CartInput(
        tokens=tokens,
        at=orders.moment_of(body, telling),
        status=carts.ORDERED if body.get("completed_at") else carts.OPEN,
        currency=reading.currency(body, "currency"),
        total=reading.not_below_zero(body, "total_price"),
        lines=_lines(body, telling),
    )
    return [CartTold(cart, people.buyer(body))]


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """A checkout that was deleted; its body has the token, or nothing but an id that we never knew."""
    token = reading.text(body, "token", longest=120)
    return [CartTold(CartInput(tokens=(token,), at=telling.received_at, status=carts.DELETED))] if token else []


def _lines(body: Body, telling: Telling) -> tuple[LineInput, ...]:
    return tuple(
        LineInput(
            quantity=reading.not_below_zero(line, "quantity"),
            unit_price=reading.not_below_zero(line, "price"),
            sku=orders.sku(line, telling),
            name=reading.text(line, "title"),
        )
        for line in reading.rows(body, "line_items")
    )
