"""Monthly partitions of the events table, made on demand."""

import datetime as dt

from django.db import connection
from psycopg import sql

from cdp.core import ids

_LOCK = 0x0CD_E7E47


def ensure(first: dt.datetime, last: dt.datetime) -> list[str]:
    """Make the partitions of every month from `first` to `last` (aware) that are missing; returns their names.

    Two processes may ask at once: an advisory lock makes the second find them.
    """
    made: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events_event'::regclass")
        known = {row[0] for row in cursor.fetchall()}
        missing = [month for month in _months(first, last) if _name(month) not in known]
        if not missing:
            return made
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for month in missing:
            statement = sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} PARTITION OF events_event FOR VALUES FROM ({}) TO ({})"
            ).format(
                sql.Identifier(_name(month)),
                sql.Literal(str(ids.floor(month))),
                sql.Literal(str(ids.floor(_next(month)))),
            )
            cursor.execute(statement)
            made.append(_name(month))
    return made


def _name(month: dt.datetime) -> str:
    return f"events_event_{month:%Y_%m}"


def _next(month: dt.datetime) -> dt.datetime:
    return (month + dt.timedelta(days=32)).replace(day=1)


def _months(first: dt.datetime, last: dt.datetime) -> list[dt.datetime]:
    month = first.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    while month <= last:
        found.append(month)
        month = _next(month)
    return found
