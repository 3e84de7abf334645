"""The clock of tickets: nights, weekends, holidays, noon, zones, and that both directions agree."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.tickets import hours
from surveys.rules.tickets.hours import Hours

NINE, NOON, ONE, SIX = (dt.time(hour) for hour in (9, 12, 13, 18))
SHOP = Hours("Asia/Bangkok", {day: [(NINE, SIX)] for day in range(5)}, lambda day: day == dt.date(2026, 12, 7))
LUNCH = Hours("Asia/Seoul", {day: [(NINE, NOON), (ONE, SIX)] for day in range(6)})
BAR = Hours("Europe/Berlin", {4: [(SIX, dt.time(2))], 5: [(SIX, dt.time(2))]})


def at(text: str, zone: str = "Asia/Bangkok") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def minutes(spent: dt.timedelta) -> float:
    return spent.total_seconds() / 60


@pytest.mark.parametrize(
    ("start", "end", "spent"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:45", 45),  # a Monday
        ("2026-11-23 17:00", "2026-11-24 10:00", 120),  # over a night
        ("2026-11-20 17:30", "2026-11-23 09:30", 60),  # over a weekend
        ("2026-11-21 11:00", "2026-11-22 23:00", 0),  # within it
        ("2026-12-04 17:00", "2026-12-08 10:00", 120),  # a weekend and a holiday
        ("2026-11-23 12:00", "2026-11-23 12:00", 0),
        ("2026-11-23 12:00", "2026-11-23 11:00", 0),
        ("2026-11-23 00:00", "2026-11-28 00:00", 5 * 540),
    ],
)
def test_only_the_shops_hours_count(start, end, spent):
    assert minutes(hours.between(SHOP, at(start), at(end))) == spent


def test_noon_is_nobodys_and_a_saturday_somebodys():
    seoul = "Asia/Seoul"
    assert minutes(hours.between(LUNCH, at("2026-11-28 11:30", seoul), at("2026-11-28 13:30", seoul))) == 60
    assert hours.after(LUNCH, at("2026-11-28 17:30", seoul), dt.timedelta(hours=4)) == at("2026-11-30 13:30", seoul)


def test_an_evening_goes_on_after_midnight_and_clocks_that_are_put_back_give_an_hour_more():
    berlin = "Europe/Berlin"
    assert minutes(hours.between(BAR, at("2026-11-27 23:00", berlin), at("2026-11-28 09:00", berlin))) == 180
    assert minutes(hours.between(BAR, at("2026-11-28 01:00", berlin), at("2026-11-28 18:30", berlin))) == 90
    late = Hours(berlin, {5: [(SIX, dt.time(4))]})
    assert minutes(hours.between(late, at("2026-10-24 18:00", berlin), at("2026-10-25 12:00", berlin))) == 11 * 60


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        ("2026-11-20 17:00", 4, "2026-11-23 12:00"),
        ("2026-11-21 12:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 08:00", 9, "2026-11-23 18:00"),
        ("2026-12-04 17:59", 0, "2026-12-04 17:59"),
        ("2026-12-04 17:00", 2, "2026-12-08 10:00"),
    ],
)
def test_what_is_due_is_due_within_the_shops_hours(start, amount, due):
    assert hours.after(SHOP, at(start), dt.timedelta(hours=amount)) == at(due)


def test_a_shop_without_hours_never_answers():
    with pytest.raises(hours.NoHours):
        hours.after(Hours("UTC", {}), at("2026-11-23 10:00"), dt.timedelta(minutes=1))
    with pytest.raises(ValueError, match="overlap"):
        Hours("UTC", {0: [(NINE, ONE), (NOON, SIX)]})
    with pytest.raises(ValueError, match="weekday"):
        Hours("UTC", {7: [(NINE, ONE)]})


moments = st.integers(0, 2 * 365 * 1440).map(lambda minute: at("2026-01-01 00:00") + dt.timedelta(minutes=minute))


@given(moments, st.integers(0, 60 * 24 * 20), st.sampled_from([SHOP, LUNCH, BAR, hours.always("Asia/Bangkok")]))
def test_so_much_later_so_much_has_passed(start, amount, of):
    wanted = dt.timedelta(minutes=amount)
    assert hours.between(of, start, hours.after(of, start, wanted)) == wanted


@given(moments, moments, moments, st.sampled_from([SHOP, LUNCH, BAR]))
def test_the_parts_of_a_stretch_add_up(first, second, third, of):
    first, second, third = sorted([first, second, third])
    whole = hours.between(of, first, third)
    assert hours.between(of, first, second) + hours.between(of, second, third) == whole
    assert whole <= third - first
