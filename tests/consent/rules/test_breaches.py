import datetime as dt

import pytest

from consent.rules import breaches

NOTICED = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)


def test_hours_are_hours_whatever_clocks_do():
    berlin = dt.datetime.fromisoformat("2026-10-24T12:00:00+02:00")  # clocks go back that night
    assert breaches.due(berlin, hours=72) == dt.datetime(2026, 10, 27, 10, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("hours", "count"), [(0, 0), (23.9, 0), (24, 1), (47, 1), (48, 2), (60, 3), (200, 3)])
def test_warnings_come_after_24_48_and_60_hours(hours, count):
    assert breaches.warnings_due(NOTICED, now=NOTICED + dt.timedelta(hours=hours)) == count


def test_the_clock_says_what_is_left():
    due = breaches.due(NOTICED, hours=72)
    half = breaches.clock(NOTICED, due, now=NOTICED + dt.timedelta(hours=36))
    assert (half.share, half.is_over, half.left) == (0.5, False, dt.timedelta(hours=36))
    assert breaches.clock(NOTICED, due, now=due).is_over
