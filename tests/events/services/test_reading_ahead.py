"""A process beside the drain reads ahead: the same facts as in one process, also when that process is killed."""

import errno
import os
import signal
import threading
from pathlib import Path

import pytest

from cdp.core import apart
from customers.models import Customer, Status
from customers.services import buckets
from events.models import Event, InboxRow, RejectedEvent, SourceHour
from events.services import draining, people, reading
from tests import factories
from tests.events.services.requests_waiting import NOW, VIEW, poison, put

pytestmark = pytest.mark.django_db(transaction=True)
PARENT = os.getpid()
FILES = Path("/proc/self/fd")
WORD = {"consent": {"categoryPreferences": {"analytics": False}}}


@pytest.fixture
def source(db, monkeypatch):
    """Ten events are a batch here, and twenty are many."""
    monkeypatch.setattr(draining, "EVENTS", 10)
    monkeypatch.setattr(draining, "MUCH", 20)
    buckets.ensure()
    return factories.source("web-shop")


def work_off():
    done = list(draining.work_off(now=lambda: NOW))
    assert not InboxRow.objects.exists()
    return done


@pytest.fixture
def told_apart(monkeypatch):
    """How many batches this process read itself, and how many came from the one beside it."""
    counts = {"here": 0, "beside": 0}
    here, beside = reading.read, draining._next

    def read(*args, **more):
        counts["here"] += 1
        return here(*args, **more)

    def take(*args):
        done = beside(*args)
        counts["beside"] += done is not None
        return done

    monkeypatch.setattr(reading, "read", read)
    monkeypatch.setattr(draining, "_next", take)
    return counts


def story(source):
    """Sixty calls of every kind in requests of five."""
    mail = {"traits": {"email": f"mali@{source.key}.example", "gender": "female"}}
    for n in range(10):
        put(
            source,
            {**VIEW, "userId": f"u{n % 4}", "messageId": f"a{n}", "timestamp": "2026-11-21T10:00:00Z"},
            {"type": "page", "anonymousId": f"{source.key}-{n % 3}", "messageId": f"b{n // 2}", "context": WORD},
            {"type": "page", "anonymousId": f"{source.key}-{n % 3}", "properties": {"url": "https://s.example/?q=me"}},
            {"type": "identify", "userId": f"u{n % 2}", "anonymousId": f"{source.key}-{n % 3}", **mail},
            {"type": "group", "userId": f"u{n}", "groupId": "g1", "traits": {"name": "Celadon"}},
            {"type": "track", "userId": "u1", "event": "Order for mali@example.com", "properties": {"email": "a@b.co"}},
        )


def facts(source):
    rows = Event.objects.filter(source=source.key).order_by("name", "occurred_at", "message_id")
    ranks = {one: rank for rank, one in enumerate(dict.fromkeys(row.customer_id for row in rows.order_by("id")))}
    found = [
        (
            *(row.kind, row.name, len(row.message_id) < 3 and row.message_id, row.occurred_at, row.received_at),
            *(
                row.properties,
                row.is_visit,
                row.sealed is None,
                row.resolved_by is None,
                row.customer_id in buckets.IDS,
            ),
        )
        for row in rows
    ]
    return sorted(found, key=str), len(ranks)


def hours(source):
    return list(SourceHour.objects.filter(source=source).values_list("stored", "duplicates", "rejected", "bots"))


def test_the_facts_are_the_same_as_in_one_process(source, told_apart):
    app = factories.source("app")
    story(app)
    while draining.drain(now=NOW, events=10).rows:
        pass
    told_apart.update(here=0)
    story(source)
    assert sum(one.stored for one in work_off()) == 55
    assert told_apart == {"here": 2, "beside": 9}, "the last one is for this process, which then finds nothing"
    assert facts(source) == facts(app)
    assert hours(source) == hours(app)


def test_a_short_inbox_is_read_in_one_process(source, told_apart):
    put(source, *[VIEW] * 19)
    assert sum(one.stored for one in work_off()) == 19
    assert told_apart["beside"] == 0


def test_a_reader_that_is_killed_costs_nothing(source, monkeypatch, tmp_path):
    real, once, batches = reading.read, tmp_path / "once", []

    def read(wanted, **more):
        batches.append(wanted)
        if os.getpid() != PARENT and len(batches) == 3 and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(wanted, **more)

    monkeypatch.setattr(reading, "read", read)
    for _ in range(10):
        put(source, *[VIEW] * 5)
    assert sum(one.stored for one in work_off()) == Event.objects.count() == 50
    assert once.exists()


def test_what_was_read_ahead_and_changed_since_is_read_anew(source, told_apart):
    for _ in range(10):
        put(source, *[VIEW] * 5)
    batches = draining.work_off(now=lambda: NOW)
    assert next(batches).stored == 10
    assert draining.drain(now=NOW, events=5).stored == 5  # another drain, while the next batch is read already
    assert sum(one.stored for one in batches) == 35
    assert Event.objects.count() == 50
    assert told_apart["beside"] >= 1
    assert told_apart["here"] >= 2, "the drain between, and the one that looks anew"


def test_a_request_that_is_committed_late_is_not_overtaken_by_all_that_was_read_ahead(source):
    for n in range(40):
        put(source, *({**VIEW, "messageId": f"m{n:02d}-{k}"} for k in range(5)))
    late = InboxRow.objects.order_by("id")[5]
    InboxRow.objects.filter(id=late.id).delete()
    batches = draining.work_off(now=lambda: NOW)
    assert [next(batches).stored for _ in range(4)] == [10] * 4
    late.save(force_insert=True)
    next(batches)
    assert not InboxRow.objects.filter(id=late.id).exists()
    list(batches)
    assert Event.objects.count() == 200


def test_where_no_process_can_be_started_the_drain_works_alone(source, told_apart, monkeypatch):
    def refuse():
        raise OSError(errno.ENOMEM, "no memory")

    monkeypatch.setattr(os, "fork", refuse)
    for _ in range(6):
        put(source, *[VIEW] * 5)
    files = len(list(FILES.iterdir()))
    assert sum(one.stored for one in work_off()) == 30
    assert told_apart["beside"] == 0
    assert len(list(FILES.iterdir())) == files


def test_a_reader_that_hangs_is_given_up(source, monkeypatch):
    monkeypatch.setattr(apart, "SILENCE_SECONDS", 0.1)
    real = reading.read

    def read(wanted, **more):
        if os.getpid() != PARENT:
            threading.Event().wait()
        return real(wanted, **more)

    monkeypatch.setattr(reading, "read", read)
    for _ in range(6):
        put(source, *[VIEW] * 5)
    assert sum(one.stored for one in work_off()) == Event.objects.count() == 30


def test_an_event_at_fault_is_found_and_the_others_are_stored(source, monkeypatch):
    poison(monkeypatch)
    for n in range(10):
        put(source, *[VIEW] * 4, {**VIEW, "event": "Poison" if n in {3, 7} else "Fine"})
    work_off()
    assert (Event.objects.count(), RejectedEvent.objects.count()) == (48, 2)


def test_a_batch_that_ends_early_is_not_overtaken(source, monkeypatch):
    monkeypatch.setattr(draining, "JOINS", 2)
    asked = []
    real = people.resolve

    def resolve(told, **more):
        asked.extend(one.message_id for one in told)
        return real(told, **more)

    monkeypatch.setattr(people, "resolve", resolve)
    put(source, *({"type": "page", "anonymousId": f"v{n}", "messageId": f"p{n:02d}"} for n in range(10)))
    for n in range(10):
        named = {"type": "identify", "userId": f"u{n}", "anonymousId": f"v{n}", "messageId": f"q{n}0"}
        put(source, named, *({**VIEW, "messageId": f"q{n}{m}"} for m in range(1, 5)))
    work_off()
    assert asked == sorted(asked)
    assert len(asked) == Event.objects.count() == 60
    assert Customer.objects.filter(status=Status.MERGED).count() == 10
