"""Gives rows their places in the chains. One sealer at a time, whichever process comes first; any number may try.

A batch is one transaction: the lock, the rows that wait, their links, the new head. It commits as a whole or not at
all, so a chain has neither holes nor forks, wherever it is killed. The file of heads follows the commit.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import connection, transaction

from cdp.core import ids
from cdp.core.chains import heads, judging, keyring, registry, rows
from cdp.core.models import Chain, ChainTable, ChainWaiting

BATCH = 5000
LATE = dt.timedelta(days=1)
"""How long a transaction may last. A row whose id says it is older than what the chain has passed by more is forged."""
_SPACE = 0x0CDC
_PASSING = dt.timedelta(minutes=1)
log = structlog.get_logger("chains")


@dataclass
class _Batch:
    """What one transaction sealed."""

    rows: int = 0
    is_last: bool = True
    newest: dict[tuple[str, str], heads.Head] = field(default_factory=dict)
    is_adopted: bool = False  # the last row of before the chains was taken in


def seal(*, now: dt.datetime, most: int | None = None) -> int:
    """Seal what waits in all ledgers (at most about `most` rows of each); how many rows were sealed.

    Does nothing where another process seals. What cannot be sealed stays behind with the reason, for the verification.
    """
    known, done, found = _known(), 0, {}
    passed: dict[str, dt.datetime] = {}
    _look_for_rows(now)
    for table in _waiting(known):
        sealed = 0
        while most is None or sealed < most:
            batch = _seal_one(table, known, now=now)
            sealed += batch.rows
            found.update(batch.newest)
            passed |= {table: now} if batch.is_adopted else {}
            if batch.is_last:
                break
        done += sealed
    passed |= _pass(now)
    if found or passed:
        _publish(found, passed, known)
    return done


def hold(table: str) -> None:
    """Wait until no sealer works on this ledger, and keep them away until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_SPACE, table])


def _known() -> heads.Known:
    try:
        return heads.read()
    except heads.Unreadable:
        return heads.NOTHING


def _look_for_rows(now: dt.datetime) -> None:
    """Find new rows where the trigger cannot be (tables that are distributed): those young by their id."""
    tables = registry.tables()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = ANY(%s)",
            [[f"{table}_chained" for table in tables]],
        )
        told = {table for (table,) in cursor.fetchall()}
        for table in tables:
            if table not in told:
                # A place is looked up for each row of a day, so this is dearer than the trigger, and only its stand-in.
                cursor.execute(
                    f"""
                    INSERT INTO core_chainwaiting ("table", row_id) SELECT %s, t.id FROM {table} t
                    WHERE t.id >= %s AND NOT EXISTS (SELECT FROM core_chainlink l WHERE l.row_id = t.id)
                        AND NOT EXISTS (SELECT FROM core_chainwaiting w WHERE w.row_id = t.id)
                    """,  # noqa: S608  (declared tables)
                    [table, ids.floor(now - LATE)],
                )


def _waiting(known: heads.Known) -> list[str]:
    """The ledgers with something to do: rows that wait, or rows of before the chains."""
    tables = registry.tables()
    ChainTable.objects.bulk_create([ChainTable(table=table) for table in tables], ignore_conflicts=True)
    unadopted = set(ChainTable.objects.filter(adopted_at=None).values_list("table", flat=True))
    waiting = set(ChainWaiting.objects.filter(fault="").values_list("table", flat=True).distinct())
    return [table for table in tables if table in waiting | (unadopted - known.passed.keys())]


def _seal_one(table: str, known: heads.Known, *, now: dt.datetime) -> _Batch:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_SPACE, table])
        if not cursor.fetchone()[0]:
            return _Batch()
        state = ChainTable.objects.get(table=table)
        # Once only: whoever lets it begin again would have us seal whatever they slipped in before.
        if state.adopted_at is None and table not in known.passed:
            return _adopt(state, now=now)
        waiting = list(
            ChainWaiting.objects.filter(table=table, fault="").order_by("id").values_list("id", "row_id")[:BATCH]
        )
        found = _rows(table, [row for _, row in waiting])
        placed = _placed(table, [row for _, row in waiting])
        passed = max(filter(None, (state.passed_at, known.passed.get(table))), default=None)
        faults = defaultdict(list)
        fresh: dict[uuid.UUID, bytes] = {}
        for number, row in waiting:
            if row in placed:
                continue
            if row not in found:
                faults[judging.GONE].append(number)
            elif passed is not None and _written_at(row, now=now) < passed - LATE:
                faults[judging.BACKDATED].append(number)
            else:
                fresh[row] = found[row]
        batch = _Batch(len(fresh), len(waiting) < BATCH, _link(table, fresh, now=now))
        for fault, numbers in faults.items():
            ChainWaiting.objects.filter(id__in=numbers).update(fault=fault)
            log.error("a row cannot be sealed", table=table, fault=fault, rows=len(numbers))
        cursor.execute(
            "DELETE FROM core_chainwaiting WHERE id = ANY(%s) AND fault = ''", [[number for number, _ in waiting]]
        )
        return batch


def _adopt(state: ChainTable, *, now: dt.datetime) -> _Batch:
    """Take in rows of before the chains, in the order of their ids."""
    found = _rows_after(state.table, state.adopted_to)
    placed = _placed(state.table, list(found))
    fresh = {row: content for row, content in found.items() if row not in placed}
    batch = _Batch(len(fresh), newest=_link(state.table, fresh, now=now), is_last=False)
    if len(found) < BATCH:
        state.adopted_at, batch.is_adopted = now, True
        log.info("a ledger is in its chains", table=state.table)
    state.adopted_to = max(found, default=state.adopted_to)
    state.save()
    return batch


def _link(table: str, fresh: Mapping[uuid.UUID, bytes], *, now: dt.datetime) -> dict[tuple[str, str], heads.Head]:
    """Append these rows to the chains of their months; the new heads."""
    by_month: dict[dt.date, list[uuid.UUID]] = defaultdict(list)
    closed = Chain.objects.filter(table=table).exclude(closed_at=None).order_by("-month").first()
    for row in fresh:
        month = _written_at(row, now=now).date().replace(day=1)
        if closed is not None and month <= closed.month:
            # A closed month takes nothing in; its late rows stand in the first that is open.
            month = (closed.month + dt.timedelta(days=32)).replace(day=1)
        by_month[month].append(row)
    return {
        (table, f"{month:%Y-%m}"): _append(table, month, members, fresh, now=now)
        for month, members in sorted(by_month.items())
    }


def _append(
    table: str, month: dt.date, members: Sequence[uuid.UUID], content: Mapping[uuid.UUID, bytes], *, now: dt.datetime
) -> heads.Head:
    chain = Chain.objects.filter(table=table, month=month).first()
    if chain is None:
        chain = Chain(table=table, month=month, key=keyring.primary())
        chain.mac = judging.genesis(keyring.of_chain(chain.key, table=table, month=month))
        chain.save()
    key = keyring.of_chain(chain.key, table=table, month=month)
    position, mac = chain.position, bytes(chain.mac)
    positions, macs = [], []
    for row in members:
        position += 1
        mac = judging.link(key, mac, position=position, sealed_at=now, row=content[row])
        positions.append(position)
        macs.append(mac)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_chainlink (chain_id, position, row_id, mac, sealed_at)
            SELECT %s, *, %s FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[])
            """,
            [chain.id, now, positions, list(members), macs],
        )
    chain.position, chain.mac, chain.row_id, chain.sealed_at = position, mac, members[-1], now
    chain.save()
    return heads.Head(table, f"{month:%Y-%m}", position, str(members[-1]), mac.hex())


def _written_at(row: uuid.UUID, *, now: dt.datetime) -> dt.datetime:
    """When a row was written, by its id; now for ids that do not say, and never in the future."""
    return min(ids.moment_of(row), now) if row.version == 7 else now


def _rows(table: str, wanted: Sequence[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    return _read(table, "t.id = ANY(%s)", [list(wanted)])


def _rows_after(table: str, after: uuid.UUID | None) -> dict[uuid.UUID, bytes]:
    return _read(table, "t.id > %s ORDER BY t.id LIMIT %s", [after or uuid.UUID(int=0), BATCH])


def _read(table: str, condition: str, params: Sequence[Any]) -> dict[uuid.UUID, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id, {rows.expression(table, 't')} FROM {table} t WHERE {condition}", params)  # noqa: S608  (declared tables)
        return {row: bytes(content) for row, content in cursor.fetchall()}


def _placed(table: str, wanted: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those that have a place already: the queue and the first sealing may both name a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.row_id FROM core_chainlink l JOIN core_chain c ON c.id = l.chain_id AND c."table" = %s
            WHERE l.row_id = ANY(%s)
            """,
            [table, list(wanted)],
        )
        return {row for (row,) in cursor.fetchall()}


def _pass(now: dt.datetime) -> dict[str, dt.datetime]:
    """Note for quiet ledgers that nothing waits, once a minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_chaintable state SET passed_at = %s
            WHERE adopted_at IS NOT NULL AND (passed_at IS NULL OR passed_at < %s) AND NOT EXISTS (
                SELECT FROM core_chainwaiting w WHERE w."table" = state."table" AND w.fault = ''
            ) RETURNING "table"
            """,
            [now, now - _PASSING],
        )
        return dict.fromkeys((table for (table,) in cursor.fetchall()), now)


def _publish(
    found: Mapping[tuple[str, str], heads.Head], passed: Mapping[str, dt.datetime], known: heads.Known
) -> None:
    """Write the heads that follow from those in the file; one that does not fit is evidence and stays."""
    sound = {key: head for key, head in found.items() if key not in known.heads or stands(known.heads[key])}
    for key in found.keys() - sound.keys():
        log.error("the chain does not reach its own head", chain="/".join(key))
    try:
        heads.advance(sound, passed)
    except (OSError, heads.Unreadable):
        log.exception("the file of heads cannot be written")
    for head in sound.values():
        log.info("sealed", table=head.table, month=head.month, position=head.position, mac=head.mac)


def stands(head: heads.Head) -> bool:
    """Whether the database still has this link where the file saw it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT FROM core_chain c JOIN core_chainlink l ON l.chain_id = c.id
                WHERE c."table" = %s AND c.month = %s AND l.position = %s AND l.mac = %s
            ) OR EXISTS (
                SELECT FROM core_chain WHERE "table" = %s AND month = %s AND closed_at IS NOT NULL
                    AND position = %s AND mac = %s
            )
            """,
            [head.table, f"{head.month}-01", head.position, bytes.fromhex(head.mac)] * 2,
        )
        return bool(cursor.fetchone()[0])
