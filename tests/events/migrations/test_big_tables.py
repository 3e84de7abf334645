"""Migrations of events that may be cut off on a big table and run again."""

import datetime as dt
import importlib
import uuid

import pytest
from django.db import DataError, connection
from django.utils import timezone

from cdp.core.models import Mark
from customers.services import buckets
from events.models import Event
from events.services import recording
from tests import factories

past = importlib.import_module("events.migrations.0004_visits_of_the_past")
news = importlib.import_module("events.migrations.0006_news")
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
STATE = """
SELECT indexrelid::regclass::text, indisvalid FROM pg_index
WHERE indexrelid::regclass::text LIKE 'events_event%news' ORDER BY 1
"""


def page(owner, *, is_robot=False):
    return recording.EventRow(
        customer=owner,
        kind="page",
        name="",
        source="web",
        message_id=uuid.uuid4().hex,
        occurred_at=NOON,
        properties={"$context": {"bot": True}} if is_robot else {},
    )


def state():
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_an_index_that_was_cut_off_is_made_anew_and_the_rest_left_alone():
    recording.record_many([page(buckets.IDS[3])], now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM events_event")
        month = cursor.fetchone()[0]
        cursor.execute("DROP INDEX events_event_news")
        with pytest.raises(DataError):
            cursor.execute(f"CREATE INDEX CONCURRENTLY {month}_news ON {month} ((1 / (length(kind) - 4)))")
    assert state() == {f"{month}_news": False}
    for _time in range(2):
        with connection.schema_editor(atomic=False) as editor:
            news.make(None, editor)
        assert state().keys() >= {"events_event_news", "events_event_default_news", f"{month}_news"}
        assert all(state().values())


@pytest.mark.django_db
def test_the_past_is_worked_through_in_portions_and_may_be_again(monkeypatch):
    monkeypatch.setattr(past, "PORTION", 2)
    people = [factories.customer(email=f"p{number}@example.com").id for number in range(3)]
    owners = [people[0], people[0], people[1], people[2], buckets.IDS[3]]
    robots = [False, True, False, True, False]
    rows = [page(owner, is_robot=is_robot) for owner, is_robot in zip(owners, robots, strict=True)]
    recording.record_many(rows, now=timezone.now())
    Mark.objects.all().delete()
    for _time in range(2):
        with connection.schema_editor() as editor:
            past.set_bots_apart(None, editor)
            past.mark_people(None, editor)
    assert Event.objects.filter(is_visit=False).count() == 2
    assert set(Mark.objects.values_list("customer_id", flat=True)) == set(people[:2])
