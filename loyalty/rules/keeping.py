"""How much of what an order earned may be kept once parts of it went back, judged by what was frozen when it earned.

Cumulated: all returns of an order are looked at together each time, so parts never add up to more than the whole and a
full return takes exactly everything, in whatever order they are told.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor

from loyalty.rules.fraction import Fraction

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Earned:
    """A line of the order as it was when it earned: what was paid for it, and the points it brought."""

    sku: str
    quantity: Decimal
    amount: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Back:
    """A line of a return. Without a SKU, or of one that the order did not have, only its amount is known."""

    sku: str
    quantity: Decimal
    amount: Decimal


def shares(lines: Sequence[Earned], returns: Iterable[tuple[Decimal, Sequence[Back]]]) -> list[Fraction]:
    """By line, how much of it went back, from 0 to 1. A return is its amount with its lines.

    A returned article takes from the lines of its SKU, by quantity, in their order. Money that no line explains lies on
    everything that is left, in proportion to what was paid.
    """
    left = [Fraction(line.quantity) for line in lines]
    places: dict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        if line.sku:
            places[line.sku].append(place)
    loose = Fraction(0)
    for amount, backs in returns:
        unexplained = Fraction(amount)
        for back in backs:
            wanted = Fraction(back.quantity)
            for place in places.get(back.sku, ()):
                taken = min(wanted, left[place])
                left[place] -= taken
                wanted -= taken
            if back.sku in places and back.quantity:
                unexplained -= Fraction(back.amount) * (1 - wanted / Fraction(back.quantity))
        loose += max(unexplained, Fraction(0)) if not _explains(backs, places) else Fraction(0)
    gone = [
        1 - rest / Fraction(line.quantity) if line.quantity else Fraction(0)
        for rest, line in zip(left, lines, strict=True)
    ]
    if loose:
        rest = sum(((1 - share) * Fraction(line.amount) for share, line in zip(gone, lines, strict=True)), Fraction(0))
        more = min(loose / rest, Fraction(1)) if rest > 0 else Fraction(1)
        gone = [share + (1 - share) * more for share in gone]
    return gone


def _explains(backs: Sequence[Back], places: dict[str, list[int]]) -> bool:
    """Whether the lines of a return say all there is to say: every one of them is an article of the order."""
    return bool(backs) and all(back.sku in places for back in backs)


def kept(lines: Sequence[Earned], gone: Sequence[Fraction], *, total: Decimal, digits: int = 0) -> Decimal:
    """What of `total` stays when these shares of the lines went back: what is taken is rounded down, all is all."""
    if all(share == 1 for share in gone) and gone:
        return ZERO
    exact = sum((Fraction(line.points) * share for line, share in zip(lines, gone, strict=True)), Fraction(0))
    taken = Decimal(floor(exact * 10**digits)).scaleb(-digits)
    return max(total - taken, ZERO)
