"""How far each ledger is sealed and when it was last proved, for pages."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum

from cdp.core.chains import checkpoints, registry
from cdp.core.models import Chain, ChainCheck, ChainTable, ChainWaiting

MOST = 1000
"""Waiting rows that are counted; more are told as this many."""


@dataclass(frozen=True)
class State:
    """One ledger, or what is derived from one (`is_ledger` is false; then only the check is known)."""

    subject: str
    is_ledger: bool = True
    sealed: int = 0
    waiting: int = 0
    is_adopted: bool = True
    since: dt.date | None = None
    head: Chain | None = None
    check: ChainCheck | None = None
    whole_at: dt.datetime | None = None  # every row was proved since then, and not earlier
    faults: Sequence[dict[str, Any]] = field(default_factory=tuple)


def every() -> list[State]:
    """All ledgers and other proofs, in order. A handful of statements over a row for each month."""
    sealed: dict[str, dict[str, Any]] = {
        row["table"]: dict(row)
        for row in Chain.objects.values("table").annotate(
            rows=Sum("position", filter=Q(closed_at=None)), since=Min("month"), newest=Max("month")
        )
    }
    heads = {
        chain.table: chain
        for chain in Chain.objects.filter(sealed_at__isnull=False).order_by("table", "-sealed_at").distinct("table")
    }
    adopted = set(ChainTable.objects.exclude(adopted_at=None).values_list("table", flat=True))
    few = ChainWaiting.objects.filter(id__in=ChainWaiting.objects.order_by("id").values("id")[:MOST])
    waiting = dict(few.values_list("table").annotate(Count("id")).order_by())
    checks = {one.subject: one for one in ChainCheck.objects.order_by("subject", "-started_at").distinct("subject")}
    found = []
    for table in registry.tables():
        about, check = sealed.get(table, {}), checks.get(table)
        found.append(
            State(
                subject=table,
                sealed=about.get("rows") or 0,
                waiting=waiting.get(table, 0),
                is_adopted=table in adopted,
                since=about.get("since"),
                head=heads.get(table),
                check=check,
                whole_at=_whole_at(table) if check and not check.fault_count else None,
                faults=check.faults if check else (),
            )
        )
    for subject in registry.proofs():
        check = checks.get(subject)
        found.append(State(subject, is_ledger=False, check=check, faults=check.faults if check else ()))
    return found


def _whole_at(table: str) -> dt.datetime | None:
    try:
        noted = checkpoints.read(table)
    except checkpoints.Moved:
        return None
    return noted.whole_at if noted else None
