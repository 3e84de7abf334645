"""Amounts as they are promised outside."""

from decimal import Decimal

import pytest

from analytics.rules import currencies


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("77183.6000", "GBP", "77183.60"),
        ("0.005", "THB", "0.01"),
        ("1000.5", "KRW", "1001"),
        ("1.2345", "KWD", "1.235"),
        ("-12.3", "THB", "-12.30"),
        ("100000000000000", "THB", "100000000000000.00"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount, currency, text):
    assert currencies.text(Decimal(amount), currency) == text
