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
        ("9", None, "4.5"),
        (90, None, "4.5"),
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


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.none(), st.booleans()))
def test_whatever_comes_is_refused_or_lies_between_nothing_and_five(told):
    try:
        found = ratings.of_five(told)
    except ratings.Unreadable:
        return
    assert found is None or 0 <= found <= 5
