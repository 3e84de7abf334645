"""Whole-table work and the pipeline take turns.

A statement over everybody sees the facts of the moment it began. If the pipeline writes a newer answer for one customer
meanwhile, the older answer would win. So the pipeline's steps hold a shared lock until their transaction ends, and
whole-table work holds the exclusive one: it starts when running drains have committed and keeps new ones waiting. That
is why it works in ranges and segment by segment, each in a transaction of about a second.
"""

from django.db import OperationalError, connection
from psycopg import errors

_LOCK = 0x0CDA_11A1
PATIENCE = "20s"


class NoTurn(Exception):
    """The pipeline, or other work on the whole table, did not let go in time; nothing was done. Try again later."""


def share() -> None:
    """Until the transaction ends: nobody works on the whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def take_alone() -> None:
    """Until the transaction ends: the pipeline waits. Raises NoTurn after PATIENCE."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        except OperationalError as error:
            if isinstance(error.__cause__, errors.LockNotAvailable):
                raise NoTurn("The pipeline is busy; try again in a moment.") from error
            raise
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
