"""A validated rule as one SQL condition over `c` (customers_customer) and `m` (analytics_customermetrics).

Everything that came from people is a parameter. Conditions about days are turned into comparisons of stored moments
with fixed instants, which indexes can serve and which cost nothing per row. SQL's third truth value never reaches a
negation: `NOT` is written `(…) IS NOT TRUE`, so a missing value simply does not match.

Joins and subqueries between owned tables always equate customer_id (scale-out rule 6).
"""

# The strings put together here are our own words and parameter names; values only ever travel beside them.
# ruff: noqa: S608

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from analytics.rules import fields, metrics, tree
from analytics.rules.clock import Clock
from analytics.rules.fields import Subject, Type

OPPOSITE = {"=": "<>", "!=": "=", "<>": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}


@dataclass(frozen=True)
class Condition:
    """SQL with named parameters; `uses_metrics` tells whether `m` must be joined."""

    sql: str
    params: Mapping[str, Any]
    uses_metrics: bool


@dataclass
class Compiler:
    """Compiles rules that share one set of parameters.

    `segments` gives the ids of the segments rules refer to (a key that is missing matches nobody). `scoped` says that
    the statement judges only the customers of the parameter `ids`: grouped subqueries then look at those alone.
    """

    clock: Clock
    digits: int
    segments: Mapping[str, uuid.UUID]
    scoped: bool = False
    params: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Parameters that the expressions of fields and metrics share."""
        self.params |= shared(self.clock, self.digits)
        self.given = 0

    def condition(self, rule: tree.Rule) -> Condition:
        """The whole rule."""
        sql = self.sql(rule)
        return Condition(sql, self.params, "m." in sql)

    def sql(self, rule: tree.Rule) -> str:
        """One node."""
        match rule:
            case tree.All(rules=rules):
                return f"({' AND '.join(map(self.sql, rules))})" if rules else "TRUE"
            case tree.Any(rules=rules):
                return f"({' OR '.join(map(self.sql, rules))})" if rules else "FALSE"
            case tree.Not(rule=inner):
                return f"({self.sql(inner)} IS NOT TRUE)"
        return self._leaf(rule)

    def _leaf(self, rule: tree.Leaf) -> str:
        match rule:
            case tree.Compared():
                return self._compared(rule, subject(rule))
            case tree.Consented():
                return self._consented(rule)
            case tree.Member(segment=key):
                return self._member(key)
            case tree.Ordered():
                return self._ordered(rule)
            case tree.Did():
                return self._did(rule)
            case tree.Answered():
                return self._answered(rule)

    def _param(self, value: Any, cast: str = "") -> str:
        name = f"p{self.given}"
        self.given += 1
        self.params[name] = value
        return f"%({name})s{cast}"

    # --- fields and metrics ---

    def _compared(self, rule: tree.Compared, about: Subject) -> str:
        if rule.op in {"!=", "not_in", "not_set"}:
            positive = {"!=": "=", "not_in": "in", "not_set": "is_set"}[rule.op]
            return f"({self._within_rows(about, positive, rule.value)} IS NOT TRUE)"
        return self._within_rows(about, rule.op, rule.value)

    def _within_rows(self, about: Subject, op: str, value: Any) -> str:
        found = self._positive(about, op, value)
        return about.within.format(found) if about.within else found

    def _positive(self, about: Subject, op: str, value: Any) -> str:
        match about.type:
            case Type.TEXT:
                return self._text(about.sql, op, value)
            case Type.CODE:
                return f"({about.sql} <> '')" if op == "is_set" else self._equal(about.sql, op, value)
            case Type.LIST:
                return self._list(about.sql, op, value)
            case Type.MOMENT:
                return self._moment(about.sql, op, value)
            case Type.DAYS:
                return self._days(about.since, op, value)
            case Type.MAPPING:
                return f"({about.sql} <> '{{}}'::jsonb)"
        return self._number(about.sql, op, value)

    def _equal(self, sql: str, op: str, value: Any) -> str:
        if op == "in":
            return f"({sql} = ANY({self._param(list(value))}))"
        return f"({sql} = {self._param(value)})"

    def _text(self, sql: str, op: str, value: Any) -> str:
        match op:
            case "is_set":
                return f"({sql} <> '')"
            case "contains":
                return f"(strpos(lower({sql}), lower({self._param(value, '::text')})) > 0)"
            case "in":
                listed = self._param(list(value), "::text[]")
                return f"(lower({sql}) IN (SELECT lower(listed) FROM unnest({listed}) listed))"
        return f"(lower({sql}) = lower({self._param(value, '::text')}))"

    def _list(self, sql: str, op: str, value: Any) -> str:
        if op == "is_set":
            return f"(cardinality({sql}) > 0)"
        if op == "in":
            return f"({sql} && {self._param(list(value), '::varchar[]')})"
        return f"({sql} @> {self._param([value], '::varchar[]')})"

    def _number(self, sql: str, op: str, value: Any) -> str:
        match op:
            case "is_set":
                return f"({sql} IS NOT NULL)"
            case "between":
                return f"({sql} BETWEEN {self._param(value[0])} AND {self._param(value[1])})"
            case "in":
                return f"({sql} = ANY({self._param([Decimal(item) for item in value], '::numeric[]')}))"
        return f"({sql} {op} {self._param(value)})"

    def _moment(self, sql: str, op: str, value: Any) -> str:
        if op == "is_set":
            return f"({sql} IS NOT NULL)"
        if op == "between":
            return self._within(sql, self.clock.instants(value[0])[0], self.clock.instants(value[1])[1])
        start, end = self.clock.instants(value)
        match op:
            case ">":
                return f"({sql} >= {self._param(end)})"
            case ">=":
                return f"({sql} >= {self._param(start)})"
            case "<":
                return f"({sql} < {self._param(start)})"
            case "<=":
                return f"({sql} < {self._param(end)})"
        return self._within(sql, start, end)

    def _days(self, since: str, op: str, value: Any) -> str:
        """More days ago is an earlier moment, so the comparisons turn round."""
        if op == "is_set":
            return f"({since} IS NOT NULL)"
        if op == "in":
            return f"({' OR '.join(self._days(since, '=', days) for days in dict.fromkeys(value))})"
        if op == "between":
            return self._within(since, self.clock.days_ago(value[1])[0], self.clock.days_ago(value[0])[1])
        start, end = self.clock.days_ago(value)
        match op:
            case ">":
                return f"({since} < {self._param(start)})"
            case ">=":
                return f"({since} < {self._param(end)})"
            case "<":
                return f"({since} >= {self._param(end)})"
            case "<=":
                return f"({since} >= {self._param(start)})"
        return self._within(since, start, end)

    def _within(self, sql: str, start: dt.datetime, end: dt.datetime) -> str:
        return f"({sql} >= {self._param(start)} AND {sql} < {self._param(end)})"

    # --- rows of other rooms ---

    def _consented(self, rule: tree.Consented) -> str:
        purpose, channel = self._param(rule.purpose), self._param(rule.channel)
        found = (
            "EXISTS (SELECT 1 FROM consent_consentstate s WHERE s.customer_id = c.id"
            f" AND s.purpose = {purpose} AND s.channel = {channel} AND s.is_granted)"
        )
        return found if rule.is_granted else f"(NOT {found})"

    def _member(self, key: str) -> str:
        segment = self.segments.get(key)
        if segment is None:
            return "FALSE"
        return (
            "EXISTS (SELECT 1 FROM analytics_segmentmember s WHERE s.customer_id = c.id"
            f" AND s.segment_id = {self._param(segment)})"
        )

    def _ordered(self, rule: tree.Ordered) -> str:
        where = "o.is_counted"
        if rule.within_days is not None:
            where += f" AND o.placed_at >= {self._param(self.clock.days_ago(rule.within_days)[0])}"
        lines = [f"l.sku = {self._param(rule.sku)}"] if rule.sku else []
        for column, wanted in (("name", rule.product), ("category", rule.category)):
            if wanted:
                lines.append(f"lower(l.{column}) = lower({self._param(wanted, '::text')})")
        if lines:
            where += (
                " AND EXISTS (SELECT 1 FROM commerce_orderline l WHERE l.customer_id = o.customer_id"
                f" AND l.order_id = o.id AND {' AND '.join(lines)})"
            )
        return self._counted("commerce_order o", "o", where, rule.count)

    def _did(self, rule: tree.Did) -> str:
        where = f"e.name = {self._param(rule.event)}"
        if rule.where:
            where += f" AND e.properties @> {self._param(json.dumps(dict(rule.where)), '::jsonb')}"
        if rule.within_days is not None:
            start = self.clock.days_ago(rule.within_days)[0]
            where += f" AND e.occurred_at >= {self._param(start)}"
            # The same bound on the id, which carries the time: older partitions are not even opened.
            where += f" AND e.id >= {self._param(_first_id(start))}"
        return self._counted("events_event e", "e", where, rule.count)

    def _answered(self, rule: tree.Answered) -> str:
        """The newest complete response in which they answered it counts, found as one set on the index of answers.

        Of a ranking the first place is what somebody answered; only there a number stands beside its own option.
        """
        positive = {"!=": "=", "not_in": "in", "not_set": "is_set"}.get(rule.op)
        if positive:
            return f"(NOT {self._answered(replace(rule, op=positive))})"
        about = (
            f"l.survey_id = (SELECT s.id FROM surveys_survey s WHERE s.slug = {self._param(rule.survey)})"
            f" AND l.question = {self._param(rule.question)} AND l.is_counted"
        )
        if rule.line:
            about += f" AND l.item = {self._param(rule.line)}"
        among = " AND l.customer_id = ANY(%(ids)s)" if self.scoped else ""
        # All pieces of the newest answer stand in the first place together.
        newest = (
            "SELECT l.customer_id, l.item, l.code, l.number, rank() OVER (PARTITION BY l.customer_id"
            f" ORDER BY l.at DESC, l.response_id DESC) AS place FROM surveys_answer l WHERE {about}{among}"
        )
        values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        if rule.op == "is_set":
            found = "TRUE"
        elif all(isinstance(value, str) for value in values):
            first = "(a.number IS NULL OR a.number = 1 OR a.item <> a.code)"
            found = f"a.code = ANY({self._param(list(values), '::varchar[]')}) AND {first}"
        else:
            found = self._number("a.number", rule.op, rule.value)
        return f"EXISTS (SELECT 1 FROM ({newest}) a WHERE a.customer_id = c.id AND a.place = 1 AND {found})"

    def _counted(self, table: str, alias: str, where: str, count: tree.Count) -> str:
        """Customers without any row have count 0, so a count that allows 0 is asked as the absence of its opposite."""
        op, allows_none = count.op, holds(0, count)
        if allows_none:
            op = OPPOSITE[op]
        op = "<>" if op == "!=" else op
        if (op, count.value) in {(">=", 1), (">", 0), ("<>", 0)}:
            found = f"EXISTS (SELECT 1 FROM {table} WHERE {alias}.customer_id = c.id AND {where})"
        else:
            among = f"{alias}.customer_id = ANY(%(ids)s) AND " if self.scoped else ""
            found = (
                f"EXISTS (SELECT 1 FROM (SELECT {alias}.customer_id FROM {table} WHERE {among}{where}"
                f" GROUP BY {alias}.customer_id HAVING count(*) {op} {self._param(count.value)}) counted"
                " WHERE counted.customer_id = c.id)"
            )
        return f"(NOT {found})" if allows_none else found


def subject(rule: tree.Compared) -> Subject:
    """What a comparison asks about."""
    return fields.FIELDS[rule.key] if rule.kind == "field" else fields.of_metric(rule.key)


def shared(clock: Clock, digits: int) -> dict[str, Any]:
    """The parameters that expressions of fields and metrics stand on."""
    return {
        "now": clock.now,
        "today": clock.today,
        "zone": clock.zone,
        "digits": digits,
        "lapsed_before": clock.days_ago(fields.LAPSED_DAYS)[0],
        "ending_until": clock.midnight(clock.today + dt.timedelta(days=metrics.ENDING_DAYS + 1)),
    }


def holds(number: int, count: tree.Count) -> bool:
    """Whether that many is what was asked for."""
    match count.op:
        case "=":
            return number == count.value
        case "!=":
            return number != count.value
        case ">":
            return number > count.value
        case ">=":
            return number >= count.value
        case "<":
            return number < count.value
    return number <= count.value


def _first_id(moment: dt.datetime) -> uuid.UUID:
    """The smallest UUIDv7 of that moment."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0x2 << 62))
