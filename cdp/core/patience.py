"""How long a statement waits for what others hold locked.

PostgreSQL's own limit (`lock_timeout`) belongs to the whole transaction; here it holds for one block of it.
"""

import contextlib
from collections.abc import Iterator

from django.db import OperationalError, connection, transaction
from psycopg import errors


class LockedTooLong(Exception):
    """Somebody held a lock for longer than we had patience; what the block did is undone."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Each statement of the block waits that long for a lock; the transaction's own limit holds again afterwards.

    The block is a savepoint (a transaction where there is none): whatever it raises takes its changes back, and the
    limit with them. Locks it took stay until the transaction ends. Raises LockedTooLong.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            before = cursor.fetchone()[0]
            # Zero would mean for ever.
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{max(1, round(seconds * 1000))}ms"])
            yield
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except OperationalError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable):
            raise LockedTooLong from error
        raise
