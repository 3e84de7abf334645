"""Months of events that are older than the shop keeps them: dropped whole, and with them what was derived from them."""

import datetime as dt
import uuid

import structlog
from django.db import connection, transaction
from psycopg import sql

from cdp.core import patience, pipeline
from cdp.core.models import Source
from customers.services import buckets
from events.services import deduplication, partitions, stretches

log = structlog.get_logger("events")
WAIT_SECONDS = 2.0
"""Nobody who writes or reads events waits longer than that for the drop; the next hour tries again."""
AT_ONCE = 20_000
_BUCKETS = frozenset(buckets.IDS)


def drop_old(*, months: int, now: dt.datetime) -> list[str]:
    """Drop the months that ended `months` months before the present one began; 0 keeps all. Returns their names.

    Whoever had an event in them is marked in the same transaction, so that the pipeline forgets the visits of that time
    and computes the figures anew: afterwards everything is as if it had always been so. A file of that time counts
    as new again, so that a shop that keeps more by then can import it.
    """
    dropped = []
    for name in partitions.before(_first_kept(now, months)) if months else ():
        try:
            with transaction.atomic():
                _mark_everybody_in(name)
                _release_imported_in(name)
                with patience.at_most(WAIT_SECONDS), connection.cursor() as cursor:
                    cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
        except patience.LockedTooLong:
            log.info("a month of events is in use; the next hour tries again", partition=name)
            break
        log.info("a month of events was dropped", partition=name)
        dropped.append(name)
    return dropped


def _first_kept(now: dt.datetime, months: int) -> dt.datetime:
    """The beginning of the oldest month that stays: the present one and `months` whole ones before it."""
    count = now.year * 12 + now.month - 1 - months
    return dt.datetime(count // 12, count % 12 + 1, 1, tzinfo=dt.UTC)


def _mark_everybody_in(partition: str) -> None:
    low = uuid.UUID(int=0)
    statement = sql.SQL(
        "SELECT DISTINCT customer_id FROM {} WHERE customer_id > %s ORDER BY customer_id LIMIT %s"
    ).format(sql.Identifier(partition))
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [low, AT_ONCE])
            people = [row[0] for row in cursor.fetchall()]
        if not people:
            return
        known = [who for who in people if who not in _BUCKETS]
        stretches.whole(known)
        pipeline.mark(known, cause="events.month_dropped", lane=pipeline.BULK)
        low = people[-1]


def _release_imported_in(partition: str) -> None:
    """Let the keys of imported events go, which would last for good."""
    if not deduplication.is_any_lasting():
        return
    digesters = {key: deduplication.digester(source) for key, source in Source.objects.values_list("key", "id")}
    statement = sql.SQL("SELECT source, message_id FROM {} WHERE starts_with(message_id, %s)").format(
        sql.Identifier(partition)
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [deduplication.IMPORTED])
        while rows := cursor.fetchmany(AT_ONCE):
            deduplication.release([digesters[source](message) for source, message in rows if source in digesters])
