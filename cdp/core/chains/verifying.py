"""Walks over ledgers and names every row that does not fit. Reads in pages by key; writes only its findings.

WHOLE walks over everything. NIGHT walks over what is new since the last verification and over a share of the rest, so
that every row is proved anew within `checkpoints.NIGHTS`; NEW leaves the share out. A ledger in which something does
not fit is walked whole until everything fits.

Three things are proved of a ledger: each link follows from the one before it and from its row as it stands; each row
has a link, or waits for one; and each chain is as long as the file of heads saw it. Rows go on being written meanwhile.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cdp.core import ids
from cdp.core.chains import checkpoints, heads, judging, keyring, registry, rows
from cdp.core.chains.checkpoints import Checkpoint, Round
from cdp.core.chains.registry import Fault, Told
from cdp.core.models import Chain, ChainCheck, ChainLink, ChainTable

PAGE = 10_000
NAMED = 1000
"""How many faults of one subject are named; all are counted."""
KEPT = dt.timedelta(days=90)
ALONE = 0x0CD_C8EC
"""The lock of whoever verifies: two at once would only take twice as long."""
_UTMOST = uuid.UUID(int=2**128 - 1)
_LAST = 2**62
LATE = dt.timedelta(days=2)
"""Ids of new rows are looked for from so long before the last verification: transactions last, clocks differ."""
Progress = Callable[[str, int], None]


class Depth(Enum):
    """How much is walked over."""

    WHOLE = "whole"
    NIGHT = "night"
    NEW = "new"


@dataclass
class Result:
    """What was found of one subject: a ledger's table, or what is derived from one."""

    subject: str
    rows: int = 0
    seconds: float = 0.0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    is_whole: bool = True

    def take(self, told: Told) -> None:
        """Count in what was told."""
        self.rows += told.rows
        self.fault_count += len(told.faults)
        self.faults += told.faults[: NAMED - len(self.faults)]


def verify(
    *,
    now: dt.datetime,
    whole: bool = True,
    depth: Depth = Depth.WHOLE,
    progress: Progress = lambda subject, done: None,
) -> list[Result]:
    """Prove every ledger and what rooms declared besides, and keep what was found.

    `depth` is about the ledgers, `whole` about the rest: all of it, or a sample. `progress` hears how many rows are
    done.
    """
    found = []
    walks: dict[str, Callable[[], Iterator[Told]]] = {
        subject: lambda proof=proof: proof(now, whole)  # type: ignore[misc]
        for subject, proof in registry.proofs().items()
    }
    for table in registry.tables():
        walk = _Walk(table, now=now, depth=depth)
        result = _hear(Result(table, is_whole=walk.before is None), walk.told(), progress)
        walk.keep(is_sound=not result.fault_count)
        _keep(result, now=now)
        found.append(result)
    for subject, proof in walks.items():
        result = _hear(Result(subject, is_whole=whole), proof(), progress)
        _keep(result, now=now)
        found.append(result)
    ChainCheck.objects.filter(started_at__lt=now - KEPT).delete()
    return found


def _hear(result: Result, told: Iterator[Told], progress: Progress) -> Result:
    begun = time.monotonic()
    for one in told:
        result.take(one)
        progress(result.subject, result.rows)
    result.seconds = time.monotonic() - begun
    return result


def ledger(table: str) -> Iterator[Told]:
    """Everything of one ledger."""
    return _Walk(table, now=timezone.now(), depth=Depth.WHOLE).told()


class _Walk:
    """One verification of one ledger, and what is noted of it afterwards."""

    def __init__(self, table: str, *, now: dt.datetime, depth: Depth) -> None:
        self.table, self.now, self.depth = table, now, depth
        self.before: Checkpoint | None = None  # None: everything is walked over
        self.links: dict[str, tuple[int, str]] = {}
        self.round: Round | None = None
        self._is_moved = False
        if depth is not Depth.WHOLE:
            try:
                noted = checkpoints.read(table)
            except checkpoints.Moved:
                self._is_moved = True
            else:
                self.before = noted if noted and noted.whole_at > now - checkpoints.LATEST else None

    def told(self) -> Iterator[Told]:
        try:
            file = heads.read()
        except heads.Unreadable:
            file = heads.NOTHING
            yield Told(faults=[Fault(str(heads.path()), judging.HEADS)])
        if self._is_moved:
            yield Told(faults=[Fault(self.table, judging.MOVED)])
        known, table = file.heads, self.table
        chains = list(Chain.objects.filter(table=table).order_by("month"))
        months = {_month(chain) for chain in chains}
        lost = [head for head in known.values() if head.table == table and head.month not in months]
        yield Told(faults=[Fault(head.row, judging.LOST, head.month, head.position) for head in lost])
        walked = []
        for chain in chains:
            month = _month(chain)
            try:
                key = keyring.of_chain(chain.key, table=table, month=chain.month)
            except keyring.UnknownKey:
                yield Told(faults=[Fault(str(chain.row_id), judging.KEY, month, chain.position)])
                continue
            head = known.get((table, month))
            if chain.closed_at:
                yield from _closed(chain, key, head)
                continue
            judge = judging.Judge(key, after=self._start(chain))
            walked.append((chain, key, head, judge.position))
            yield from _open(chain, judge, head)
            self.links[month] = (judge.position, judge.mac.hex())
        if not _is_adopted(table):
            if table in file.passed:
                yield Told(faults=[Fault(table, judging.REOPENED)])
            else:
                return  # rows of before the chains are still being taken in
        yield from _without_link(table, after=ids.floor(self.before.at - LATE) if self.before else checkpoints.FIRST)
        yield _refused(table)
        if self.before is not None and self.depth is Depth.NIGHT:
            yield from self._go_round(self.before, walked)

    def keep(self, *, is_sound: bool) -> None:
        """Note how far it is proved; where something does not fit, nothing: the next walks over everything."""
        if not is_sound:
            checkpoints.forget(self.table)
            return
        whole_at, going = self.now, self.round
        if self.before is not None:
            whole_at = self.before.whole_at
            going = self.round if self.depth is Depth.NIGHT else self.before.round
            if going is not None and going.links_done and going.rows_done:
                whole_at, going = going.began, None
        checkpoints.keep(self.table, Checkpoint(self.now, whole_at, self.links, going))

    def _start(self, chain: Chain) -> tuple[int, bytes] | None:
        """Behind which link the new ones begin; None where that link is not there any more: then from the beginning."""
        noted = self.before.links.get(_month(chain)) if self.before else None
        if noted is None:
            return None
        position, mac = noted[0], bytes.fromhex(noted[1])
        return (position, mac) if _link_at(chain, position) == (position, mac) else None

    def _go_round(
        self, before: Checkpoint, chains: list[tuple[Chain, bytes, heads.Head | None, int]]
    ) -> Iterator[Told]:
        """The share of this night of what was proved before."""
        going = before.round or Round(began=self.now)
        share = max(PAGE, -(-sum(chain.position for chain, *_ in chains) // checkpoints.NIGHTS))
        left = share
        for chain, key, head, proved in chains:
            month = _month(chain)
            if going.links_done or left <= 0 or month < going.month:
                continue
            after = _link_at(chain, going.position) if month == going.month and going.position else None
            judge = judging.Judge(key, after=after)
            upto = min(proved, judge.position + left)
            if judge.position < upto:
                left -= upto - judge.position
                yield from _stretch(chain, judge, head, upto)
            going = replace(going, month=month, position=upto)
        going = replace(going, links_done=going.links_done or left > 0)
        if not going.rows_done:
            end = going.row
            for _page in range(-(-share // PAGE)):
                following = _page_end(self.table, end)
                if following is None:
                    going = replace(going, rows_done=True)
                    break
                end = following
            yield from _without_link(self.table, after=going.row, upto=end)
            going = replace(going, row=end)
        self.round = going


def _month(chain: Chain) -> str:
    return f"{chain.month:%Y-%m}"


def _is_adopted(table: str) -> bool:
    return ChainTable.objects.filter(table=table).exclude(adopted_at=None).exists()


def _link_at(chain: Chain, position: int) -> tuple[int, bytes] | None:
    """The link at that position, or the last before it; None where there is none."""
    found = ChainLink.objects.filter(chain_id=chain.id, position__lte=position).order_by("-position").first()
    return (found.position, bytes(found.mac)) if found else None


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


def _open(chain: Chain, judge: judging.Judge, head: heads.Head | None) -> Iterator[Told]:
    """From where the judge stands to the end of the chain."""
    month, doubted = _month(chain), False
    chain, last = _head(chain)
    for page in _links(chain, after=judge.position):
        told = _judged(page, judge, month)
        doubted = doubted or _is_doubted(page, head)
        yield told
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


def _stretch(chain: Chain, judge: judging.Judge, head: heads.Head | None, upto: int) -> Iterator[Told]:
    """From where the judge stands to a position, and one link further: the next tells what is wrong with the last."""
    month = _month(chain)
    for page in _links(chain, after=judge.position, upto=upto + 1):
        told = _judged(page, judge, month)
        if _is_doubted(page, head) and head and not told.faults:
            told = Told(told.rows, [Fault(head.row, judging.UNPROVED, month, head.position)])
        yield told
    newest = bytes(chain.mac) if judge.position == chain.position else None
    rest = (Fault(row, kind, month, position) for row, kind, position in judge.end(newest))
    faults = [fault for fault in rest if fault.position is not None and fault.position <= upto]
    if Chain.objects.filter(id=chain.id, closed_at=None).exists():
        yield Told(faults=faults)


def _judged(page: list[judging.Link], judge: judging.Judge, month: str) -> Told:
    faults = [Fault(row, kind, month, position) for link in page for row, kind, position in judge.hear(link)]
    return Told(len(page), faults)


def _is_doubted(page: list[judging.Link], head: heads.Head | None) -> bool:
    return head is not None and any(link.position == head.position and link.mac.hex() != head.mac for link in page)


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


def _links(chain: Chain, *, after: int, upto: int = _LAST) -> Iterator[list[judging.Link]]:
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            row = rows.expression(chain.table, "t")
            cursor.execute(
                f"""
                SELECT l.position, l.row_id::text, l.mac, l.sealed_at, CASE WHEN t.id IS NOT NULL THEN {row} END
                FROM core_chainlink l LEFT JOIN {chain.table} t ON t.id = l.row_id
                WHERE l.chain_id = %s AND l.position > %s AND l.position <= %s ORDER BY l.position LIMIT %s
                """,  # noqa: S608  (declared tables)
                [chain.id, after, upto, PAGE],
            )
            page = [_link(*found) for found in cursor.fetchall()]
        if page:
            after = page[-1].position
            yield page
        if len(page) < PAGE:
            return


def _link(position: int, row_id: str, mac: Any, sealed_at: dt.datetime, row: Any) -> judging.Link:
    return judging.Link(position, row_id, bytes(mac), sealed_at, None if row is None else bytes(row))


def _without_link(table: str, *, after: uuid.UUID, upto: uuid.UUID | None = None) -> Iterator[Told]:
    """Rows between two ids (None: to the end) that have no link and do not wait for one."""
    while (end := _page_end(table, after, upto)) is not None:
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
                [after, end, table, table],
            )
            yield Told(faults=[Fault(row, judging.UNSEALED) for (row,) in cursor.fetchall()])
        after = end


def _refused(table: str) -> Told:
    """Rows that the sealer refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT row_id::text, fault FROM core_chainwaiting WHERE "table" = %s AND fault <> '' ORDER BY id LIMIT %s
            """,
            [table, NAMED],
        )
        return Told(faults=[Fault(row, kind) for row, kind in cursor.fetchall()])


def _page_end(table: str, after: uuid.UUID, upto: uuid.UUID | None = None) -> uuid.UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id FROM (
                SELECT id FROM {table} WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
            ) page ORDER BY id DESC LIMIT 1
            """,  # noqa: S608  (declared tables)
            [after, upto or _UTMOST, PAGE],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def _keep(result: Result, *, now: dt.datetime) -> None:
    ChainCheck.objects.create(
        subject=result.subject,
        started_at=now,
        finished_at=max(now, timezone.now()),
        rows=result.rows,
        is_whole=result.is_whole,
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
