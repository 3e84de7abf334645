"""Member numbers with a digit that proves the others."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import identifiers, member_numbers


def drawn_from(first):
    """The number that is made of a chance that counts up from here."""
    chance = itertools.count(first)
    return member_numbers.make(lambda below: next(chance) % below)


numbers = st.integers(0, 10**member_numbers.DIGITS - 1).map(drawn_from)


@given(numbers)
def test_a_number_proves_itself_and_is_kept_as_it_is(number):
    assert not member_numbers.is_mistyped(number)
    assert identifiers.normalise("member_number", member_numbers.spaced(number)) == number


@given(numbers)
def test_a_till_that_knows_luhn_only_takes_it_as_well(number):
    assert member_numbers.is_luhn(number[1:])


@pytest.mark.parametrize(("digits", "is_right"), [("79927398713", True), ("79927398714", False), ("0", True)])
def test_luhn_is_the_formula_of_the_standard(digits, is_right):
    assert member_numbers.is_luhn(digits) == is_right


@given(numbers)
def test_a_number_is_understood_without_its_letter_and_with_blanks_and_dashes(number):
    digits = number[1:]
    thai = digits.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    for told in (digits, f"{digits[:3]} {digits[3:6]}-{digits[6:]}", number.lower(), f" m {digits}", thai):
        assert member_numbers.ours(told) == number


@pytest.mark.parametrize(
    "other", ["", "M", "123456789", "12345678901", "X1234567890", "M-77", "1234567890 x", "½" * 10]
)
def test_what_cannot_be_a_number_of_ours_is_none(other):
    assert not member_numbers.ours(other)


@given(numbers, st.integers(1, 10), st.integers(1, 9))
def test_one_wrong_digit_shows(number, place, by):
    digit = str((int(number[place]) + by) % 10)
    assert member_numbers.is_mistyped(number[:place] + digit + number[place + 1 :])


@given(numbers, st.integers(1, 9))
def test_two_neighbours_swapped_show(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or member_numbers.is_mistyped(swapped)


@pytest.mark.parametrize("other", ["M-77", "M100123", "12345678901", "", "X1234567890"])
def test_numbers_of_other_systems_are_not_judged(other):
    assert not member_numbers.is_mistyped(other)
    assert member_numbers.spaced(other) == other
