"""Whole-table work and the pipeline take turns.

A statement over everybody sees the facts of the moment it began. If the pipeline writes a newer answer for one customer
meanwhile, the older answer would win. So the pipeline's steps hold a shared lock until their transaction ends, and
whole-table work holds the exclusive one: it starts when running drains have committed and keeps new ones waiting. That
is why it works in ranges and segment by segment, each in a transaction of about a second.
"""

from django.db import connection

from cdp.core import patience

_LOCK = 0x0CDA_11A1
PATIENCE_SECONDS = 20.0


class NoTurn(Exception):
    """The pipeline, or other work on the whole table, did not let go in time; nothing was done. Try again later."""


def share() -> None:
    """Until the transaction ends: nobody works on the whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def take_alone() -> None:
    """Until the transaction ends: the pipeline waits. Raises NoTurn after PATIENCE_SECONDS."""
    try:
        with patience.at_most(PATIENCE_SECONDS), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    except patience.LockedTooLong as error:
        raise NoTurn("The pipeline is busy; try again in a moment.") from error
