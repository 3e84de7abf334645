import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import dates
from customers.rules.unreadable import Unreadable

TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("1990-03-25", dt.date(1990, 3, 25)),
        ("25/03/1990", dt.date(1990, 3, 25)),
        ("25/03/2533", dt.date(1990, 3, 25)),
        ("๒๕/๐๓/๒๕๓๓", dt.date(1990, 3, 25)),
        ("25 มีนาคม 2533", dt.date(1990, 3, 25)),
        ("25 มี.ค. 33", dt.date(1990, 3, 25)),
        ("1990년 3월 25일", dt.date(1990, 3, 25)),
        ("1990. 3. 25.", dt.date(1990, 3, 25)),
        ("900325", dt.date(1990, 3, 25)),
        ("050203", dt.date(2005, 2, 3)),
        ("261121", TODAY),
        ("261122", dt.date(1926, 11, 22)),
        ("19900325", dt.date(1990, 3, 25)),
        ("25/03/90", dt.date(1990, 3, 25)),
        ("Mar 25, 1990", dt.date(1990, 3, 25)),
    ],
)
def test_reads_a_date_of_birth(raw, wanted):
    assert dates.birth_date(raw, dayfirst=None, today=TODAY) == wanted


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "missing"),
        ("yesterday", "not_a_date"),
        ("31/02/1990", "no_such_day"),
        ("991332", "no_such_day"),
        ("03/04/1990", "ambiguous_date"),
        ("25/03/30", "two_digit_year"),
        ("2026-11-22", "in_the_future"),
        ("1905-01-01", "too_old"),
        ("0001-01-01", "too_old"),
        ("9/9/2699", "in_the_future"),
        ("13/10/2401", "too_old"),
        ("01-01-3000", "in_the_future"),
    ],
)
def test_says_why_a_date_cannot_be_one_of_birth(raw, code):
    with pytest.raises(Unreadable) as caught:
        dates.birth_date(raw, dayfirst=None, today=TODAY)
    assert caught.value.code == code
    assert str(caught.value.reason)


def test_the_door_decides_what_can_be_read_both_ways():
    assert dates.birth_date("03/04/1990", dayfirst=True, today=TODAY) == dt.date(1990, 4, 3)
    assert dates.birth_date("03/04/1990", dayfirst=False, today=TODAY) == dt.date(1990, 3, 4)


@given(
    st.dates(min_value=dt.date(1910, 1, 1), max_value=TODAY),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d", "%d %B %Y"]),
)
def test_every_living_persons_birthday_is_read_as_it_was_written(day, form):
    assert dates.birth_date(day.strftime(form), dayfirst=True, today=TODAY) == day


@given(st.dates(min_value=dt.date(1910, 1, 1), max_value=TODAY))
def test_the_buddhist_year_is_the_same_day(day):
    assert dates.birth_date(f"{day.day}/{day.month}/{day.year + 543}", dayfirst=True, today=TODAY) == day
