"""When a warranty ends, and when two serial numbers are one."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules import preorders, warranties


@pytest.mark.parametrize(
    ("bought", "months", "ends"),
    [
        ("2026-11-22", 12, "2027-11-22"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-05-05", 0, "2026-05-05"),
    ],
)
def test_a_warranty_ends_on_the_same_day_or_the_last_of_a_shorter_month(bought, months, ends):
    assert warranties.ends_on(dt.date.fromisoformat(bought), months) == dt.date.fromisoformat(ends)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), st.integers(0, warranties.MOST_MONTHS))
def test_more_months_never_end_earlier(bought, months):
    assert warranties.ends_on(bought, months) <= warranties.ends_on(bought, months + 1)


@pytest.mark.parametrize("typed", ["mc-48210", "MC 48210", " mc_482.10", "MC/48210"])
def test_a_serial_number_is_the_same_however_it_is_written(typed):
    assert warranties.plain_serial(typed) == "MC48210"


def test_the_last_day_counts():
    day = dt.date(2026, 11, 22)
    assert warranties.is_running(day, day)
    assert not warranties.is_running(day, day + dt.timedelta(days=1))


def test_every_state_of_a_pre_order_leads_to_states_that_exist():
    assert {new for states in preorders.NEXT.values() for new in states} <= set(preorders.NEXT)
    assert not preorders.may_follow("collected", "waiting")
    assert not preorders.may_follow("nonsense", "waiting")


def test_a_number_is_read_however_it_is_told():
    number = preorders.number()
    assert preorders.read_number(number.lower().replace("-", " ")) == number
    assert preorders.read_number("0812345678") == ""
