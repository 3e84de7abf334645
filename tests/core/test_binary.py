"""Fields of a binary COPY read as what they were spelt from."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.numeric import NumericBinaryLoader

from cdp.core import binary


def read(field: bytes) -> Decimal:
    assert int.from_bytes(field[:4]) == len(field) - 4
    return NumericBinaryLoader(1700).load(field[4:])


@given(st.decimals(min_value=-(10**14), max_value=10**14, allow_nan=False, places=9))
def test_a_number_is_rounded_to_four_decimals_half_away_from_zero(number):
    assert read(binary.numeric(number)) == number.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize("number", ["0", "-0", "0.00005", "-0.00004", "1E+3", "10000", "99999999999999.9999", "0.5"])
def test_numbers_at_the_borders_of_a_group_of_digits_are_kept(number):
    assert read(binary.numeric(Decimal(number))) == Decimal(number).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
