"""Watches every statement of the suite for what could not be distributed by customer (scale-out rules 6 to 9).

The engine that would refuse such statements is in no package registry, so they are read here instead: joins and
correlated subqueries between distributed tables that do not equate their distribution columns, locks over many shards,
updates of a distribution column, functions whose value differs between shards, recursion and ROLLUP. What could not be
distributed yet and why that is bearable stands in ALLOWED. Keys and foreign keys are `manage.py distribute`'s business.
"""

import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlglot
from django.apps import apps
from django.db.backends.utils import CursorWrapper
from sqlglot import exp

from cdp.core.models import Placement

ROOT = Path(__file__).parents[1]
KINDS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s")
SAVEPOINT = re.compile(r"(RELEASE |ROLLBACK TO )?SAVEPOINT ")
SEVERAL = re.compile(r"%s(?:, %s){2,}")
ROWS = re.compile(r"(\((?:%s|DEFAULT)(?:, (?:%s|DEFAULT))*\))(?:, \((?:%s|DEFAULT)(?:, (?:%s|DEFAULT))*\))+")
VOLATILE = {"rand", "random", "uuid", "gen_random_uuid", "clock_timestamp", "nextval"}
STABLE = {"now", "current_timestamp", "statement_timestamp", "date_trunc", "to_jsonb", "jsonb_build_object", "concat",
          "concat_ws", "format", "to_char", "timezone", "age", "date_part", "timestamp_trunc"}  # fmt: skip

JOIN = "joins distributed tables without their distribution columns"
CORRELATED = "a subquery looks outside without equating the distribution columns"
LOCK = "locks rows of many shards"
MOVE = "changes the distribution column"
UNEQUAL = "writes a value that differs between shards"
SHAPE = "recursion, ROLLUP or CUBE over a distributed table"
UNREAD = "cannot be read"


@dataclass(frozen=True)
class Finding:
    """A statement that could not be distributed."""

    rule: str
    tables: frozenset[str]
    sql: str


ALLOWED: dict[tuple[str, frozenset[str]], str] = {
    (
        LOCK,
        frozenset({"customers_identifier"}),
    ): "the identifiers of a batch are claimed in the order of their digests; "
    "on several nodes each lock is a statement of its own",
    (
        LOCK,
        frozenset({"customers_customer"}),
    ): "those about whom a file makes statements are held in the order of their ids while these are written; "
    "on several nodes each lock is a statement of its own",
    **{
        (MOVE, frozenset({table})): "a new root changes every digest while nobody else is connected; on several nodes "
        "these rows are deleted and written again"
        for table in (
            "commerce_storemark",
            "customers_identifier",
            "customers_leadkey",
            "customers_sharedidentifier",
            "customers_suppressedidentifier",
            "loyalty_couponkey",
            "loyalty_promotioncode",
            "loyalty_promotionsale",
        )
    },
}
"""(rule, tables it is about) → why it may stay."""


@functools.cache
def columns() -> dict[str, tuple[str, str]]:
    """Each distributed table's group (who shares a shard with whom) and distribution column."""
    found = {}
    for model in apps.get_models():
        placement = getattr(model, "placement", None)
        if placement is Placement.OWNED:
            is_customer = model._meta.label == "customers.Customer"
            found[model._meta.db_table] = ("customer", "id" if is_customer else "customer_id")
        elif placement is Placement.KEY:
            found[model._meta.db_table] = (model._meta.db_table, "digest")
    return found


def alike(sql: str) -> str:
    """A statement as it is with two values where it has more, so that each shape is read once, however many it is about."""
    return ROWS.sub(r"\1", SEVERAL.sub("%s, %s", sql)) if "%s, %s" in sql else sql


@functools.lru_cache(maxsize=20_000)
def judge(sql: str) -> tuple[Finding, ...]:
    """What of a statement could not be distributed."""
    known = columns()
    if not KINDS.match(sql) or not any(table in sql for table in known):
        return ()
    try:
        tree = sqlglot.parse_one(PLACEHOLDER.sub("NULL", sql).replace("%%", "%"), read="postgres")
    except sqlglot.errors.SqlglotError:
        return (Finding(UNREAD, frozenset(table for table in known if table in sql), sql),)
    if tree is None:
        return ()
    found = [Finding(rule, frozenset(tables), sql) for rule, tables in _faults(tree)]
    return tuple(dict.fromkeys(found))


def _faults(tree: exp.Expression) -> Iterator[tuple[str, set[str]]]:
    for scope in tree.find_all(exp.Select, exp.Update, exp.Delete):
        judged = _Scope(scope)
        if judged.sources:
            yield from judged.faults()
    every = {table.name for table in tree.find_all(exp.Table) if table.name in columns()}
    for clause in tree.find_all(exp.With):
        if every and clause.args.get("recursive"):
            yield SHAPE, every
    for statement in tree.find_all(exp.Update, exp.Insert):
        yield from _written_faults(statement)


def _sources(scope: exp.Expression) -> dict[str, str]:
    """Alias → distributed table of one SELECT, UPDATE or DELETE, without those of its subqueries."""
    items: list[Any] = []
    if isinstance(scope, exp.Update | exp.Delete):
        items.append(scope.this)
    for name in ("from_", "from", "using"):
        part = scope.args.get(name)
        if isinstance(part, list):
            items += part
        elif isinstance(part, exp.Expression):
            items.append(part if isinstance(part, exp.Table) else part.this)
            items += [join.this for join in part.find_all(exp.Join) if join.find_ancestor(type(scope)) is scope]
    items += [join.this for join in scope.args.get("joins") or ()]
    for item in list(items):
        if isinstance(item, exp.Table):
            items += [join.this for join in item.args.get("joins") or ()]
    return {item.alias_or_name: item.name for item in items if isinstance(item, exp.Table) and item.name in columns()}


def _own(scope: exp.Expression, kind: type[exp.Expression]) -> Iterator[Any]:
    """Nodes of that kind in this scope and not in a subquery of it."""
    for node in scope.find_all(kind):
        if node.find_ancestor(exp.Select, exp.Update, exp.Delete) is scope:
            yield node


def _is_key(column: exp.Expression, sources: dict[str, str]) -> str | None:
    """The alias whose distribution column this is."""
    if not isinstance(column, exp.Column):
        return None
    alias = column.table or (next(iter(sources)) if len(sources) == 1 else "")
    return alias if alias in sources and columns()[sources[alias]][1] == column.name else None


def _pairs(scope: exp.Expression) -> Iterator[tuple[exp.Expression, exp.Expression]]:
    for equal in _own(scope, exp.EQ):
        left, right = equal.this.unnest(), equal.expression.unnest()
        if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            yield from zip(left.expressions, right.expressions, strict=False)
        else:
            yield left, right


class _Scope:
    """The distributed tables of one SELECT, UPDATE or DELETE, who of them is tied to whom, and who to one value."""

    def __init__(self, scope: exp.Expression) -> None:
        self.node, self.sources = scope, _sources(scope)
        self.outer = _outside(scope) if self.sources else {}
        self.everywhere = self.outer | self.sources
        self._groups = {alias: alias for alias in self.everywhere}
        self.fixed: set[str] = set()
        for left, right in _pairs(scope):
            self._tie(left, right)
            self._tie(right, left)
        for listed in _own(scope, exp.In):
            if len(listed.expressions) == 1 and (mine := _is_key(listed.this, self.sources)):
                self.fixed.add(mine)

    def root(self, alias: str) -> str:
        """The name of the group of tables that are tied together."""
        while self._groups[alias] != alias:
            alias = self._groups[alias]
        return alias

    def _tie(self, one: exp.Expression, other: exp.Expression) -> None:
        mine = _is_key(one, self.sources)
        if mine is None:
            return
        if not isinstance(other, exp.Column):
            if not other.find(exp.Any):
                self.fixed.add(mine)
            return
        theirs = _is_key(other, self.everywhere)
        if theirs and columns()[self.everywhere[theirs]][0] == columns()[self.sources[mine]][0]:
            self._groups[self.root(mine)] = self.root(theirs)

    @property
    def is_pinned(self) -> bool:
        """Whether every table is asked for one value of its distribution column."""
        return set(self.sources) <= self.fixed

    def faults(self) -> Iterator[tuple[str, set[str]]]:
        """What is wrong with it."""
        tables = set(self.sources.values())
        roots = {self.root(alias) for alias in self.sources}
        if len(roots) > 1 and not self.is_pinned:
            yield JOIN, tables
        named = {column.table for column in _own(self.node, exp.Column)}
        used = {alias for alias in named & set(self.outer) if alias not in self.sources}
        # Pinned to one customer by value: what the statement around it is pinned to as well.
        if used and not self.is_pinned and not roots & {self.root(alias) for alias in used}:
            yield CORRELATED, tables | {self.outer[alias] for alias in used}
        if self.node.args.get("locks") and not roots & {self.root(alias) for alias in self.fixed}:
            yield LOCK, tables
        group = self.node.args.get("group")
        if group and group.find(exp.Rollup, exp.Cube, exp.GroupingSets):
            yield SHAPE, tables


def _outside(scope: exp.Expression) -> dict[str, str]:
    """What a subquery may refer to in the statements around it."""
    found: dict[str, str] = {}
    above = scope.find_ancestor(exp.Select, exp.Update, exp.Delete)
    while above is not None:
        found = _sources(above) | found
        above = above.find_ancestor(exp.Select, exp.Update, exp.Delete)
    return found


def _written_faults(statement: exp.Expression) -> Iterator[tuple[str, set[str]]]:
    target = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
    if not isinstance(target, exp.Table) or target.name not in columns():
        return
    conflict = statement.args.get("conflict")
    is_insert = isinstance(statement, exp.Insert)
    written = (conflict.expressions if conflict else []) if is_insert else statement.expressions
    for one in written or ():
        if not isinstance(one, exp.EQ):
            continue
        if not is_insert and one.this.name == columns()[target.name][1]:
            yield MOVE, {target.name}
        value = one.expression
        for function in value.find_all(exp.Func):
            name = function.name.lower() if isinstance(function, exp.Anonymous) else function.sql_name().lower()
            reads = function.find(exp.Column) is not None
            if name in VOLATILE or (name in STABLE and (reads or is_insert)):
                yield UNEQUAL, {target.name}
        for sum_ in value.find_all(exp.Add, exp.Sub):
            if sum_.find(exp.Interval) and sum_.find(exp.Column):
                yield UNEQUAL, {target.name}


class Guard:
    """Collects what the product's own statements would be refused for. Statements of tests themselves are theirs."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def note(self, sql: object) -> None:
        """Look at one statement."""
        if not isinstance(sql, str):
            return
        if SAVEPOINT.match(sql):  # each has a name of its own
            return
        # What the reader cannot parse is not known to be wrong: it is left to a run on a real cluster.
        faults = [one for one in judge(alike(sql)) if one.rule != UNREAD and (one.rule, one.tables) not in ALLOWED]
        if faults and _is_ours():
            self.found += faults

    def take(self) -> list[Finding]:
        """What was found since the last time."""
        found, self.found = self.found, []
        return found


guard = Guard()


def install() -> None:
    """Watch every cursor of Django, in every thread."""
    for name in ("execute", "executemany"):
        real = getattr(CursorWrapper, name)

        @functools.wraps(real)
        def watched(self: Any, sql: Any, *args: Any, _real: Any = real, **kwargs: Any) -> Any:
            guard.note(sql)
            return _real(self, sql, *args, **kwargs)

        setattr(CursorWrapper, name, watched)


def _is_ours() -> bool:
    """Whether the product, and not a test, wrote the statement: the nearest frame of this repository."""
    frame = sys._getframe(2)
    while frame:
        path = Path(frame.f_code.co_filename)
        if path != Path(__file__) and path.is_relative_to(ROOT) and ".venv" not in path.parts:
            return path.relative_to(ROOT).parts[0] not in {"tests", "bench"}
        frame = frame.f_back
    return False
