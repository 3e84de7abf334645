"""What the sample shop's currencies were worth: a rate on the first of each month, drifting slowly around a middle.

The figures are made up near real ones, so that totals in the shop's own currency look right; they are not for business.
"""

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

BAHT: Final = {"THB": 1.0, "KRW": 0.0244, "USD": 32.6}
"""The middle: one unit in baht."""
SWING: Final = 0.03
MONTHS_OF_A_WAVE: Final = 17
EXACT: Final = Decimal("0.00000001")


class Rate(NamedTuple):
    """From `on`, one unit of `currency` is `rate` units of the shop's."""

    currency: str
    on: dt.date
    rate: Decimal


def rates(*, into: str, first: dt.date, last: dt.date) -> Iterator[Rate]:
    """Rates of the sample's currencies into `into` from the month of `first` to that of `last`; none for a currency
    the sample does not know.
    """
    if into not in BAHT:
        return
    month = first.year * 12 + first.month - 1
    while month <= last.year * 12 + last.month - 1:
        on = dt.date(month // 12, month % 12 + 1, 1)
        for currency in BAHT:
            if currency != into:
                yield Rate(currency, on, _value(currency, month) / _value(into, month))
        month += 1


def _value(currency: str, month: int) -> Decimal:
    """One unit in baht in that month. Each currency has a phase of its own; the baht stands still."""
    if currency == "THB":
        return Decimal(1)
    wave = math.sin(2 * math.pi * (month + 5 * ord(currency[0])) / MONTHS_OF_A_WAVE)
    return Decimal(str(BAHT[currency] * (1 + SWING * wave))).quantize(EXACT)
