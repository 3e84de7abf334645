"""Amounts as text."""

from decimal import Decimal

import pytest

from commerce.rules import money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12.5000", "THB", "12.50"),
        ("1000.0000", "KRW", "1000"),
        ("1000.5", "KRW", "1000.5"),
        ("0.1234", "THB", "0.1234"),
        ("0", "THB", "0.00"),
        ("0.0000", "KRW", "0"),
        ("-3", "GBP", "-3.00"),
        ("1.5", "KWD", "1.500"),
        ("99999999999999.9999", "THB", "99999999999999.9999"),
        ("5", "", "5.00"),
    ],
)
def test_money_is_written_exactly_with_the_decimals_of_its_currency(amount, currency, text):
    assert money.text(Decimal(amount), currency) == text


@pytest.mark.parametrize(("value", "text"), [("2.000", "2"), ("0.500", "0.5"), ("0", "0"), ("100", "100")])
def test_a_quantity_has_no_needless_zeros(value, text):
    assert money.quantity(Decimal(value)) == text
