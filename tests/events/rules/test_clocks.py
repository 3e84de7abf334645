"""When something really happened."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.rules import clocks

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
moments = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(7 * HOUR), dt.timezone(-11 * HOUR)]))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T12:00:00Z", NOW),
        ("2026-11-22T19:00:00+07:00", NOW),
        ("2026-11-22T12:00:00.000Z", NOW),
        ("2026-11-22T12:00:00.000000", NOW),
        ("2026-11-22T12:00:00.123456789Z", NOW.replace(microsecond=123456)),
        (" 2026-11-22T12:00:00Z ", NOW),
        ("2026-11-22", NOW.replace(hour=0)),
        (1795348800, NOW),
        (1795348800000, NOW),
        (1795348800000.0, NOW),
    ],
)
def test_reads_what_clients_write(text, moment):
    assert clocks.read(text) == moment


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01T00:00:00Z", "NaN", 1e300, -1e18, float("nan"), "1e5"])
def test_refuses_what_is_no_moment(text):
    with pytest.raises(clocks.Unreadable):
        clocks.read(text)


def test_a_clock_ten_years_off_does_not_matter_when_the_client_says_when_it_sent():
    decade = dt.timedelta(days=3653)
    for wrong in (decade, -decade):
        happened = NOW - 5 * HOUR + wrong
        assert clocks.occurred(happened, sent_at=NOW + wrong, received_at=NOW) == NOW - 5 * HOUR


def test_without_a_time_it_happened_when_it_was_received():
    assert clocks.occurred(None, sent_at=NOW, received_at=NOW) == NOW


def test_old_events_keep_their_day():
    old = dt.datetime(2011, 5, 1, tzinfo=dt.UTC)
    assert clocks.occurred(old, sent_at=NOW, received_at=NOW) == old


def test_a_future_that_cannot_be_corrected_ends_tomorrow():
    assert clocks.occurred(NOW + 9999 * HOUR, sent_at=None, received_at=NOW) == NOW + clocks.AHEAD


@given(happened=moments, sent=st.none() | moments)
def test_the_moment_is_always_between_2000_and_tomorrow(happened, sent):
    found = clocks.occurred(happened, sent_at=sent, received_at=NOW)
    assert clocks.EARLIEST <= found <= NOW + clocks.AHEAD
    assert found.tzinfo is dt.UTC


@given(
    happened=st.integers(978_307_200, 1_793_000_000).map(lambda seconds: dt.datetime.fromtimestamp(seconds, tz=dt.UTC)),
    wrong=st.timedeltas(dt.timedelta(days=-9000), dt.timedelta(days=9000)),
)
def test_how_wrong_the_clock_is_never_shows(happened, wrong):
    right = clocks.occurred(happened, sent_at=NOW, received_at=NOW)
    assert clocks.occurred(happened + wrong, sent_at=NOW + wrong, received_at=NOW) == right
