"""Ratings of every scale come to so many of five."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules import ratings


@pytest.mark.parametrize(
    ("told", "best", "stars"),
    [
        ("4", None, "4"),
        (4.5, None, "4.5"),
        ("4,5", None, "4.5"),
        ("8/10", None, "4"),
        ("4 out of 5", None, "4"),
        ("80 %", None, "4"),
        ("★★★★☆", None, "4"),
        ("⭐️⭐️⭐️", None, "3"),
        ("5점", None, "5"),
        ("4 ดาว", None, "4"),
        ("9", "10", "4.5"),
        (90, "100", "4.5"),
        ("8/10", "5", "4"),
        (3, 4, "3.75"),
        ("3", "10", "1.5"),
        ("\uff14", None, "4"),
    ],
)
def test_every_scale_is_read(told, best, stars):
    assert ratings.of_five(told, best=best) == Decimal(stars)


@pytest.mark.parametrize("told", [None, "", " ", 0, "0", "0/5"])
def test_no_rating_is_none(told):
    assert ratings.of_five(told) is None


@pytest.mark.parametrize("told", ["good", -1, "-3", 101, "6/5", "5/0", True, {}, [], "1e3", "inf", "NaN", "1" * 50])
def test_what_is_no_rating_is_refused(told):
    with pytest.raises(ratings.Unreadable):
        ratings.of_five(told)


@pytest.mark.parametrize("told", ["6", 5.5, "6/5", 101, "120 %"])
def test_a_number_above_its_scale_is_refused_and_never_rescaled(told):
    with pytest.raises(ratings.BeyondScale):
        ratings.of_five(told)


@pytest.mark.parametrize(
    ("column", "scale"),
    [
        ("1 2 3 4 5", "5"),
        ("1 2 3 4 5 6", "5"),
        ("4 5 3 2 87", "5"),
        ("9 4 3", "10"),
        ("7", "10"),
        ("80 90 9 100", "100"),
        ("8/10 90% ★★ 4", "5"),
        ("8/10 good 0", ""),
        ("400 500 3", "5"),
        ("", ""),
    ],
)
def test_a_column_shows_its_scale_by_most_of_its_numbers(column, scale):
    assert ratings.measured(column.split()) == scale


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.none(), st.booleans()))
def test_whatever_comes_is_refused_or_lies_between_nothing_and_five(told):
    try:
        found = ratings.of_five(told)
    except ratings.Unreadable:
        return
    assert found is None or 0 <= found <= 5
