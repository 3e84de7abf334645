"""Who is in which segment: everybody judged by one statement, or the customers that changed by all segments at once.

Both write only who entered and who left, and both stand on the same conditions, so they agree. How many entered and
left is written with the members (`SegmentGrowth`) and added to the segment's size when they are committed.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

import structlog
from django.db import connection, transaction

from analytics.models import Segment, SegmentChange, SegmentGrowth
from analytics.rules import tree
from analytics.rules.compiler import Compiler
from analytics.rules.problems import InvalidRules
from analytics.selectors import audiences, segments
from analytics.selectors.clock import clock, digits
from analytics.services import telling, turns
from cdp.core import ids
from consent.selectors import profiling

log = structlog.get_logger("segments")

Judged = tuple[Segment, tree.Rule]

# Rows of a run get their ids in SQL: the time half of a UUIDv7 made for this run (its counter keeps runs of one process
# in order), the random half of the customer's own. Ids sort by run, and are unique because a run sees everybody once.
# The strings put together here are our own words; values only ever travel beside them.
# ruff: noqa: S608
_NEW_ID = "(%(head)s || substr({id}::text, 20))::uuid"
# The comparisons are EXCEPT, which hashes or sorts whatever the planner believes of sizes: with NOT EXISTS a segment
# table that statistics still knew as empty was scanned once per customer (seen: 17 s instead of 1 s).
_WHY = f"CASE WHEN {profiling.is_stopped('c')} THEN '{SegmentChange.NOT_PROFILED}' ELSE '' END"
_LEAVE = f"""
WITH gone AS (
    DELETE FROM analytics_segmentmember m
    USING (
        SELECT customer_id FROM analytics_segmentmember WHERE segment_id = %(segment)s EXCEPT SELECT id FROM judged
    ) old
    WHERE m.segment_id = %(segment)s AND m.customer_id = old.customer_id
    RETURNING m.customer_id
)
INSERT INTO analytics_segmentchange (id, customer_id, segment_id, entered, at, version, reason)
SELECT {_NEW_ID.format(id="c.id")}, c.id, %(segment)s, FALSE, %(now)s, %(version)s, {_WHY}
FROM gone JOIN customers_customer c ON c.id = gone.customer_id
"""
_ENTER = f"""
WITH fresh AS (
    INSERT INTO analytics_segmentmember (id, customer_id, segment_id, entered_at)
    SELECT {_NEW_ID.format(id="new.id")}, new.id, %(segment)s, %(now)s
    FROM (
        SELECT id FROM judged EXCEPT SELECT customer_id FROM analytics_segmentmember WHERE segment_id = %(segment)s
    ) new
    RETURNING id, customer_id
)
INSERT INTO analytics_segmentchange (id, customer_id, segment_id, entered, at, version)
SELECT id, customer_id, %(segment)s, TRUE, %(now)s, %(version)s FROM fresh
"""
_DISSOLVE = f"""
WITH gone AS (DELETE FROM analytics_segmentmember WHERE segment_id = %(segment)s RETURNING customer_id)
INSERT INTO analytics_segmentchange (id, customer_id, segment_id, entered, at, version)
SELECT {_NEW_ID.format(id="customer_id")}, customer_id, %(segment)s, FALSE, %(now)s, %(version)s FROM gone
"""
_ADD_UP = """
WITH gone AS (DELETE FROM analytics_segmentgrowth WHERE segment_id = %(segment)s RETURNING by)
UPDATE analytics_segment SET size = size + (SELECT coalesce(sum(by), 0) FROM gone) WHERE id = %(segment)s
"""
# One statement, one snapshot: the growth it forgets is that of the members it counts, whoever commits meanwhile.
_COUNT = """
WITH gone AS (DELETE FROM analytics_segmentgrowth WHERE segment_id = %(segment)s)
UPDATE analytics_segment
SET size = (SELECT count(*) FROM analytics_segmentmember WHERE segment_id = %(segment)s) WHERE id = %(segment)s
RETURNING size
"""
_MEMORY = "64MB"  # for the comparisons of a million members; given back at the end of the transaction


def refresh(segment: Segment, now: datetime) -> tuple[int, int]:
    """Judge all known customers. Returns how many entered and how many left.

    Segments it refers to are taken as they are stored; `refresh_many` keeps the order.
    Raises turns.NoTurn when the pipeline gives no turn in time, InvalidRules for rules that are out of date.
    """
    rule = segments.rules_of(segment)
    params = _run(segment, now)
    with transaction.atomic(), connection.cursor() as cursor:
        turns.take_alone()
        if not segments.live().filter(id=segment.id).exists():  # archived while we waited
            return 0, 0
        cursor.execute("SELECT set_config('work_mem', %s, true)", [_MEMORY])
        found = audiences.statement(rule, now=now, is_profiling=True)
        # A table of its own, analysed: judged once, compared twice, with its true size known.
        cursor.execute(f"CREATE TEMPORARY TABLE judged ON COMMIT DROP AS {found.sql}", found.params)
        cursor.execute("ANALYZE judged")
        cursor.execute(_LEAVE, params)
        left = cursor.rowcount
        cursor.execute(_ENTER, params)
        entered = cursor.rowcount
        cursor.execute("DROP TABLE judged")
        telling.tell_run(segment, params)
        size = _counted(segment.id)
        # Rules saved meanwhile leave the segment due, so that it is judged by the new ones.
        Segment.objects.filter(id=segment.id, version=segment.version).update(refreshed_at=now)
    segment.size, segment.refreshed_at = size, now
    return entered, left


def dissolve(segment: Segment, now: datetime) -> None:
    """Everybody leaves."""
    with transaction.atomic(), connection.cursor() as cursor:
        params = _run(segment, now)
        cursor.execute(_DISSOLVE, params)
        telling.tell_run(segment, params)
        _counted(segment.id)


def _counted(segment: uuid.UUID) -> int:
    """Set the size to the number of members, until the transaction ends by us alone; 0 for one that is not saved."""
    with connection.cursor() as cursor:
        # The segment's row before its growth, as in `_add_up`: the other way round the two could block each other.
        cursor.execute("SELECT 1 FROM analytics_segment WHERE id = %s FOR UPDATE", [segment])
        cursor.execute(_COUNT, {"segment": segment})
        row = cursor.fetchone()
    return row[0] if row else 0


def _run(segment: Segment, now: datetime) -> dict[str, Any]:
    return {"segment": segment.id, "now": now, "version": segment.version, "head": str(ids.uuid7())[:19]}


def refresh_many(keys: Iterable[str], now: datetime) -> dict[str, tuple[int, int]]:
    """Refresh these live segments and all that refer to them, each after the ones it stands on; entered and left by
    key. A segment whose rules can no longer be read is reported in the log and keeps its members.
    """
    wanted = set(keys)
    done: dict[str, tuple[int, int]] = {}
    for segment, rule in _readable(segments.live()):
        if segment.key in wanted or tree.references(rule) & done.keys():
            done[segment.key] = refresh(segment, now)
    return done


def refresh_all(now: datetime) -> dict[str, tuple[int, int]]:
    """Refresh every live segment."""
    return refresh_many(segments.live().values_list("key", flat=True), now)


def refresh_due(now: datetime) -> dict[str, tuple[int, int]]:
    """Refresh what time alone may have changed. All rules about time count days of the shop's zone, so a segment is due
    when it was not yet judged today, or not since its rules were saved; facts of the day reach it through the pipeline.
    """
    begins = clock(now).midnight(clock(now).today)
    due = [
        segment.key
        for segment in segments.live()
        if segment.refreshed_at is None or not begins <= segment.refreshed_at <= now
    ]
    return refresh_many(due, now) if due else {}


def update(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Pipeline step: judge these customers by all live segments."""
    if not customers:
        return
    with transaction.atomic():
        turns.share()
        live = audiences.live_ids()
        changed: Counter[uuid.UUID] = Counter()
        for level in _levels(_readable(segments.live())):
            changed.update(_judge(level, list(customers), now, live))
        _grow(changed)


def count(rows: Sequence[Mapping[str, Any]], by: int) -> None:
    """Somebody else wrote (`by` 1) or deleted (-1) these members, in this transaction: a merge does."""
    changed: Counter[uuid.UUID] = Counter()
    for row in rows:
        changed[uuid.UUID(row["segment_id"])] += by
    _grow(changed)


def _grow(changed: Mapping[uuid.UUID, int]) -> None:
    """By how much each segment grew in this transaction."""
    grown = {segment: by for segment, by in sorted(changed.items()) if by}
    if grown:
        SegmentGrowth.objects.bulk_create(SegmentGrowth(segment_id=segment, by=by) for segment, by in grown.items())
        # After the commit: a lock on the segment's row held to the end of a drain would make all drains queue.
        # Should the process die in between, whoever comes next adds it up.
        transaction.on_commit(lambda: _add_up(grown))


def _readable(live: Iterable[Segment]) -> list[Judged]:
    """Segments with their trees, each after the ones it refers to."""
    readable = []
    for segment in live:
        try:
            segments.rules_of(segment)
        except InvalidRules as problem:
            log.error("the rules of a segment cannot be read any more", segment=segment.key, problem=str(problem))  # noqa: TRY400
        else:
            readable.append(segment)
    return segments.in_order(readable)


def _levels(ordered: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Groups that may be judged together: nobody in a group refers to another of it."""
    by_key = {segment.key: (segment, rule) for segment, rule in ordered}
    sorter = TopologicalSorter({key: tree.references(rule) & by_key.keys() for key, (_s, rule) in by_key.items()})
    sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield [by_key[key] for key in sorted(ready)]
        sorter.done(*ready)


def _judge(
    level: Sequence[Judged], customers: list[uuid.UUID], now: datetime, live: dict[str, uuid.UUID]
) -> Counter[uuid.UUID]:
    """Write what changed for these customers; returns by how much each segment grew."""
    compiler = Compiler(clock(now), digits(), live, scoped=True, params={"ids": customers})
    columns = ", ".join(f"({compiler.sql(rule)}) IS TRUE" for _segment, rule in level)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, {columns} FROM customers_customer c"
            " LEFT JOIN analytics_customermetrics m ON m.customer_id = c.id"
            f" WHERE c.id = ANY(%(ids)s) AND c.status = 'known' AND NOT {profiling.is_stopped('c')}",
            compiler.params | {"now": now},
        )
        verdicts = cursor.fetchall()
        cursor.execute(
            "SELECT segment_id, customer_id FROM analytics_segmentmember"
            " WHERE customer_id = ANY(%s) AND segment_id = ANY(%s)",
            [customers, [segment.id for segment, _rule in level]],
        )
        stored = set(cursor.fetchall())
        wanted = {
            (segment.id, row[0])
            for position, (segment, _rule) in enumerate(level, start=1)
            for row in verdicts
            if row[position]
        }
        versions = {segment.id: segment.version for segment, _rule in level}
        grown = _enter(cursor, sorted(wanted - stored), versions, now)
        grown.subtract(_leave(cursor, sorted(stored - wanted), versions, now))
    return grown


def _enter(
    cursor: Any, pairs: list[tuple[uuid.UUID, uuid.UUID]], versions: dict[uuid.UUID, str], now: datetime
) -> Counter[uuid.UUID]:
    """Returns how many really entered each segment."""
    if not pairs:
        return Counter()
    # An inline run beside a drain may have been first: the history tells only what was really written.
    cursor.execute(
        """
        WITH fresh AS (
            INSERT INTO analytics_segmentmember (id, customer_id, segment_id, entered_at)
            SELECT id, customer_id, segment_id, %(now)s
            FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(segments)s::uuid[]) new (id, customer_id, segment_id)
            ON CONFLICT (customer_id, segment_id) DO NOTHING
            RETURNING id, customer_id, segment_id
        )
        INSERT INTO analytics_segmentchange (id, customer_id, segment_id, entered, at, version)
        SELECT id, customer_id, segment_id, TRUE, %(now)s, %(versions)s::jsonb ->> segment_id::text FROM fresh
        RETURNING segment_id, customer_id
        """,
        _columns(pairs, versions, now),
    )
    return _told(telling.ENTERED, cursor.fetchall(), now)


def _leave(
    cursor: Any, pairs: list[tuple[uuid.UUID, uuid.UUID]], versions: dict[uuid.UUID, str], now: datetime
) -> Counter[uuid.UUID]:
    """Returns how many really left each segment."""
    if not pairs:
        return Counter()
    cursor.execute(
        f"""
        WITH left_now AS (
            DELETE FROM analytics_segmentmember m
            USING unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(segments)s::uuid[]) old (id, customer_id, segment_id)
            WHERE m.customer_id = old.customer_id AND m.segment_id = old.segment_id
            RETURNING old.id, m.customer_id, m.segment_id
        )
        INSERT INTO analytics_segmentchange (id, customer_id, segment_id, entered, at, version, reason)
        SELECT left_now.id, c.id, segment_id, FALSE, %(now)s, %(versions)s::jsonb ->> segment_id::text, {_WHY}
        FROM left_now JOIN customers_customer c ON c.id = left_now.customer_id
        RETURNING segment_id, customer_id
        """,
        _columns(pairs, versions, now),
    )
    return _told(telling.LEFT, cursor.fetchall(), now)


def _told(event: str, pairs: list[tuple[uuid.UUID, uuid.UUID]], now: datetime) -> Counter[uuid.UUID]:
    telling.tell(event, pairs, at=now)
    return Counter(segment for segment, _customer in pairs)


def _columns(pairs: list[tuple[uuid.UUID, uuid.UUID]], versions: dict[uuid.UUID, str], now: datetime) -> dict[str, Any]:
    listed = ", ".join(f'"{segment}": "{version}"' for segment, version in versions.items())
    return {
        "ids": [ids.uuid7() for _ in pairs],
        "segments": [segment for segment, _customer in pairs],
        "customers": [customer for _segment, customer in pairs],
        "versions": f"{{{listed}}}",
        "now": now,
    }


def _add_up(segments_: Iterable[uuid.UUID]) -> None:
    """Add what grew to the sizes of these segments."""
    for segment in segments_:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM analytics_segment WHERE id = %s FOR UPDATE", [segment])
            cursor.execute(_ADD_UP, {"segment": segment})
