"""A month that is too old goes whole, and nothing derived from it stays behind."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import override_settings

from analytics.selectors import metrics
from analytics.services import metrics as figures
from cdp.core import holds, pipeline
from cdp.core.models import Mark
from events.models import Event, Session
from events.services import partitions, recording, retention, sessions, upkeep
from tests import factories

NOW = dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def seen(who, *moments):
    recording.record_many(
        [
            recording.EventRow(
                customer=who.id,
                kind="track",
                name="Signed In",
                source="web",
                message_id=uuid.uuid4().hex,
                occurred_at=at,
                properties={},
            )
            for at in moments
        ],
        now=NOW,
    )


def told(who):
    found = metrics.of_customer(who.id, NOW)
    return found["sessions_count"], found["last_seen_at"], found["last_login_at"]


def test_visits_and_figures_are_as_if_the_month_had_never_been():
    old, new = dt.datetime(2026, 7, 31, 23, 50, tzinfo=dt.UTC), dt.datetime(2026, 8, 1, 0, 5, tzinfo=dt.UTC)
    only_old, both = factories.customer(), factories.customer()
    seen(only_old, old)
    seen(both, old, new)  # one visit, over midnight of the last night of the month
    pipeline.drain_all(now=NOW)
    assert (told(only_old), told(both)) == ((1, old, old), (1, new, new))

    with override_settings(CDP_EVENTS_KEPT_MONTHS=3):
        upkeep.tidy(now=NOW)
    pipeline.drain_all(now=NOW)
    assert (told(only_old), told(both)) == ((0, None, None), (1, new, new))
    assert Session.objects.get().started_at == new
    assert Event.objects.count() == 1
    before = list(Session.objects.values())
    Session.objects.all().delete()
    sessions.rebuild()
    assert [{**row, "id": 0} for row in Session.objects.values()] == [{**row, "id": 0} for row in before]
    assert figures.rebuild(NOW) == 0


@pytest.mark.parametrize(("months", "left"), [(0, 3), (600, 3), (4, 3), (3, 2), (1, 1)])
def test_the_present_month_and_the_whole_ones_before_it_stay(months, left):
    who = factories.customer()
    seen(who, *(dt.datetime(2026, month, 15, tzinfo=dt.UTC) for month in (7, 8, 11)))
    retention.drop_old(months=months, now=NOW)
    assert Event.objects.count() == left


def test_a_month_with_somebody_under_a_hold_stays_whole(monkeypatch):
    held, other = factories.customer(), factories.customer()
    monkeypatch.setattr(holds, "everybody", lambda: {held.id})
    may, june = dt.datetime(2026, 5, 15, tzinfo=dt.UTC), dt.datetime(2026, 6, 15, tzinfo=dt.UTC)
    seen(held, may)
    seen(other, may, june)
    retention.drop_old(months=1, now=NOW)
    assert set(Event.objects.values_list("customer_id", "occurred_at")) == {(held.id, may), (other.id, may)}


def test_years_long_over_take_one_partition_each_however_many_months_are_named():
    who = factories.customer()
    there = set(partitions.before(NOW))
    moments = [dt.datetime(2000 + n // 12, n % 12 + 1, 15, tzinfo=dt.UTC) for n in range(26 * 12)]
    seen(who, *moments)
    made = set(partitions.before(NOW)) - there
    assert {name for name in made if "_202" not in name} == {f"events_event_{year}" for year in range(2000, 2020)}
    assert len(made) <= 23 + 3 * 12
    assert (Event.objects.count(), partitions.stray()) == (len(moments), 0)
    assert set(Event.objects.values_list("occurred_at", flat=True)) == set(moments)
    assert partitions.ensure_months(moments, now=NOW) == []
    earlier = dt.datetime(2020, 5, 1, tzinfo=dt.UTC)
    assert partitions.ensure_months([dt.datetime(1999, 5, 1, tzinfo=dt.UTC)], now=earlier) == ["events_event_1999"]
    assert partitions.before(dt.datetime(2001, 12, 1, tzinfo=dt.UTC)) == ["events_event_1999", "events_event_2000"]
    assert retention.drop_old(months=26 * 12, now=NOW) == ["events_event_1999"]


def test_a_year_that_has_months_already_goes_on_by_the_month():
    may, june = dt.datetime(2011, 5, 1, tzinfo=dt.UTC), dt.datetime(2011, 6, 1, tzinfo=dt.UTC)
    assert partitions.ensure_months([may], now=may) == ["events_event_2011_05"]
    assert partitions.ensure_months([may, june], now=NOW) == ["events_event_2011_06"]


def test_a_month_somebody_works_with_waits_for_the_next_hour(monkeypatch):
    seen(factories.customer(), dt.datetime(2026, 1, 15, tzinfo=dt.UTC))
    Mark.objects.all().delete()

    def locked(_seconds):
        raise retention.patience.LockedTooLong

    monkeypatch.setattr(retention.patience, "at_most", locked)
    assert retention.drop_old(months=1, now=NOW) == []
    assert (Event.objects.count(), Mark.objects.count()) == (1, 0)


def test_an_event_without_a_month_is_an_alarm(client):
    assert partitions.stray() == 0
    seen(factories.customer(), NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (id, customer_id, kind, name, source, message_id, occurred_at, received_at,"
            " properties) SELECT '01234567-0000-7000-8000-000000000000', customer_id, kind, name, source, message_id,"
            " occurred_at, received_at, properties FROM events_event"
        )
    assert partitions.stray() == 1
    assert "cdp_events_without_month 1.0" in client.get("/metrics").content.decode()
