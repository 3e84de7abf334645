"""What an order comes to, whether it counts, and which of its lines are returns (fine print: Commerce).

Sums are exact: nothing is rounded before the end, where a stored amount gets the four decimals of its column.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from commerce.rules import statuses
from commerce.rules.inputs import ZERO, LineInput, OrderInput

CENT = Decimal("0.0001")
LARGEST = Decimal(10) ** 14
_MILLE = Decimal("0.001")
_ROUNDED_UP = LARGEST - CENT / 2
"""From here on rounding gives LARGEST."""
TOLERANCE = Decimal("0.01")
"""By how much a total may differ from its parts because somebody rounded."""
# A quantity has up to 14 digits and a price up to 18; the default of 28 would round their product.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class TooLarge(ValueError):
    """An amount that no column can hold: 10^14 or more."""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its exact amount. In a return quantity, price and amount are positive."""

    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    sku: str = ""
    name: str = ""
    category: str = ""
    discount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Priced:
    """An order judged: what was bought, what was given back, and what each comes to (rounded)."""

    bought: tuple[PricedLine, ...]
    returned: tuple[PricedLine, ...]
    amount: Decimal
    returned_amount: Decimal
    is_counted: bool

    @property
    def has_return(self) -> bool:
        """Whether a return document is due."""
        return self.returned_amount > 0


def rounded(amount: Decimal) -> Decimal:
    """An amount as its column keeps it: four decimals, half away from zero. Raises TooLarge."""
    if abs(amount) >= _ROUNDED_UP:
        raise TooLarge
    return amount.quantize(CENT, context=_EXACT)


def quantity(told: Decimal) -> Decimal:
    """A quantity as its column keeps it: three decimals, half away from zero."""
    return told.quantize(_MILLE, context=_EXACT)


def line_amount(line: LineInput) -> Decimal:
    """The exact amount of a line: as given, else quantity × unit price less the discount.

    The discount makes a return smaller too: two pieces at 10 with 1 off came to 19, so 19 goes back.
    """
    if line.amount is not None:
        return line.amount
    gross = _EXACT.multiply(line.quantity, line.unit_price)
    return _EXACT.add(gross, line.discount) if gross < 0 else _EXACT.subtract(gross, line.discount)


def split(lines: Iterable[LineInput]) -> tuple[tuple[PricedLine, ...], tuple[PricedLine, ...]]:
    """Lines bought (amount ≥ 0) and lines returned (amount < 0, told as positive)."""
    bought, returned = [], []
    for line in lines:
        amount = line_amount(line)
        if amount < 0:
            returned.append(
                PricedLine(abs(line.quantity), abs(line.unit_price), -amount, line.sku, line.name, line.category)
            )
        else:
            bought.append(
                PricedLine(line.quantity, line.unit_price, amount, line.sku, line.name, line.category, line.discount)
            )
    return tuple(bought), tuple(returned)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    result = ZERO
    for amount in amounts:
        result = _EXACT.add(result, amount)
    return result


def order_amount(
    *, bought: Decimal, given: Decimal | None, discount: Decimal = ZERO, shipping: Decimal = ZERO, tax: Decimal = ZERO
) -> Decimal:
    """The given total, else the positive lines − discount + shipping + tax; exact, never below zero."""
    if given is None:
        given = _EXACT.add(_EXACT.add(_EXACT.subtract(bought, discount), shipping), tax)
    return max(given, ZERO)


def is_explained(*, given: Decimal, bought: Decimal, discount: Decimal, shipping: Decimal, tax: Decimal) -> bool:
    """Whether a given total can be what the lines come to, to the cent.

    Stores tell tax inside their prices or beside them, and discounts inside their lines or beside them: any of these
    readings explains a total.
    """
    gross = _EXACT.add(bought, shipping)
    readings = [_EXACT.subtract(_EXACT.add(gross, added), taken) for added in (tax, ZERO) for taken in (discount, ZERO)]
    return any(abs(_EXACT.subtract(given, reading)) <= TOLERANCE for reading in readings)


def is_counted(
    *, status: str, has_lines: bool, largest_line: Decimal, given: Decimal | None, zero_is_purchase: bool = False
) -> bool:
    """Whether an order is a purchase.

    It must not be pending, voided, failed or cancelled, and have a line with an amount above zero, or a total above
    zero without lines. `zero_is_purchase` (an option of a mapping) lets an amount of zero count too.
    """
    if status in statuses.UNCOUNTED:
        return False
    amount = largest_line if has_lines else given
    if amount is None:
        return False
    return amount > 0 or (zero_is_purchase and amount == 0)


def price(order: OrderInput, *, zero_is_purchase: bool = False) -> Priced:
    """Judge a whole order. Raises TooLarge.

    Where nothing was bought, the order is a mere return: it comes to nothing and does not count, and a total given
    with it (below zero) is what went back.
    """
    bought, returned = split(order.lines)
    back = total(line.amount for line in returned)
    is_mere_return = not bought and (bool(returned) or (order.total or ZERO) < 0)
    if is_mere_return:
        if order.total is not None and order.total < 0:
            back = -order.total
        amount, counted = ZERO, False
    else:
        amount = order_amount(
            bought=total(line.amount for line in bought),
            given=order.total,
            discount=order.discount,
            shipping=order.shipping,
            tax=order.tax,
        )
        counted = is_counted(
            status=order.status,
            has_lines=bool(order.lines),
            largest_line=max((line.amount for line in bought), default=ZERO),
            given=order.total,
            zero_is_purchase=zero_is_purchase,
        )
    for line in (*bought, *returned):
        rounded(line.amount)
    return Priced(bought, returned, rounded(amount), rounded(back), counted)
