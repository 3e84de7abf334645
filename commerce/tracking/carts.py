"""What happened to a cart, as one event tells it."""

from dataclasses import dataclass
from decimal import Decimal

from commerce.hooks import reading
from commerce.hooks.reading import Body
from commerce.rules.inputs import LineInput
from commerce.tracking import articles, names, orders

LONGEST = 110
ORDER = "order/"
"""Before an order's number, which must not be taken for the token of a cart."""
EVENT = "event/"
"""Before the id of the event with which a cart without any name began."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event about a cart. `cart` and `tokens` name it (both may be empty: then it is the visitor's current one),
    `order` is the number of the order that it becomes.

    `content` is all that is in it, None where the event does not say; `added` and `removed` is one article.
    """

    cart: str
    tokens: tuple[str, ...]
    order: str = ""
    content: tuple[LineInput, ...] | None = None
    added: LineInput | None = None
    removed: LineInput | None = None
    is_checkout: bool = False
    step: str = ""
    payment_method: str = ""
    currency: str = ""
    total: Decimal | None = None


def told(kind: str, body: Body, *, order: str = "") -> Told | None:
    """What an event says of a cart; None where it says nothing. `order` is the number its order goes by. Raises
    Unreadable.
    """
    cart = articles.first(body, "cart_id", "cartId", longest=LONGEST)
    checkout = articles.first(body, "checkout_id", "checkoutId", longest=LONGEST)
    tokens = tuple(dict.fromkeys(filter(None, (cart, checkout, f"{ORDER}{order}"[:120] if order else ""))))
    if kind in {names.ADDED, names.WISH_TO_CART}:
        line = articles.line(body)
        return Told(cart, tokens, order, added=line, currency=_currency(body)) if line else None
    if kind == names.REMOVED:
        line = _taken_out(body)
        return Told(cart, tokens, order, removed=line) if line else None
    is_told = body.get("products") is not None
    content = articles.lines(body) if is_told else None
    if kind in {names.CART, names.CHECKOUT}:
        return Told(
            cart,
            tokens,
            order,
            content=content,
            is_checkout=kind == names.CHECKOUT,
            currency=_currency(body),
            total=next(
                (found for name in ("total", "value", "revenue") if (found := articles.not_below_zero(body, name))),
                None,
            ),
        )
    return Told(
        cart,
        tokens,
        order,
        is_checkout=True,
        step=articles.first(body, "step", longest=40),
        payment_method=articles.first(body, "payment_method", longest=60),
    )


def _taken_out(body: Body) -> LineInput | None:
    """A removal without a quantity takes all pieces out: told as none."""
    line = articles.line({**body, "quantity": body.get("quantity") or 1})
    if line is None or body.get("quantity") not in (None, "", 0):
        return line
    return LineInput(Decimal(0), line.unit_price, line.sku, line.name, line.category)


def _currency(body: Body) -> str:
    return reading.currency(body, "currency") or orders.first_currency(body)
