"""Group commit: nobody is answered before the commit, and nobody waits for ever."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from cdp.core import autonomous
from events.models import InboxRow
from events.rules import tracking
from events.services import committing, inbox

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
PATIENCE = 60
"""Seconds that a slow machine has for what takes none on a fast one."""


def entry() -> inbox.Entry:
    return inbox.pack(
        source=uuid.uuid4(),
        request=tracking.Request([b'{"type":"page","userId":"u"}']),
        kind=None,
        verdicts=[None],
        sender=inbox.Sender(),
        received_at=NOW,
    )


def until(condition: Callable[[], bool]) -> None:
    """Look again until it is so."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never came to that")


@pytest.fixture
def committer(transactional_db):
    made = committing.Committer(autonomous.connect)
    yield made
    made.close()


def test_what_is_returned_from_is_durable(committer):
    committer.commit(entry())
    assert InboxRow.objects.get().received_at == NOW


def test_requests_that_come_together_are_committed_together(transactional_db, monkeypatch):
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", PATIENCE)
    writing, gate, groups = threading.Event(), threading.Event(), []

    class Slow(committing.Committer):
        def _write(self, entries):
            writing.set()
            gate.wait()
            groups.append(len(entries))
            super()._write(entries)

    committer = Slow(autonomous.connect)
    threads = [threading.Thread(target=committer.commit, args=[entry()]) for _ in range(20)]
    threads[0].start()
    assert writing.wait(PATIENCE)  # one is being written, the others queue behind it
    for thread in threads[1:]:
        thread.start()
    until(lambda: len(committer._queue) == 19)
    gate.set()
    for thread in threads:
        thread.join()
    committer.close()
    assert groups == [1, 19]
    assert InboxRow.objects.count() == 20


def test_goes_on_after_the_server_ended_its_connection(committer):
    committer.commit(entry())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [committer._connection.info.backend_pid])
    committer.commit(entry())
    assert InboxRow.objects.count() == 2


def test_says_so_when_the_server_is_away_and_recovers(transactional_db, monkeypatch):
    monkeypatch.setattr(committing, "PAUSE_SECONDS", 0.0)
    away = [True]

    def connect():
        if away[0]:
            raise psycopg.OperationalError("away")
        return autonomous.connect()

    committer = committing.Committer(connect)
    with pytest.raises(committing.Unavailable):
        committer.commit(entry())
    away[0] = False
    committer.commit(entry())
    committer.close()
    assert InboxRow.objects.count() == 1


def test_holds_only_so_much_in_memory(transactional_db, monkeypatch):
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", PATIENCE)
    writing, gate = threading.Event(), threading.Event()

    class Stuck(committing.Committer):
        def _write(self, entries):
            writing.set()
            gate.wait()

    committer = Stuck(autonomous.connect)
    threads = [threading.Thread(target=committer.commit, args=[entry()]) for _ in range(2)]
    threads[0].start()
    assert writing.wait(PATIENCE)
    threads[1].start()
    until(lambda: bool(committer._queue))
    monkeypatch.setattr(committing, "MOST_WAITING_BYTES", 10)
    with pytest.raises(committing.Busy):
        committer.commit(entry())
    gate.set()
    for thread in threads:
        thread.join()
    committer.close()
