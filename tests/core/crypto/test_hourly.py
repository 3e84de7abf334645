"""Keys of an hour."""

import contextlib
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg_pool import PoolTimeout

from cdp.core import autonomous, tasks
from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import HourlyKey
from cdp.run import programs

PATIENCE = 20


def test_data_comes_back_in_its_context(db):
    assert hourly.open_(hourly.seal(b"", context=b"a"), context=b"a") == b""
    assert hourly.open_(hourly.seal(b"data", context=b"a"), context=b"a") == b"data"


@pytest.mark.django_db(transaction=True)
def test_a_key_made_in_a_transaction_that_rolls_back_survives_it():
    HourlyKey.objects.all().delete()
    hourly.forget()
    try:
        with transaction.atomic():
            sealed = hourly.seal(b"data", context=b"a")
            raise LookupError
    except LookupError:
        hourly.forget()
    assert hourly.open_(sealed, context=b"a") == b"data"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("around", [transaction.atomic, contextlib.nullcontext])
def test_at_the_turn_of_the_hour_every_thread_of_a_process_seals_at_once(around, monkeypatch):
    HourlyKey.objects.all().delete()
    hourly.forget()
    made, execute = [], autonomous.execute
    monkeypatch.setattr(autonomous, "execute", lambda *args: (made.append(args), execute(*args)))
    start = threading.Barrier(programs.BLOCKING_THREADS)

    def request(_number: int) -> bytes:
        try:
            with around():
                connection.ensure_connection()
                start.wait(PATIENCE)  # from here on each holds a connection of the pool
                return hourly.seal(b"data", context=b"a")
        finally:
            connection.close()

    with ThreadPoolExecutor(programs.BLOCKING_THREADS) as pool:
        sealed = list(pool.map(request, range(programs.BLOCKING_THREADS)))
    assert {hourly.open_(one, context=b"a") for one in sealed} == {b"data"}
    assert len(made) == HourlyKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_is_made_while_nothing_is_left_in_the_pool(monkeypatch):
    HourlyKey.objects.all().delete()
    hourly.forget()
    connection.ensure_connection()
    taken = []
    try:
        # The pool grows in the background: a busy machine takes its time for so many, and only what comes after must not.
        # A thread that an earlier test left behind may still hold one of them.
        for _ in range(60):
            with contextlib.suppress(PoolTimeout):
                taken.append(connection.pool.getconn(timeout=1))
            found = connection.pool.get_stats()
            if found["pool_size"] == connection.pool.max_size and not found["pool_available"]:
                break
        else:
            raise AssertionError("the pool never came to its end")
        monkeypatch.setattr(connection.pool, "timeout", 0.1)
        assert hourly.open_(hourly.seal(b"data", context=b"a"), context=b"a") == b"data"
    finally:
        for one in taken:
            connection.pool.putconn(one)


def test_the_key_of_the_next_hour_lies_ready(db, time_machine, monkeypatch):
    start = timezone.now().replace(minute=30)
    time_machine.move_to(start, tick=False)
    tasks.make_keys_ahead()
    monkeypatch.setattr(autonomous, "execute", None)  # nothing is left to make
    time_machine.move_to(start + dt.timedelta(hours=1), tick=False)
    assert hourly.open_(hourly.seal(b"data", context=b"a"), context=b"a") == b"data"


@pytest.mark.parametrize(
    "harm",
    [
        lambda s: s[:-1],
        lambda s: s[:12],
        lambda s: s[:8],
        lambda s: s[:3],
        lambda s: b"",
        lambda s: s[:-1] + bytes([s[-1] ^ 1]),
        lambda s: b"\xff" * 8 + s[8:],
    ],
)
def test_altered_data_does_not_open(db, harm):
    with pytest.raises(Unopenable):
        hourly.open_(harm(hourly.seal(b"data", context=b"a")), context=b"a")


def test_another_context_does_not_open(db):
    with pytest.raises(Unopenable):
        hourly.open_(hourly.seal(b"data", context=b"a"), context=b"b")


def test_forgetting_keeps_seven_days_and_takes_the_rest_with_what_it_sealed(db, time_machine):
    start = timezone.now().replace(minute=30)
    time_machine.move_to(start, tick=False)
    sealed = hourly.seal(b"data", context=b"a")
    assert hourly.forget_old(now=start + hourly.KEPT) == 0
    assert hourly.open_(sealed, context=b"a") == b"data"
    assert hourly.forget_old(now=start + hourly.KEPT + dt.timedelta(hours=1)) == 1
    with pytest.raises(Unopenable):
        hourly.open_(sealed, context=b"a")
