"""Statements that commit on their own, outside the transaction around them.

For rows that other processes rely on as soon as they exist, whatever becomes of the caller's work: the key of an hour,
the index root. Kept in a transaction that rolls back, such a key would be lost with data already sealed under it.

They never draw from Django's pool: whoever asks holds one of its connections already, and when all who hold one wait
for a second, nobody gets any.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

CONNECT_SECONDS = 3
_WATCHED = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A server that went away without a word is noticed after ten seconds, not after the system's quarter of an hour."""
_CONNECTING = ("dbname", "user", "password", "host", "port", "options", "sslmode", "sslrootcert", "sslcert", "sslkey")


def connect() -> "psycopg.Connection[Any]":
    """A connection of our own in autocommit, beside Django's pool, which other requests may have emptied."""
    params = connection.get_connection_params()
    wanted = {name: params[name] for name in _CONNECTING if name in params} | _WATCHED
    return psycopg.connect(**wanted, autocommit=True, connect_timeout=CONNECT_SECONDS)


def execute(sql: str, params: Sequence[Any]) -> None:
    """Run one statement on a connection of its own and commit it. Raises Django's database errors."""
    with connection.wrap_database_errors, connect() as other:
        other.execute(sql, params)
