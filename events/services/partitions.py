"""Monthly partitions of the events table, made on demand; years that are long over get one for the whole year.

Whoever has a write key names the times of events, and every question about a customer looks into every partition: with
years a key makes some sixty at most, where months would be more than three hundred.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.db import connection
from psycopg import sql

from cdp.core import ids

_LOCK = 0x0CD_E7E47
_SPAN = re.compile(r"events_event_(\d{4})(?:_(\d{2}))?")
_YEARS_BEFORE = 3
"""A year is made whole once that many lie between it and the present one."""


def ensure(first: dt.datetime, last: dt.datetime) -> list[str]:
    """Make the partitions of every month from `first` to `last` (aware) that are missing; returns their names."""
    return _ensure(_months(first, last), first)


def ensure_months(moments: Iterable[dt.datetime], *, now: dt.datetime) -> list[str]:
    """Make the partitions of exactly the months these moments (aware) lie in: one event of 2011 needs that of 2011."""
    return _ensure(sorted({_start(moment) for moment in moments}), now)


def ensure_ahead(*, now: dt.datetime) -> list[str]:
    """Make this month's partition and the next two, so that no request of a new month waits for it."""
    return ensure(now, now + dt.timedelta(days=62))


def before(moment: dt.datetime) -> list[str]:
    """The partitions of the months and years that ended by then, the oldest first."""
    month = _start(moment)
    spans = {name: found for name in _known() if (found := _SPAN.fullmatch(name))}
    return sorted(
        name for name, span in spans.items() if (int(span[1]), int(span[2] or 13)) < (month.year, month.month)
    )


def stray() -> int:
    """Events that found no month, up to a thousand: there should be none, and whoever watches is told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM events_event_default LIMIT 1000) AS held")
        return int(cursor.fetchone()[0])


def _known() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events_event'::regclass")
        return {row[0] for row in cursor.fetchall()}


def _ensure(months: Sequence[dt.datetime], now: dt.datetime) -> list[str]:
    """Two processes may ask at once: an advisory lock makes the second find them."""
    if not _missing(months, now):
        return []
    made: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for name, (start, end) in _missing(months, now).items():  # asked again: the other one may have made them
            statement = sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} PARTITION OF events_event FOR VALUES FROM ({}) TO ({})"
            ).format(
                sql.Identifier(name),
                sql.Literal(str(ids.floor(start))),
                sql.Literal(str(ids.floor(end))),
            )
            cursor.execute(statement)
            made.append(name)
    return made


def _missing(months: Sequence[dt.datetime], now: dt.datetime) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """What has to be made, with its begin and end. A year of which months are there already goes on by the month."""
    known = _known()
    by_month = {span[1] for name in known if (span := _SPAN.fullmatch(name)) and span[2]}
    found = {}
    for month in months:
        year = month.replace(month=1)
        if _name(month) in known or _year_name(year) in known:
            continue
        if year.year >= now.year - _YEARS_BEFORE or f"{year:%Y}" in by_month:
            found[_name(month)] = (month, _next(month))
        else:
            found[_year_name(year)] = (year, year.replace(year=year.year + 1))
    return found


def _year_name(year: dt.datetime) -> str:
    return f"events_event_{year:%Y}"


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
