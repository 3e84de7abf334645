"""What was booked for facts so far, and what members' acts say for caps and tiers. Reads only."""

import datetime as dt
import json
import uuid
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from cdp.core import copying
from loyalty.models import Act

ZERO = Decimal(0)


@dataclass(slots=True)
class Booked:
    """What was booked for one fact in one purse.

    `by` is what it brought so far by wallet, `forgiven` what of that was let go when it was taken back, `counts` what
    counts for tiers, `judged` the newest judgement by wallet, `lots` its lots by wallet, newest first, `on` when the
    fact happened, and `last` the number of its last act.
    """

    by: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    forgiven: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    counts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    judged: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    lots: dict[str, list[uuid.UUID]] = field(default_factory=lambda: defaultdict(list))
    version: uuid.UUID | None = None
    on: datetime | None = None
    last: int = -1

    def add(
        self, act: uuid.UUID, kind: str, wallet: str, cause: str, version: uuid.UUID | None, at: datetime, said: Any
    ) -> None:
        """One more act, in their order."""
        self.last = max(self.last, number(cause))
        self.version = self.version or version
        self.by[wallet] += Decimal(said.get("by", 0))
        self.forgiven[wallet] += Decimal(said.get("forgiven", 0))
        for basis, value in said.get("counts", {}).items():
            self.counts[basis] += Decimal(value)
        if "lines" in said:
            self.judged[wallet] = said
        if kind == Act.Kind.EARN and said.get("lot"):
            self.lots[wallet].insert(0, act)
        if self.on is None:
            self.on = datetime.fromisoformat(said["on"]) if "on" in said else at


def number(cause: str) -> int:
    """Which act of its fact a cause names: `order:…` is 0, `order:…#2` is 2."""
    return int(cause.rpartition("#")[2]) if "#" in cause else 0


def of(tops: Mapping[uuid.UUID, uuid.UUID], facts: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, uuid.UUID], Booked]:
    """What was booked by purse and fact; `tops` tells who stands for each row. One query."""
    found: dict[tuple[uuid.UUID, uuid.UUID], Booked] = defaultdict(Booked)
    if not facts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id, fact_id, id, kind, wallet, cause, version, at, details::text FROM loyalty_act
            WHERE customer_id = ANY(%s::uuid[]) AND fact_id = ANY(%s::uuid[]) AND kind IN ('earn', 'refund')
                AND details IS NOT NULL
            ORDER BY id
            """,
            [copying.array(list(tops)), copying.array(list(facts))],
        )
        rows = cursor.fetchall()
    for row, fact, act, kind, wallet, cause, version, at, details in rows:
        found[tops[row], fact].add(act, kind, wallet, cause, version, at, json.loads(details))
    return found


class History:
    """What counts for tiers by moment, and what each rule gave by day, of one purse."""

    def __init__(self) -> None:
        """Empty; see `histories`."""
        self._counted: list[tuple[datetime, int, Mapping[str, Decimal]]] = []
        self.by: dict[str, Decimal] = defaultdict(lambda: ZERO)
        self._given: dict[tuple[uuid.UUID, str], tuple[dt.date, Mapping[str, Decimal]]] = {}

    def count(self, moment: datetime, counts: Mapping[str, Decimal]) -> None:
        """Something that counts; negative where it was taken back."""
        insort(self._counted, (moment, len(self._counted), counts))

    def give(self, fact: tuple[uuid.UUID, str], on: dt.date, rules: Mapping[str, Decimal]) -> None:
        """What rules gave for a fact into a wallet; told again it holds instead."""
        self._given[fact] = (on, rules)

    def earned(self, wallet: str) -> Decimal:
        """What purchases brought into a wallet so far, less what was taken back."""
        return self.by[wallet]

    def counter(self, basis: str, since: datetime, until: datetime) -> Decimal:
        """What counts from `since` to `until`, both included."""
        first = bisect_left(self._counted, since, key=lambda one: one[0])
        last = bisect_right(self._counted, until, key=lambda one: one[0])
        return sum((one[2].get(basis, ZERO) for one in self._counted[first:last]), ZERO)

    def past(self) -> dict[str, list[tuple[dt.date, Decimal]]]:
        """By rule, when it gave how much."""
        found: dict[str, list[tuple[dt.date, Decimal]]] = defaultdict(list)
        for on, rules in self._given.values():
            for rule, points in rules.items():
                found[rule].append((on, points))
        return found


def counted(tops: Mapping[uuid.UUID, uuid.UUID], bases: Collection[str], since: datetime) -> dict[uuid.UUID, History]:
    """What `histories` tells of these bases from then on: all that tiers ask, at a third of the price, whatever a
    member did before. One query.
    """
    found: dict[uuid.UUID, History] = defaultdict(History)
    names = sorted(bases)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id, moment, ARRAY(SELECT CASE
                WHEN counts IS NOT NULL THEN COALESCE((counts->>basis)::numeric, 0)
                WHEN basis = 'points' THEN qualifying ELSE 0 END FROM unnest(%(bases)s::text[]) basis)
            FROM (
                SELECT id, customer_id, COALESCE((details->>'on')::timestamptz, at) AS moment, qualifying,
                    details->'counts' AS counts
                FROM loyalty_act
                WHERE customer_id = ANY(%(rows)s::uuid[]) AND (qualifying <> 0 OR details->'counts' IS NOT NULL)
            ) act WHERE moment >= %(since)s ORDER BY id
            """,
            {
                "rows": copying.array(list(tops)),
                "bases": copying.array(names),
                "since": since,
            },
        )
        rows = cursor.fetchall()
    for row, moment, counts in rows:
        found[tops[row]].count(moment, dict(zip(names, counts, strict=True)))
    return found


def histories(tops: Mapping[uuid.UUID, uuid.UUID], zone: dt.tzinfo) -> dict[uuid.UUID, History]:
    """Those of these people; `tops` tells who stands for each of their rows. One query over what counts."""
    found: dict[uuid.UUID, History] = defaultdict(History)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id, COALESCE(fact_id, id), wallet, at, COALESCE(details->>'on', ''),
                COALESCE(details->>'by', '0'), qualifying,
                COALESCE(details->'counts', 'null')::text,
                COALESCE(details->'kept', details->'rules', 'null')::text
            FROM loyalty_act
            WHERE customer_id = ANY(%s::uuid[])
                AND (qualifying IS NOT NULL OR details->'counts' IS NOT NULL OR details->'rules' IS NOT NULL
                    OR details->'kept' IS NOT NULL)
            ORDER BY id
            """,
            [copying.array(list(tops))],
        )
        rows = cursor.fetchall()
    for row, fact, wallet, at, on, by, qualifying, counts, rules in rows:
        history = found[tops[row]]
        history.by[wallet] += Decimal(by)
        moment = datetime.fromisoformat(on) if on else at
        if (said := json.loads(counts)) is not None:
            history.count(moment, {basis: Decimal(value) for basis, value in said.items()})
        elif qualifying:
            # Told by a till: points, and nobody said for which purchase.
            history.count(moment, {"points": qualifying})
        if (given := json.loads(rules)) is not None:
            day = moment.astimezone(zone).date()
            history.give((fact, wallet), day, {rule: Decimal(points) for rule, points in given.items()})
    return found
