"""Amounts as text for programs: exact, with at least the decimals that the currency has."""

from decimal import Decimal
from functools import cache

from babel import numbers


@cache
def decimals(currency: str) -> int:
    """How many decimals people write in that currency: 2 for THB, 0 for KRW (CLDR)."""
    return int(numbers.get_currency_precision(currency))


def text(amount: Decimal, currency: str) -> str:
    """`Decimal("12.5000")` THB as "12.50", `Decimal("1000")` KRW as "1000", and "0.1234" as it is."""
    plain = format(amount.normalize(), "f") if amount else "0"
    whole, _, part = plain.partition(".")
    part = part.ljust(decimals(currency), "0")
    return f"{whole}.{part}" if part else whole


def quantity(value: Decimal) -> str:
    """A quantity without needless zeros: "2", "0.5"."""
    return format(value.normalize(), "f") if value else "0"
