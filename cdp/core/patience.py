"""How long a statement waits for what others hold locked, and how long it takes at all.

PostgreSQL's own limits (`lock_timeout`, `statement_timeout`) belong to the whole transaction; here they hold for one
block of it.
"""

import contextlib
from collections.abc import Iterator

from django.db import OperationalError, connection, transaction
from psycopg import errors


class LockedTooLong(Exception):
    """Somebody held a lock for longer than we had patience; what the block did is undone."""


class TookTooLong(Exception):
    """A statement took longer than we had patience; what the block did is undone."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Each statement of the block waits that long for a lock; the transaction's own limit holds again afterwards.

    The block is a savepoint (a transaction where there is none): whatever it raises takes its changes back, and the
    limit with them. Locks it took stay until the transaction ends. Raises LockedTooLong.
    """
    try:
        with _limited("lock_timeout", seconds):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable):
            raise LockedTooLong from error
        raise


@contextlib.contextmanager
def statements_at_most(seconds: float) -> Iterator[None]:
    """Each statement of the block may take that long; the transaction's own limit holds again afterwards.

    The block is a savepoint, as with `at_most`. Raises TookTooLong.
    """
    try:
        with _limited("statement_timeout", seconds):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise TookTooLong from error
        raise


@contextlib.contextmanager
def _limited(limit: str, seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [limit])
        before = cursor.fetchone()[0]
        # Zero would mean for ever.
        cursor.execute("SELECT set_config(%s, %s, true)", [limit, f"{max(1, round(seconds * 1000))}ms"])
        yield
        cursor.execute("SELECT set_config(%s, %s, true)", [limit, before])
