"""Waiting for locks and for statements, for one block of a transaction."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from cdp.core import patience

_LOCK = 0x0CDA_7E57


@pytest.fixture
def somebody():
    """Another session that holds the lock."""
    holds, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            _lock()
            holds.set()
            may_end.wait()
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    holds.wait()
    try:
        yield
    finally:
        may_end.set()
        thread.join()


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def _set_limit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '7s'")


def test_an_earlier_limit_of_the_transaction_survives_the_block(db):
    _set_limit()
    with patience.at_most(0.05):
        assert _limit() == "50ms"
    assert _limit() == "7s"


@pytest.mark.django_db(transaction=True)
def test_an_earlier_limit_and_the_transaction_survive_a_lock_that_was_not_had(somebody):
    with transaction.atomic():
        _set_limit()
        with pytest.raises(patience.LockedTooLong), patience.at_most(0.05):
            _lock()
        assert _limit() == "7s"


def test_an_earlier_limit_survives_another_failure_in_the_block(db):
    _set_limit()
    with pytest.raises(LookupError), patience.at_most(0.05):
        raise LookupError
    assert _limit() == "7s"


def test_no_patience_at_all_is_not_patience_for_ever(db):
    with patience.at_most(0):
        assert _limit() == "1ms"


def _statement_limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_earlier_limit_of_statements_survives_the_block(db):
    _run("SET LOCAL statement_timeout = '7s'")
    with patience.statements_at_most(0.05):
        assert _statement_limit() == "50ms"
    assert _statement_limit() == "7s"


def test_an_earlier_limit_of_statements_survives_one_that_took_too_long(db):
    _run("SET LOCAL statement_timeout = '7s'")
    with pytest.raises(patience.TookTooLong), patience.statements_at_most(0.05):
        _run("SELECT pg_sleep(60)")
    assert _statement_limit() == "7s"


def test_a_statement_that_fails_otherwise_is_not_told_as_too_long(db):
    with pytest.raises(DatabaseError, match="division"), patience.statements_at_most(5):
        _run("SELECT 1 / 0")
    assert _statement_limit() == "0"
