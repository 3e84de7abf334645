"""Whole-table work and the pipeline take turns, so that an older answer never replaces a newer one."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from analytics import tasks
from analytics.services import membership, metrics, segments, turns
from cdp.core import actors
from tests import factories
from tests.analytics.people import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def drain():
    """Another session, in the middle of a drain that has worked on a customer."""
    customer = factories.customer()
    started, may_end = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            metrics.update([customer.id], NOW)
            started.set()
            may_end.wait()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    try:
        yield may_end
    finally:
        may_end.set()
        thread.join()


def test_whole_table_work_waits_for_running_drains(drain, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    segment = segments.create(key="us", name="Us", rules={"all": []}, actor=actors.SYSTEM, at=NOW)
    with pytest.raises(turns.NoTurn):
        membership.refresh(segment, NOW)
    with pytest.raises(turns.NoTurn):
        metrics.rebuild(NOW)
    for command in (["refresh_segments"], ["recompute_metrics", "--all"]):
        with pytest.raises(CommandError, match="busy"):
            call_command(*command)
    tasks.refresh_segments()  # says so in the log and leaves it to the next round
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60.0)
    threading.Timer(0, drain.set).start()
    assert membership.refresh(segment, NOW) == (1, 0)


def test_drains_do_not_wait_for_each_other(drain, monkeypatch):
    other = factories.customer()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        metrics.update([other.id], NOW)
        segments.update([other.id], NOW)
        cursor.execute("RESET lock_timeout")


def test_taking_a_turn_leaves_the_patience_of_its_transaction_as_it_was():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '7s'")
        turns.take_alone()
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "7s"
