"""Group commit: nobody is answered before the commit, somebody always writes, and nobody waits for ever."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

from cdp.core import autonomous
from events.models import InboxRow, RejectedEvent
from events.rules import tracking
from events.services import committing, inbox
from tests.waiting import until

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


@pytest.fixture
def committer(transactional_db):
    made = committing.Committer(autonomous.connect)
    yield made
    made.close()


def test_what_is_returned_from_is_durable(committer):
    committer.commit(entry())
    assert InboxRow.objects.get().received_at == NOW


class Held(committing.Committer):
    """Writes nothing before it is told to."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"] = autonomous.connect) -> None:
        super().__init__(connect)
        self.go, self.groups = threading.Event(), list[int]()
        self.writers: list[threading.Thread] = []

    def _write(self, entries: list[inbox.Entry]) -> None:
        self.groups.append(len(entries))
        self.writers.append(threading.current_thread())
        self.go.wait(PATIENCE)
        super()._write(entries)


def come(committer: Held, requests: int, answers: list[str], *, until_: Callable[[], bool]) -> list[threading.Thread]:
    """Requests in threads of their own, once they have come so far."""

    def one() -> None:
        try:
            committer.commit(entry())
            answers.append("stored")
        except committing.Unavailable:
            answers.append("unavailable")
        finally:
            connection.close()  # what is sealed may have asked for its key; a connection that is not closed is lost

    threads = [threading.Thread(target=one) for _ in range(requests)]
    for thread in threads:
        thread.start()
    until(until_)
    return threads


def let_go(committer: Held, *threads: threading.Thread) -> None:
    committer.go.set()
    for thread in threads:
        thread.join(PATIENCE)
    committer.close()


def test_a_lone_request_writes_itself(transactional_db):
    committer = Held()
    committer.go.set()
    committer.commit(entry())
    committer.commit(entry())
    committer.close()
    assert committer.writers == [threading.current_thread()] * 2
    assert InboxRow.objects.count() == 2


def test_requests_that_come_together_are_committed_together(transactional_db, monkeypatch):
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(committing, "MOST_WRITING", 1)
    committer, answers = Held(), list[str]()
    first = come(committer, 1, answers, until_=lambda: committer.groups == [1])
    rest = come(committer, 19, answers, until_=lambda: len(committer._queue) == 19)
    let_go(committer, *first, *rest)
    assert committer.groups == [1, 19]
    assert answers == ["stored"] * 20
    assert InboxRow.objects.count() == 20


def test_many_who_wait_do_not_wait_for_a_slow_disk(transactional_db, monkeypatch):
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(committing, "MOST_WRITING", 2)
    enough, answers = committing.ENOUGH_WAITING, list[str]()
    committer = Held()
    first = come(committer, 1, answers, until_=lambda: committer.groups == [1])
    few = come(committer, enough - 1, answers, until_=lambda: len(committer._queue) == enough - 1)
    assert committer.groups == [1]
    last = come(committer, 1, answers, until_=lambda: committer.groups == [1, enough])
    more = come(committer, enough, answers, until_=lambda: len(committer._queue) == enough)
    let_go(committer, *first, *few, *last, *more)
    assert committer.groups == [1, enough, enough]  # no third one along with the two
    assert InboxRow.objects.count() == 1 + 2 * enough


@pytest.mark.parametrize(
    ("fault", "stored"), [(psycopg.DataError("a fault"), 3), (psycopg.OperationalError("away"), 1)]
)
def test_a_fault_refuses_its_own_request_and_a_server_that_is_away_the_group(
    transactional_db, monkeypatch, fault, stored
):
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(committing, "SLOW_SECONDS", PATIENCE)
    monkeypatch.setattr(committing, "MOST_WRITING", 1)
    wrong, answers = list[inbox.Entry](), list[str]()

    class Faulty(Held):
        def _write(self, entries):
            if any(one is two for one in entries for two in wrong):
                self.groups.append(len(entries))
                raise fault
            super()._write(entries)

    committer = Faulty()
    first = come(committer, 1, answers, until_=lambda: committer.groups == [1])
    rest = come(committer, 3, answers, until_=lambda: len(committer._queue) == 3)
    wrong.append(committer._queue[1].entry)
    let_go(committer, *first, *rest)
    assert answers.count("stored") == stored == InboxRow.objects.count()
    assert len(answers) == 4
    assert committer._writing == {}  # the next request finds nobody writing
    assert committer._bytes == 0
    if stored == 3:
        committer.commit(entry())  # at once: nobody else is refused


def test_nobody_waits_for_a_connection_that_hangs(transactional_db, monkeypatch):
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(committing, "SLOW_SECONDS", 0.05)
    hangs, answers = [True], list[str]()

    class Hanging(Held):
        def _write(self, entries):
            if hangs and hangs.pop():
                super()._write(entries)
            else:
                committing.Committer._write(self, entries)

    committer = Hanging()
    first = come(committer, 1, answers, until_=lambda: committer.groups == [1])
    come(committer, 1, answers, until_=lambda: answers == ["stored"])  # came while it was not yet known to hang
    committer.commit(entry())
    assert InboxRow.objects.count() == 2
    monkeypatch.setattr(committing, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(committing.Unavailable):
        committer.commit(entry())
    let_go(committer, *first)


def test_a_commit_of_unknown_result_is_asked_for_once_more_and_stored_once(committer, monkeypatch):
    real, runs = committing._run, list[None]()

    def run(*arguments):
        real(*arguments)
        runs.append(None)
        if len(runs) == 1:
            raise psycopg.OperationalError("cut after the commit")

    monkeypatch.setattr(committing, "_run", run)
    committer.commit(entry())
    assert (InboxRow.objects.count(), len(runs)) == (1, 1)  # the second one met its own row


def test_a_connection_that_does_not_know_its_statements_is_made_anew_once(committer):
    committer.commit(entry())
    committer._idle[0].execute("DEALLOCATE ALL")
    committer.commit(entry())
    assert InboxRow.objects.count() == 2


def test_a_connection_that_cannot_be_prepared_is_closed(transactional_db, monkeypatch):
    opened = []
    monkeypatch.setattr(committing, "_STATEMENTS", {b"wrong": ("INSERT INTO nowhere VALUES ($1)", [0])})
    committer = committing.Committer(lambda: opened.append(autonomous.connect()) or opened[-1])
    with pytest.raises(committing.Unavailable):
        committer.commit(entry())
    assert opened
    assert all(one.closed for one in opened)


def test_a_server_that_went_away_without_a_word_is_noticed(committer):
    committer.commit(entry())
    told = {one.keyword: one.val for one in committer._idle[0].pgconn.info}
    assert (told[b"keepalives"], told[b"tcp_user_timeout"]) == (b"1", b"10000")


def test_whoever_lost_patience_leaves_the_queue_and_holds_nobody_up(transactional_db, monkeypatch):
    monkeypatch.setattr(committing, "MOST_WRITING", 1)
    committer, answers = Held(), list[str]()
    first = come(committer, 1, answers, until_=lambda: committer.groups == [1])
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", 0.01)
    come(committer, 2, answers, until_=lambda: answers == ["unavailable"] * 2)
    assert (committer._queue, committer._bytes) == ([], committing._Ticket(entry()).size)
    let_go(committer, *first)
    assert committer._bytes == 0
    committer.commit(entry())
    assert committer.groups == [1, 1]
    assert InboxRow.objects.count() == 2


def test_whoever_is_told_to_write_when_patience_ends_still_writes_for_the_others(transactional_db, monkeypatch):
    committer, answers = Held(), list[str]()
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", 0.0)
    ticket, other = committing._Ticket(entry()), committing._Ticket(entry())
    ticket.group = [ticket, other]  # the queue was handed to it between the end of its wait and the mutex
    assert committer._wait(ticket) == [ticket, other]
    committer.go.set()
    committer._lead(ticket.group, ticket)
    assert other.gate.acquire(timeout=PATIENCE)
    assert other.error is None
    assert (InboxRow.objects.count(), answers) == (2, [])
    committer.close()


def test_accepted_and_refused_events_of_a_group_are_one_transaction(committer, monkeypatch):
    refusal = tracking.Refusal(tracking.Code.MISSING_NAME, "A track call needs the name of its event.")
    both = inbox.pack(
        source=uuid.uuid4(),
        request=tracking.Request([b'{"type":"page","userId":"u"}', b'{"type":"track","userId":"u"}']),
        kind=None,
        verdicts=[None, refusal],
        sender=inbox.Sender(),
        received_at=NOW,
    )
    committer.commit(both)
    assert (InboxRow.objects.get().rejected, RejectedEvent.objects.get().code) == (1, "missing_name")
    with pytest.raises(committing.Unavailable):
        committer.commit(inbox.Entry(entry().inbox, both.rejected))  # that row of the quarantine is there already
    assert InboxRow.objects.count() == 1


def test_goes_on_after_the_server_ended_its_connection(committer):
    committer.commit(entry())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [committer._idle[0].info.backend_pid])
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
    committer, answers = Held(), list[str]()
    threads = come(committer, 1, answers, until_=lambda: committer.groups == [1])
    threads += come(committer, 1, answers, until_=lambda: len(committer._queue) == 1)
    monkeypatch.setattr(committing, "MOST_WAITING_BYTES", 10)
    with pytest.raises(committing.Busy):
        committer.commit(entry())
    let_go(committer, *threads)
    assert answers == ["stored"] * 2
