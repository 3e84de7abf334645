"""Days of the shop's zone as instants, also where midnight is skipped or comes twice."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics.rules.clock import Clock

ZONES = ["Asia/Bangkok", "Asia/Seoul", "America/New_York", "Asia/Beirut", "America/Havana", "Pacific/Apia", "UTC"]


@given(
    st.integers(0, 24 * 60 * 365 * 30).map(
        lambda late: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=late)
    ),
    st.sampled_from(ZONES),
)
def test_a_moment_lies_in_the_day_it_has_there(moment, zone):
    clock = Clock(moment, zone)
    start, end = clock.day(clock.today)
    assert start <= moment < end
    assert (start.astimezone(ZoneInfo(zone)).date(), moment.astimezone(ZoneInfo(zone)).date()) == (clock.today,) * 2


@pytest.mark.django_db
@hypothesis_settings(deadline=None, max_examples=50)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), st.sampled_from(ZONES))
def test_postgresql_begins_the_day_at_the_same_instant(day, zone):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::date::timestamp AT TIME ZONE %s", [day, zone])
        assert cursor.fetchone()[0] == Clock(dt.datetime.now(dt.UTC), zone).midnight(day)


def test_days_ago_are_whole_days():
    clock = Clock(dt.datetime(2026, 3, 15, 20, 30, tzinfo=dt.UTC), "Asia/Bangkok")
    assert clock.today == dt.date(2026, 3, 16)
    assert clock.days_ago(1) == (
        dt.datetime(2026, 3, 14, 17, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 15, 17, tzinfo=dt.UTC),
    )
