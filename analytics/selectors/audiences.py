"""Who a rule is about: rules as one statement, counts, samples, and why somebody is in or out.

Campaigns and pages ask here with rules of their own; stored segments are read in `selectors.segments`.
"""

# The strings put together here are the compiler's own words; values only ever travel beside them.
# ruff: noqa: S608

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from analytics.models import Segment
from analytics.rules import segment_rules, tree
from analytics.rules.compiler import Compiler, subject
from analytics.selectors import answered
from analytics.selectors.clock import clock, digits
from cdp.core import patience
from consent.models import Channel, Purpose
from consent.selectors import profiling
from customers.selectors import samples

SAMPLE = 10
PREVIEW_MILLISECONDS = 4000
JUDGED = 20_000
"""When an exact count takes too long, this many customers taken at random are judged instead."""


@dataclass(frozen=True)
class Statement:
    """Selects customer ids; values travel as named parameters."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """How many match now, some of them, and the statement. `is_estimate` when counting took too long."""

    count: int
    sample: list[uuid.UUID]
    sql: str
    is_estimate: bool


@dataclass(frozen=True)
class Verdict:
    """One node of a rule for one customer: whether it holds and, for fields and metrics, the value found."""

    pointer: str
    rule: tree.Rule
    is_met: bool
    found: Any
    parts: tuple["Verdict", ...]


def known_names() -> segment_rules.Known:
    """The names that rules may use at present."""
    return segment_rules.Known(
        segments=frozenset(live_ids()),
        purposes=frozenset(Purpose.objects.values_list("key", flat=True)),
        channels=frozenset(Channel.values),
        surveys=answered.surveys(),
    )


def live_ids() -> dict[str, uuid.UUID]:
    """The live segments, key → id."""
    return dict(Segment.objects.filter(archived_at__isnull=True).values_list("key", "id"))


def check(document: object) -> tree.Rule:
    """The validated tree. Raises InvalidRules (analytics.rules.problems), which names every place that is wrong."""
    return segment_rules.parse(document, known=known_names())


def statement(
    rule: tree.Rule,
    *,
    now: datetime,
    among: Sequence[uuid.UUID] | None = None,
    segments: dict[str, uuid.UUID] | None = None,
    is_profiling: bool = False,
) -> Statement:
    """`SELECT c.id …` of the known customers that match at `now`, of those in `among` only where given.

    `segments` spares a query when the caller has the ids of the live segments. With `is_profiling` those are left out
    who refused that anything is worked out of their data: for segments, which are kept.
    """
    ids = segments if segments is not None else live_ids()
    compiler = Compiler(clock(now), digits(), ids, scoped=among is not None)
    condition = compiler.condition(rule)
    joined = " LEFT JOIN analytics_customermetrics m ON m.customer_id = c.id" if condition.uses_metrics else ""
    scope = " AND c.id = ANY(%(ids)s)" if among is not None else ""
    params = dict(condition.params)
    profiled = ""
    if is_profiling:
        profiled, params["now"] = f" AND NOT {profiling.is_stopped('c')}", now
    if among is not None:
        params["ids"] = list(among)
    sql = f"SELECT c.id FROM customers_customer c{joined} WHERE c.status = 'known'{scope}{profiled} AND {condition.sql}"
    return Statement(sql, params)


def members(document: object, *, now: datetime, among: Sequence[uuid.UUID] | None = None) -> list[uuid.UUID]:
    """The customers a JSON rule is about, in order of id. Raises InvalidRules."""
    found = statement(check(document), now=now, among=among)
    with connection.cursor() as cursor:
        cursor.execute(f"{found.sql} ORDER BY c.id", found.params)
        return [row[0] for row in cursor.fetchall()]


def preview(document: object, now: datetime) -> Preview:
    """What a rule would select. Bounded in time: beyond PREVIEW_MILLISECONDS the count is an estimate."""
    rule = check(document)
    found = statement(rule, now=now, is_profiling=True)
    readable = found.sql.replace("%(", ":").replace(")s", "")
    try:
        with patience.statements_at_most(PREVIEW_MILLISECONDS / 1000), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({found.sql}) matched", found.params)
            count = cursor.fetchone()[0]
            cursor.execute(f"{found.sql} LIMIT {SAMPLE}", found.params)
            sample = [row[0] for row in cursor.fetchall()]
    except patience.TookTooLong:
        return _estimate(rule, now, readable)
    return Preview(count, sample, readable, is_estimate=False)


def _estimate(rule: tree.Rule, now: datetime, readable: str) -> Preview:
    drawn = samples.at_random(JUDGED)
    found = statement(rule, now=now, among=drawn.known, is_profiling=True)
    with connection.cursor() as cursor:
        cursor.execute(found.sql, found.params)
        matching = [row[0] for row in cursor.fetchall()]
    count = round(len(matching) * drawn.scale)
    return Preview(count, matching[:SAMPLE], readable, is_estimate=True)


def why(customer: uuid.UUID, rule: tree.Rule, now: datetime) -> Verdict | None:
    """The verdict on every part of a rule for one known customer; None where there is no such known customer."""
    compiler = Compiler(clock(now), digits(), live_ids(), scoped=True, params={"ids": [customer]})
    leaves = tree.leaves(rule)
    columns = []
    for leaf in leaves:
        columns.append(f"({compiler.sql(leaf)}) IS TRUE")
        columns.append(subject(leaf).sql if isinstance(leaf, tree.Compared) else "NULL")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns) or 'TRUE'} FROM customers_customer c"
            " LEFT JOIN analytics_customermetrics m ON m.customer_id = c.id"
            " WHERE c.id = ANY(%(ids)s) AND c.status = 'known'",
            compiler.params,
        )
        row = cursor.fetchone()
    if row is None:
        return None
    answers = {leaf.pointer: (row[2 * index], row[2 * index + 1]) for index, leaf in enumerate(leaves)}
    return _verdict(rule, answers)


def _verdict(rule: tree.Rule, answers: dict[str, tuple[bool, Any]]) -> Verdict:
    match rule:
        case tree.All(rules=inner):
            parts = tuple(_verdict(part, answers) for part in inner)
            return Verdict(rule.pointer, rule, all(part.is_met for part in parts), None, parts)
        case tree.Any(rules=inner):
            parts = tuple(_verdict(part, answers) for part in inner)
            return Verdict(rule.pointer, rule, any(part.is_met for part in parts), None, parts)
        case tree.Not(rule=inside):
            part = _verdict(inside, answers)
            return Verdict(rule.pointer, rule, not part.is_met, None, (part,))
    is_met, found = answers[rule.pointer]
    return Verdict(rule.pointer, rule, is_met, found, ())
