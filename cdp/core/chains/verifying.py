"""Walks over whole ledgers and names every row that does not fit. Reads in pages by key; writes only its findings.

Three things are proved of a ledger: each link follows from the one before it and from its row as it stands; each row
has a link, or waits for one; and each chain is as long as the file of heads saw it. Rows go on being written meanwhile.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cdp.core.chains import heads, judging, keyring, registry, rows
from cdp.core.chains.registry import Fault, Told
from cdp.core.models import Chain, ChainCheck, ChainTable

PAGE = 10_000
NAMED = 1000
"""How many faults of one subject are named; all are counted."""
KEPT = dt.timedelta(days=90)
Progress = Callable[[str, int], None]


@dataclass
class Result:
    """What was found of one subject: a ledger's table, or what is derived from one."""

    subject: str
    rows: int = 0
    seconds: float = 0.0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    def take(self, told: Told) -> None:
        """Count in what was told."""
        self.rows += told.rows
        self.fault_count += len(told.faults)
        self.faults += told.faults[: NAMED - len(self.faults)]


def verify(*, now: dt.datetime, whole: bool = True, progress: Progress = lambda subject, done: None) -> list[Result]:
    """Prove every ledger and what rooms declared besides, and keep what was found.

    `whole` is about the latter; ledgers are always walked to their end. `progress` hears how many rows are done.
    """
    found = []
    walks: dict[str, Callable[[], Iterator[Told]]] = {
        **{table: lambda table=table: ledger(table) for table in registry.tables()},  # type: ignore[misc]
        **{subject: lambda proof=proof: proof(now, whole) for subject, proof in registry.proofs().items()},  # type: ignore[misc]
    }
    for subject, walk in walks.items():
        result, begun = Result(subject), time.monotonic()
        for told in walk():
            result.take(told)
            progress(subject, result.rows)
        result.seconds = time.monotonic() - begun
        _keep(result, now=now)
        found.append(result)
    ChainCheck.objects.filter(started_at__lt=now - KEPT).delete()
    return found


def ledger(table: str) -> Iterator[Told]:
    """Everything of one ledger."""
    try:
        file = heads.read()
    except heads.Unreadable:
        file = heads.NOTHING
        yield Told(faults=[Fault(str(heads.path()), judging.HEADS)])
    known = file.heads
    chains = list(Chain.objects.filter(table=table).order_by("month"))
    months = {f"{chain.month:%Y-%m}" for chain in chains}
    lost = [head for head in known.values() if head.table == table and head.month not in months]
    yield Told(faults=[Fault(head.row, judging.LOST, head.month, head.position) for head in lost])
    for chain in chains:
        month = f"{chain.month:%Y-%m}"
        try:
            key = keyring.of_chain(chain.key, table=table, month=chain.month)
        except keyring.UnknownKey:
            yield Told(faults=[Fault(str(chain.row_id), judging.KEY, month, chain.position)])
            continue
        head = known.get((table, month))
        yield from _closed(chain, key, head) if chain.closed_at else _open(chain, key, head)
    yield from _without_link(table, is_adopted=table in file.passed)


def _read_file() -> heads.Known:
    try:
        return heads.read()
    except heads.Unreadable:
        return heads.NOTHING


def _closed(chain: Chain, key: bytes, head: heads.Head | None) -> Iterator[Told]:
    assert chain.closed_at, "only closed chains come here"  # noqa: S101
    mac = bytes(chain.mac)
    should = judging.closing(key, position=chain.position, mac=mac, closed_at=chain.closed_at)
    is_sound = should == bytes(chain.closing or b"")
    if head and head.is_closed:
        is_sound = is_sound and (head.position, head.mac) == (chain.position, mac.hex())
    if not is_sound:
        yield Told(faults=[Fault(str(chain.row_id), judging.CLOSING, f"{chain.month:%Y-%m}", chain.position)])


def _open(chain: Chain, key: bytes, head: heads.Head | None) -> Iterator[Told]:
    month, judge, doubted = f"{chain.month:%Y-%m}", judging.Judge(key), False
    chain, last = _head(chain)
    for page in _links(chain):
        faults = []
        for link in page:
            for row, kind, position in judge.hear(link):
                faults.append(Fault(row, kind, month, position))
            if head and link.position == head.position and link.mac.hex() != head.mac:
                doubted = True
        yield Told(len(page), faults)
    at_head = chain.position == judge.position
    faults = [
        Fault(row, kind, month, position) for row, kind, position in judge.end(bytes(chain.mac) if at_head else None)
    ]
    if Chain.objects.filter(id=chain.id).exclude(closed_at=None).exists():
        return  # closed while we walked: what is not there any more was removed as a whole
    ends = [(chain.position, str(chain.row_id)), *([(head.position, head.row)] if head else [])]
    cut = {row: position for position, row in ends if position > judge.position}
    faults += [Fault(row, judging.CUT, month, position) for row, position in cut.items()]
    if (last is not None and last > chain.position) or (at_head and bytes(chain.mac) != judge.mac and not faults):
        faults.append(Fault(str(chain.row_id), judging.HEAD_ALTERED, month, chain.position))
    if doubted and head and not faults:
        faults.append(Fault(head.row, judging.UNPROVED, month, head.position))
    yield Told(faults=faults)


def _head(chain: Chain) -> tuple[Chain, int | None]:
    """The chain and its last position, in one view: sealing goes on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT position, mac, row_id, (SELECT max(l.position) FROM core_chainlink l WHERE l.chain_id = c.id)
            FROM core_chain c WHERE id = %s
            """,
            [chain.id],
        )
        chain.position, chain.mac, chain.row_id, last = cursor.fetchone()
    return chain, last


def _links(chain: Chain) -> Iterator[list[judging.Link]]:
    after = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            row = rows.expression(chain.table, "t")
            cursor.execute(
                f"""
                SELECT l.position, l.row_id::text, l.mac, l.sealed_at, CASE WHEN t.id IS NOT NULL THEN {row} END
                FROM core_chainlink l LEFT JOIN {chain.table} t ON t.id = l.row_id
                WHERE l.chain_id = %s AND l.position > %s ORDER BY l.position LIMIT %s
                """,  # noqa: S608  (declared tables)
                [chain.id, after, PAGE],
            )
            page = [_link(*found) for found in cursor.fetchall()]
        if page:
            after = page[-1].position
            yield page
        if len(page) < PAGE:
            return


def _link(position: int, row_id: str, mac: Any, sealed_at: dt.datetime, row: Any) -> judging.Link:
    return judging.Link(position, row_id, bytes(mac), sealed_at, None if row is None else bytes(row))


def _without_link(table: str, *, is_adopted: bool) -> Iterator[Told]:
    """Rows that have no link and do not wait for one, and those that the sealer refused.

    `is_adopted`: the file knows that the rows of before the chains were taken in.
    """
    if not ChainTable.objects.filter(table=table).exclude(adopted_at=None).exists():
        if not is_adopted:
            return  # rows of before the chains are still being taken in
        yield Told(faults=[Fault(table, judging.REOPENED)])
    after = uuid.UUID(int=0)
    while (upto := _page_end(table, after)) is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT t.id::text FROM {table} t WHERE t.id > %s AND t.id <= %s AND NOT EXISTS (
                    SELECT FROM core_chainlink l JOIN core_chain c ON c.id = l.chain_id AND c."table" = %s
                    WHERE l.row_id = t.id
                ) AND NOT EXISTS (
                    SELECT FROM core_chainwaiting w WHERE w.row_id = t.id AND w."table" = %s
                ) ORDER BY t.id
                """,  # noqa: S608  (declared tables)
                [after, upto, table, table],
            )
            yield Told(faults=[Fault(row, judging.UNSEALED) for (row,) in cursor.fetchall()])
        after = upto
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT row_id::text, fault FROM core_chainwaiting WHERE "table" = %s AND fault <> '' ORDER BY id LIMIT %s
            """,
            [table, NAMED],
        )
        yield Told(faults=[Fault(row, kind) for row, kind in cursor.fetchall()])


def _page_end(table: str, after: uuid.UUID) -> uuid.UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM (SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s) page ORDER BY id DESC LIMIT 1",  # noqa: S608  (declared tables)
            [after, PAGE],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def _keep(result: Result, *, now: dt.datetime) -> None:
    ChainCheck.objects.create(
        subject=result.subject,
        started_at=now,
        finished_at=max(now, timezone.now()),
        rows=result.rows,
        fault_count=result.fault_count,
        faults=[fault.as_json() for fault in result.faults[:100]],
    )


def accept(*, now: dt.datetime) -> int:
    """After a restore: take the database's heads for true; how many chains. The caller writes the audit.

    A ledger that has chains does not take in rows of before them again.
    """
    chains = list(Chain.objects.exclude(row_id=None))
    begun = {chain.table for chain in chains} & set(_read_file().passed)
    ChainTable.objects.bulk_create([ChainTable(table=table) for table in begun], ignore_conflicts=True)
    ChainTable.objects.filter(table__in=begun, adopted_at=None).update(adopted_at=now)
    ChainTable.objects.filter(table__in=begun, passed_at=None).update(passed_at=now)
    passed = {state.table: state.passed_at for state in ChainTable.objects.exclude(passed_at=None) if state.passed_at}
    heads.replace(
        heads.Known(
            {
                (chain.table, f"{chain.month:%Y-%m}"): heads.Head(
                    chain.table,
                    f"{chain.month:%Y-%m}",
                    chain.position,
                    str(chain.row_id),
                    bytes(chain.mac).hex(),
                    is_closed=chain.closed_at is not None,
                )
                for chain in chains
            },
            {table: min(at, now) for table, at in passed.items()},
        )
    )
    return len(chains)
