"""Statements beside merges and beside each other: real transactions on real connections."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cdp.core import actors, pipeline
from cdp.core.models import Mark
from consent.models import ConsentRecord, ConsentState
from consent.rules import words
from consent.services import gate, grants
from consent.services.grants import GrantRow
from customers.models import Customer, MergeLog
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class Work(threading.Thread):
    """Runs on a connection of its own and keeps what it raised."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work, self.raised = work, None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001  (the test judges it)
            self.raised = error
        finally:
            connection.close()

    def until_it_waits_or_ends(self) -> None:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        while self.is_alive():
            with connection.cursor() as cursor:
                # Inside a transaction the first look is kept: a writer who connects later would never be seen.
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(waiting + "cardinality(pg_blocking_pids(pid)) > 0")
                if cursor.fetchone()[0]:
                    return
            self.join(0.02)

    def end(self) -> None:
        self.join(60)
        assert not self.is_alive()
        assert self.raised is None


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    return factories.customer(name="Ann", email="a@example.com"), factories.customer(name="Ann", phone="0812345678")


def row(customer: uuid.UUID, granted: bool, at: dt.datetime, channel: str = "email") -> GrantRow:
    evidence = {"text": "News"}
    return GrantRow(customer, "marketing", channel, granted, at, source="shop", method="test", evidence=evidence)


def say(customer: uuid.UUID, granted: bool, at: dt.datetime, channel: str = "email") -> ConsentRecord:
    return grants.record(
        customer=customer,
        purpose="marketing",
        channel=channel,
        granted=granted,
        at=at,
        source="shop",
        method="test",
        actor=actors.SYSTEM,
        evidence={"text": "News"},
        now=NOW + 9 * HOUR,
    )


def merge(survivor: Customer, absorbed: Customer) -> MergeLog:
    return merging.merge(survivor=survivor.id, absorbed=absorbed.id, reason="test", actor=actors.SYSTEM, at=NOW)


def is_allowed(customer: Customer, channel: str = "email") -> bool:
    return gate.decide(customer=customer.id, purpose="marketing", channel=channel, at=NOW).outcome == "allowed"


def say_many(customer: uuid.UUID) -> None:
    rows = [row(customer, False, NOW + HOUR)]
    assert grants.record_many(rows, actor=actors.SYSTEM, now=NOW + 9 * HOUR) == grants.Counts(written=1)


@pytest.mark.parametrize("speak", [lambda who: say(who, False, NOW + HOUR), say_many], ids=["one", "many"])
def test_a_withdrawal_that_waits_for_a_merge_is_the_survivors(pair, speak) -> None:
    ann, annie = pair
    say(ann.id, True, NOW - HOUR)
    with transaction.atomic():
        merge(ann, annie)
        writer = Work(lambda: speak(annie.id))
        writer.until_it_waits_or_ends()
    writer.end()
    assert ConsentRecord.objects.get(status="withdrawn").customer_id == ann.id
    assert Mark.objects.filter(customer_id=ann.id, cause="consent").exists()
    assert not is_allowed(ann)


def test_a_merge_waits_for_a_statement_that_is_being_written(pair) -> None:
    ann, annie = pair
    say(ann.id, True, NOW - HOUR)
    with transaction.atomic():
        say(annie.id, False, NOW - 2 * HOUR)
        merger = Work(lambda: merge(ann, annie))
        merger.until_it_waits_or_ends()
        assert merger.is_alive()
    merger.end()
    assert not is_allowed(ann)


def test_a_word_under_an_absorbed_id_reaches_the_survivor_with_the_next_drain(pair) -> None:
    ann, annie = pair
    say(ann.id, True, NOW - HOUR)
    merge(ann, annie)
    pipeline.drain_all(now=NOW)
    factories.consent(annie, granted=False, at=NOW + HOUR)
    ConsentState.objects.filter(customer=annie).delete()
    pipeline.mark([annie.id], cause="test")
    assert is_allowed(ann)
    pipeline.drain_all(now=NOW)
    assert not is_allowed(ann)


@pytest.mark.parametrize("before", ["", "email"], ids=["a_new_slot", "a_known_slot"])
def test_two_statements_at_once_about_one_who_was_merged_are_both_heard(pair, before, monkeypatch) -> None:
    ann, annie = pair
    say(ann.id, True, NOW - HOUR, "sms")
    if before:
        say(ann.id, False, NOW - HOUR, before)
    merge(ann, annie)
    has_read, may_write = threading.Event(), threading.Event()
    real = words.last

    def slow(*args):
        if threading.current_thread() is first and not has_read.is_set():
            has_read.set()
            assert may_write.wait(60)
        return real(*args)

    monkeypatch.setattr(words, "last", slow)
    ready = threading.Event()
    first = Work(lambda: ready.wait(60) and say(ann.id, True, NOW + HOUR, "email"))
    ready.set()
    assert has_read.wait(60)
    second = Work(lambda: say(ann.id, False, NOW + HOUR, "sms"))
    second.until_it_waits_or_ends()
    may_write.set()
    first.end()
    second.end()
    assert is_allowed(ann, "email")
    assert not is_allowed(ann, "sms")
