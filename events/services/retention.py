"""Months of events that are older than the shop keeps them: dropped whole, and with them what was derived from them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

import structlog
from django.db import connection, transaction
from psycopg import sql

from cdp.core import copying, holds, patience, pipeline
from cdp.core.models import Source
from cdp.core.retention import Action, Gone, Row, WholePart
from cdp.core.retention.registry import Again, Busy
from customers.services import buckets
from events.models import Event
from events.services import deduplication, partitions, stretches

log = structlog.get_logger("events")
WAIT_SECONDS = 2.0
"""Nobody who writes or reads events waits longer than that for the drop; the next hour tries again."""
AT_ONCE = 20_000


def drop_old(*, months: int, now: dt.datetime) -> list[str]:
    """Drop the months that ended `months` months before the present one began; 0 keeps all. Returns their names.

    Whoever had an event in them is marked in the same transaction, so that the pipeline forgets the visits of that time
    and computes the figures anew: afterwards everything is as if it had always been so. A file of that time counts
    as new again, so that a shop that keeps more by then can import it. A month with somebody whom a legal hold
    protects stays whole.
    """
    dropped: list[str] = []
    held = sorted(holds.everybody()) if months else []
    for name in partitions.before(_first_kept(now, months)) if months else ():
        if held and _has(name, held):
            continue
        try:
            _drop(name)
        except Busy:
            break
        dropped.append(name)
    return dropped


def drop_next(before: dt.datetime, held: Sequence[uuid.UUID], _now: dt.datetime) -> WholePart | None:
    """Drop the oldest month that ended before then and has nobody whom a hold protects, as a part of a retention run;
    says what was in it. None when there is none. Raises Busy.
    """
    for name in partitions.before(before):
        if held and _has(name, held):
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT count(*), sum(hashtextextended(r.id::text, 0)::numeric), min(r.occurred_at) FROM {} r"
                ).format(sql.Identifier(name))
            )
            rows, checksum, oldest = cursor.fetchone()
        _drop(name)
        return WholePart(rows, int(checksum or 0), oldest)
    return None


def remove(rows: Sequence[Row], _action: Action, again: Again, _now: dt.datetime) -> Gone:
    """Delete single events whose month cannot go whole. Part of a retention run, in its transaction."""
    over = again([row.key for row in rows])
    owners = {row.owner for row in rows if row.key in over and row.owner}
    found = Event.objects.filter(customer_id__in=owners, id__in=over)
    if deduplication.is_any_lasting():
        imported = found.filter(message_id__startswith=deduplication.IMPORTED).values_list("source", "message_id")
        _release(imported)
    found.delete()
    known = [who for who in owners if who not in buckets.ALL]
    stretches.whole(known)
    return Gone(over, {"events.Event": len(over)} if over else {})


def _has(name: str, people: Sequence[uuid.UUID]) -> bool:
    """Whether any of these people has an event in that partition; its index begins with the customer."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT EXISTS (SELECT 1 FROM {} WHERE customer_id = ANY(%s::uuid[]))").format(
                sql.Identifier(name)
            ),
            [copying.array(list(people))],
        )
        return bool(cursor.fetchone()[0])


def _drop(name: str) -> None:
    try:
        with transaction.atomic():
            _mark_everybody_in(name)
            _release_imported_in(name)
            with patience.at_most(WAIT_SECONDS), connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    except patience.LockedTooLong as error:
        log.info("a month of events is in use; the next run tries again", partition=name)
        raise Busy from error
    log.info("a month of events was dropped", partition=name)


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
        known = [who for who in people if who not in buckets.ALL]
        stretches.whole(known)
        pipeline.mark(known, cause="events.month_dropped", lane=pipeline.BULK)
        low = people[-1]


def _release_imported_in(partition: str) -> None:
    """Let the keys of imported events go, which would last for good."""
    if not deduplication.is_any_lasting():
        return
    statement = sql.SQL("SELECT source, message_id FROM {} WHERE starts_with(message_id, %s)").format(
        sql.Identifier(partition)
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [deduplication.IMPORTED])
        while rows := cursor.fetchmany(AT_ONCE):
            _release(rows)


def _release(rows: Iterable[tuple[str, str]]) -> None:
    digesters = {key: deduplication.digester(source) for key, source in Source.objects.values_list("key", "id")}
    deduplication.release([digesters[source](message) for source, message in rows if source in digesters])
