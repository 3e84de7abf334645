from decimal import Decimal

import pytest

from customers.rules import incomes, unreadable


@pytest.mark.parametrize(
    ("amount", "band"),
    [
        ("0", "0-999"), ("999.99", "0-999"), ("1000", "1000-1999"), ("2500", "2000-4999"), ("49999.50", "20000-49999"),
        ("50000", "50000-99999"), ("120000", "100000-199999"), ("36000000", "20000000-49999999"),
    ],
)  # fmt: skip
def test_an_income_falls_into_a_band_of_round_numbers(amount, band):
    assert incomes.band(Decimal(amount)) == band


def test_nobody_earns_less_than_nothing():
    with pytest.raises(unreadable.Unreadable):
        incomes.band(Decimal(-1))
