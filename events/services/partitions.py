"""Monthly partitions of the events table, made on demand."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.db import connection
from psycopg import sql

from cdp.core import ids

_LOCK = 0x0CD_E7E47
_MONTH = re.compile(r"events_event_\d{4}_\d{2}")


def ensure(first: dt.datetime, last: dt.datetime) -> list[str]:
    """Make the partitions of every month from `first` to `last` (aware) that are missing; returns their names."""
    return _ensure(_months(first, last))


def ensure_months(moments: Iterable[dt.datetime]) -> list[str]:
    """Make the partitions of exactly the months these moments (aware) lie in: one event of 2011 needs one of 2011."""
    return _ensure(sorted({_start(moment) for moment in moments}))


def ensure_ahead(*, now: dt.datetime) -> list[str]:
    """Make this month's partition and the next two, so that no request of a new month waits for it."""
    return ensure(now, now + dt.timedelta(days=62))


def before(moment: dt.datetime) -> list[str]:
    """The partitions of the months that ended by then, the oldest first."""
    return sorted(name for name in _known() if _MONTH.fullmatch(name) and name < _name(moment))


def stray() -> int:
    """Events that found no month, up to a thousand: there should be none, and whoever watches is told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM events_event_default LIMIT 1000) AS held")
        return int(cursor.fetchone()[0])


def _known() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events_event'::regclass")
        return {row[0] for row in cursor.fetchall()}


def _ensure(months: Sequence[dt.datetime]) -> list[str]:
    """Two processes may ask at once: an advisory lock makes the second find them."""
    made: list[str] = []
    with connection.cursor() as cursor:
        known = _known()
        missing = [month for month in months if _name(month) not in known]
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


def _start(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _months(first: dt.datetime, last: dt.datetime) -> list[dt.datetime]:
    month = _start(first)
    found = []
    while month <= last:
        found.append(month)
        month = _next(month)
    return found
