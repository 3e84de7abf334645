"""What of a purchase is paid with points and credit, and what is left to pay. Pure.

Points are a discount: the order comes to less. Store credit is money of the customer's: the order comes to as much, and
less is paid at the till.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from loyalty.rules.programme import Wallets
from loyalty.rules.spending import ZERO, Refusal, Refused, check_chosen


@dataclass(frozen=True, slots=True)
class Bill:
    """A purchase as it is to be paid: `goods` before anything comes off, what the coupon and a reward take, how many
    points are spent and what they are worth, and how much credit is used. All but `points` in the basket's currency.
    """

    goods: Decimal
    coupon: Decimal = ZERO
    reward: Decimal = ZERO
    points: Decimal = ZERO
    for_points: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def off(self) -> Decimal:
        """Everything that makes the order cheaper."""
        return self.coupon + self.reward + self.for_points

    @property
    def total(self) -> Decimal:
        """What the order comes to."""
        return self.goods - self.off

    @property
    def to_pay(self) -> Decimal:
        """What is left to pay at the till."""
        return self.total - self.credit


def worth(points: Decimal, how: Wallets, *, digits: int) -> Decimal:
    """What so many points take off, in a currency with so many decimals: never more than they are worth."""
    return ((how.worth or ZERO) * points).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_DOWN)


def most_points(available: Decimal, basket: Decimal, how: Wallets) -> Decimal:
    """The largest number of points that may be chosen for a basket: by what there is, by the share of the basket that
    may be paid with points, in the programme's steps; zero where not even the smallest number fits.
    """
    if not how.worth or basket <= 0:
        return ZERO
    fits = min(available, basket * how.most_of_basket / how.worth)
    found = fits - fits % how.step
    return max(found.quantize(Decimal(1), rounding=ROUND_DOWN), ZERO) if found >= how.smallest else ZERO


def check_points(points: Decimal, basket: Decimal, how: Wallets) -> None:
    """Raise Refused for points that may not be chosen for a basket: without a price, too few, out of step, too many."""
    if not how.worth:
        raise Refused(Refusal.NO_WORTH)
    check_chosen(points, how)
    most = most_points(points.max(basket * how.most_of_basket / how.worth), basket, how)
    if points > most:
        raise Refused(Refusal.MORE_THAN_FITS, most=most)
