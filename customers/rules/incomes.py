"""Incomes in bands: how much somebody earns exactly is nobody's business, in no currency."""

from __future__ import annotations

from decimal import Decimal

from customers.rules import unreadable

STEPS = (1, 2, 5)


def band(amount: Decimal) -> str:
    """The band of an income, between two round numbers of the series 1, 2, 5: `50000-99999`; up to 999 `0-999`.

    Round numbers fit every currency, and a band of half its upper end tells no person apart. Unreadable: not_a_number
    for a negative one.
    """
    if amount < 0:
        raise unreadable.Unreadable("not_a_number")
    if amount < 1000:
        return "0-999"
    power = Decimal(10) ** amount.adjusted()
    lower = max(step * power for step in STEPS if step * power <= amount)
    upper = next((step * power for step in STEPS if step * power > amount), 10 * power)
    return f"{lower:.0f}-{upper - 1:.0f}"
