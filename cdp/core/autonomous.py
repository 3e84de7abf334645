"""Statements that commit on their own, outside the transaction around them.

For rows that other processes rely on as soon as they exist, whatever becomes of the caller's work: the key of an hour,
the index root. Kept in a transaction that rolls back, such a key would be lost with data already sealed under it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def execute(sql: str, params: Sequence[Any]) -> None:
    """Run one statement on a connection of its own and commit it."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(sql, params)
    finally:
        other.close()
