"""Carts and checkouts of Shopify. A cart has no person; its checkout names it and the person."""

from collections.abc import Sequence

from commerce.hooks import reading
from commerce.hooks.facts import CartLine, CartTold, Fact
from commerce.hooks.reading import Body, Telling, Unreadable
from commerce.hooks.shopify import orders, people


def cart(body: Body, telling: Telling) -> Sequence[Fact]:
    """A cart made or changed."""
    token = reading.text(body, "token", longest=120) or reading.number(body, "id")
    return [CartTold(tokens=(token,), at=orders.moment_of(body, telling), lines=_lines(body, telling))]


def checkout(body: Body, telling: Telling) -> Sequence[Fact]:
    """A checkout made or changed: the cart it came from, who it is, and whether it was completed."""
    known = reading.text(body, "cart_token", longest=120), reading.text(body, "token", longest=120)
    tokens = tuple(dict.fromkeys(token for token in known if token))
    if not tokens:
        raise Unreadable("token", "missing")
    return [
        CartTold(
            tokens=tokens,
            at=orders.moment_of(body, telling),
            currency=reading.currency(body, "currency"),
            total=reading.not_below_zero(body, "total_price"),
            lines=_lines(body, telling),
            buyer=people.buyer(body),
            is_completed=bool(body.get("completed_at")),
        )
    ]


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """A checkout that was deleted; its body has the token, or nothing but an id that we never knew."""
    token = reading.text(body, "token", longest=120)
    return [CartTold(tokens=(token,), at=telling.received_at, is_deleted=True)] if token else []


def _lines(body: Body, telling: Telling) -> tuple[CartLine, ...]:
    return tuple(
        CartLine(
            quantity=reading.not_below_zero(line, "quantity"),
            unit_price=reading.not_below_zero(line, "price"),
            sku=orders.sku(line, telling),
            name=reading.text(line, "title"),
        )
        for line in reading.rows(body, "line_items")
    )
