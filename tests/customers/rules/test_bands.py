"""Answers in ranges."""

from decimal import Decimal

import pytest

from customers.rules import bands, incomes


def test_incomes_are_the_bands_that_files_are_reduced_to():
    assert bands.incomes("THB") == ["0-9999", "10000-19999", "20000-49999", "50000-99999", "100000+"]
    assert bands.incomes("KRW")[1] == incomes.band(Decimal(1_500_000))
    assert bands.incomes("EUR")[2] == incomes.band(Decimal(3_000))


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("income_band", "20000-49999", "20,000 – 49,999"),
        ("income_band", "0-9999", "Less than 10,000"),
        ("income_band", "100000+", "100,000 or more"),
        ("income_band", "middle", "middle"),
        ("children", "3+", "Three or more"),
        ("children", "many", "many"),
        ("occupation", "self-employed", "Own business or freelance"),
        ("occupation", "Astronaut", "Astronaut"),
        ("education", "", ""),
    ],
)
def test_is_shown_in_words_and_what_files_brought_as_it_stands(field, value, shown):
    assert bands.shown(field, value) == shown
