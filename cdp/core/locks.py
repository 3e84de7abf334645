"""Session advisory locks as proof of life.

A process that claims work holds a session lock under a random number and writes that number into the rows it claims.
When the process or its connection dies, PostgreSQL lets go of the lock at once; whoever then gets the lock knows that
the claim is dead. No leases, no waiting, no clock.
"""

import contextlib
import secrets
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError, connection

_SPACE = 0x0CD9
_ours: set[int] = set()  # a session gets its own locks again, so asking PostgreSQL would call us dead


@contextlib.contextmanager
def alive() -> Iterator[int]:
    """Hold a fresh lock for the duration of the block; yields its number (a positive bigint) to write into claims.

    The lock lives in this thread's database session, so the block must keep its connection.
    """
    number = (_SPACE << 47) | secrets.randbits(46)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    _ours.add(number)
    try:
        yield number
    finally:
        _ours.discard(number)
        # A session that is gone has let go already.
        with contextlib.suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def is_dead(number: int) -> bool:
    """Whether nobody holds that lock any more."""
    if number in _ours:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return True


def take_turns(what: bytes) -> None:
    """Wait until no other transaction has taken its turn with the same digest. In a transaction, to its end."""
    number = int.from_bytes(what[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@contextlib.contextmanager
def in_turn(what: bytes) -> Iterator[None]:
    """Hold the lock of this digest for the duration of the block, after whoever holds it: also over the end of a
    transaction, where what comes behind it has to be known to the next one.

    The lock lives in this thread's database session, so the block must keep its connection.
    """
    number = int.from_bytes(what[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        # A session that is gone has let go already.
        with contextlib.suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextlib.contextmanager
def alone(number: int) -> Iterator[bool]:
    """Hold this lock for the duration of the block if nobody else does; yields whether we are the one. Never waits.

    The lock lives in this thread's database session, so the block must keep its connection.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        # A session that is gone has let go already.
        if is_ours:
            with contextlib.suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
