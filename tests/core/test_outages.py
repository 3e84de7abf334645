"""Work that goes on when the database was away."""

import pytest
from django.db import OperationalError, connection, transaction

from cdp.core import outages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "PAUSE_SECONDS", 0.01)


def ask() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 7")
        return int(cursor.fetchone()[0])


def lose_the_connection() -> None:
    """As when PostgreSQL is killed: the statement ends with an error and the session is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_what_is_interrupted_is_done_again():
    losses = [1, 2]

    def work() -> int:
        if losses:
            losses.pop()
            lose_the_connection()
        return ask()

    assert outages.outlast(work) == 7
    assert losses == []


def test_a_statement_that_fails_in_a_living_database_is_told_at_once():
    calls = []

    def work() -> None:
        calls.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(1)")

    with pytest.raises(OperationalError):
        outages.outlast(work)
    assert calls == [1]


def test_an_open_transaction_is_lost_and_its_owner_told():
    calls = []

    def work() -> None:
        calls.append(1)
        lose_the_connection()

    with pytest.raises(OperationalError), transaction.atomic():
        outages.outlast(work)
    assert calls == [1]
    assert ask() == 7


def test_a_database_that_stays_away_is_told_in_the_end(monkeypatch):
    monkeypatch.setattr(outages, "PATIENCE_SECONDS", 0)
    with pytest.raises(OperationalError):
        outages.outlast(lose_the_connection)
    connection.close()
    assert ask() == 7
