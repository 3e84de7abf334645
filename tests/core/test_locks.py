"""Proof of life."""

import threading
from contextlib import suppress

import pytest
from django.db import OperationalError, connection

from cdp.core import locks

pytestmark = pytest.mark.django_db(transaction=True)


def _elsewhere(number: int) -> bool:
    """Whether another session calls it dead."""
    answers: list[bool] = []

    def ask() -> None:
        try:
            locks._ours.discard(number)  # another process would not know it
            answers.append(locks.is_dead(number))
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return answers[0]


def test_a_claim_is_alive_for_everybody_while_its_block_runs_and_dead_afterwards():
    with locks.alive() as number:
        assert 0 < number < 2**63
        assert not _elsewhere(number)
    assert _elsewhere(number)
    assert locks.is_dead(number)


def test_a_process_does_not_call_itself_dead():
    with locks.alive() as number:
        assert not locks.is_dead(number)


def test_a_claim_dies_with_its_connection():
    holder = locks.alive()  # kept until the end: collected at any moment, it would give its lock back in the middle
    numbers: list[int] = []

    def die() -> None:
        numbers.append(holder.__enter__())
        # As kill -9 does: closing would only hand the session back to the pool.
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        connection.close()

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    assert _elsewhere(numbers[0])
    holder.__exit__(None, None, None)


def test_asking_about_a_claim_does_not_take_it():
    assert locks.is_dead(12345)
    assert _elsewhere(12345)
