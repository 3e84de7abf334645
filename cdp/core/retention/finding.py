"""Which rows are over: one condition for the dry run and for the run itself, so that both speak of the same rows.

What a set of rows is, is told by its size and by the sum of the hashes of its ids: two equal sums, the same rows,
whatever the order in which they went.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models

from cdp.core import copying, ids
from cdp.core.retention import terms
from cdp.core.retention.registry import Action, Follow, Kind, Row, Start, no_sign_of_life, nobody

SAMPLES = 5
MODULUS = 1 << 63
STRETCH, LONGEST = 5, 100_000
"""How many rows a search for a portion looks at: so many times the portion at first, and at most."""


@dataclass
class Survey:
    """What is over of one kind: rows by table, people, the oldest, a few ids, and what legal holds keep."""

    rows: int = 0
    people: int = 0
    oldest: dt.datetime | None = None
    checksum: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    samples: list[str] = field(default_factory=list)
    held: int = 0


@dataclass(frozen=True)
class Due:
    """A kind, the moment before which it is over, and whom nobody may forget."""

    kind: Kind
    before: dt.datetime
    held: Sequence[uuid.UUID] = ()
    action: Action = Action.DELETE

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of `condition`."""
        return {
            "before": self.before,
            "floor": ids.floor(self.before),
            "held": copying.array(list(self.held)),
            "nobody": copying.array(list(nobody().ids)),
        }

    def condition(self, *, held: bool = False) -> str:
        """SQL over `r`: the row is over. With `held`, of the people whom a hold keeps, else of all others."""
        kind = self.kind
        over = "r.id < %(floor)s" if kind.by_id else f"({kind.moment}) < %(before)s"
        parts = [over]
        if kind.where:
            parts.append(f"({kind.where})")
        if kind.start is Start.ACTIVITY:
            parts.append(no_sign_of_life())
        if self.action is Action.DETACH:
            parts.append(f"(r.{kind.owner} = ANY(%(nobody)s::uuid[])) IS NOT TRUE")
        if kind.owner and not kind.names:
            among = f"r.{kind.owner} = ANY(%(held)s::uuid[])"
            parts.append(among if held else f"({among}) IS NOT TRUE")
        return " AND ".join(parts)


def due(kind: Kind, *, before: dt.datetime, held: Sequence[uuid.UUID], action: Action = Action.DELETE) -> Due:
    """What of a kind is over that began before that moment. Ledgers go by whole months, and stop at a held person."""
    if kind.by_month:
        before = terms.month_of(before)
        if held and kind.names and (first := _first_named(kind, held)) and first < before:
            before = terms.month_of(first)
    return Due(kind, before, tuple(held), action)


def survey(one: Due) -> Survey:
    """What is over now, in a few statements and without locks."""
    kind, table = one.kind, one.kind.leading._meta.db_table
    people = f"count(DISTINCT r.{kind.owner}) FILTER (WHERE r.{kind.owner} <> ALL(%(nobody)s::uuid[]))"
    people = people if kind.owner else "0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), {people}, min({kind.moment}), {checksum(kind)} FROM {table} r"  # noqa: S608
            f" WHERE {one.condition()}",
            one.params,
        )
        rows, owners, oldest, total = cursor.fetchone()
        found = Survey(rows=rows, people=owners, oldest=oldest, checksum=int(total or 0) % MODULUS)
        if rows:
            key = kind.leading._meta.pk.column
            cursor.execute(
                f"SELECT r.{key}::text FROM {table} r WHERE {one.condition()} ORDER BY r.{key} LIMIT {SAMPLES}",  # noqa: S608
                one.params,
            )
            found.samples = [row[0] for row in cursor.fetchall()]
            found.tables = {kind.model: rows} | {
                follow.model: count for follow in kind.follows if not follow.is_key and (count := _follows(one, follow))
            }
        if one.held and kind.owner and not kind.names:
            cursor.execute(f"SELECT count(*) FROM {table} r WHERE {one.condition(held=True)}", one.params)  # noqa: S608
            found.held = cursor.fetchone()[0]
    return found


def checksum(kind: Kind) -> str:
    """SQL: the sum of the hashes of the ids of `r`."""
    return f"sum(hashtextextended(r.{kind.leading._meta.pk.column}::text, 0)::numeric)"


def batch(one: Due, *, after: str, limit: int) -> list[Row]:
    """The next rows behind the primary key `after`, in the order of their keys.

    Looks at one stretch of keys after the other, each twice as long while none is over. Nobody can tell the planner how
    many are: where it expects few it would find and sort all of them for every portion (0.3 to 0.8 s of 200,000
    messages), and a night would grow with the square of what is over.
    """
    key = one.kind.leading._meta.pk
    behind = key.to_python(after) if after else None
    stretch = STRETCH * limit
    while (end := _end(one.kind, behind, stretch)) is not None:
        if rows := _between(one, behind, end, limit):
            return rows
        behind, stretch = end, min(2 * stretch, LONGEST)
    return []


def _end(kind: Kind, after: Any, rows: int) -> Any:
    """The key so many rows behind `after` (None: from the first), or the last one there is; None behind that."""
    key, behind = kind.leading._meta.pk.column, "" if after is None else "WHERE r.{} > %(after)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.key FROM (SELECT r.{key} AS key FROM {kind.leading._meta.db_table} r"  # noqa: S608
            f" {behind.format(key)} ORDER BY r.{key} LIMIT %(rows)s) p ORDER BY p.key DESC LIMIT 1",
            {"after": after, "rows": rows},
        )
        found = cursor.fetchone()
    return found[0] if found else None


def _between(one: Due, after: Any, end: Any, limit: int) -> list[Row]:
    kind = one.kind
    key = kind.leading._meta.pk.column
    owner = f"r.{kind.owner}" if kind.owner else "NULL::uuid"
    behind = "" if after is None else f"AND r.{key} > %(after)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.{key}, {owner}, hashtextextended(r.{key}::text, 0), {kind.moment}"  # noqa: S608
            f" FROM {kind.leading._meta.db_table} r WHERE {one.condition()} {behind} AND r.{key} <= %(end)s"
            f" ORDER BY r.{key} LIMIT %(limit)s",
            {**one.params, "after": after, "end": end, "limit": limit},
        )
        return [Row(*found) for found in cursor.fetchall()]


def still(one: Due, keys: Sequence[Any]) -> set[Any]:
    """Those of these keys that are over now."""
    kind = one.kind
    key = kind.leading._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.{key} FROM {kind.leading._meta.db_table} r WHERE r.{key} = ANY(%(keys)s) AND {one.condition()}",  # noqa: S608
            {**one.params, "keys": list(keys)},
        )
        return {row[0] for row in cursor.fetchall()}


def _follows(one: Due, follow: Follow) -> int:
    with connection.cursor() as cursor:
        table = apps.get_model(follow.model)._meta.db_table
        cursor.execute(f"SELECT count(*) FROM {table} f WHERE {_above(one, follow, 'f')}", one.params)  # noqa: S608
        return int(cursor.fetchone()[0])


def _above(one: Due, follow: Follow, alias: str) -> str:
    """SQL over `alias`, a row of `follow`: the row it follows is over."""
    kind = one.kind
    same = f" AND {{0}}.customer_id = {alias}.customer_id" if is_owned(apps.get_model(follow.model)) else ""
    if follow.parent in {"", kind.model}:
        key = kind.leading._meta.pk.column
        return (
            f"EXISTS (SELECT 1 FROM {kind.leading._meta.db_table} r WHERE r.{key} = {alias}.{follow.column}"  # noqa: S608
            f"{same.format('r')} AND {one.condition()})"
        )
    parent = next(other for other in kind.follows if other.model == follow.parent)
    table, inner = apps.get_model(parent.model)._meta.db_table, f"{alias}p"
    return (
        f"EXISTS (SELECT 1 FROM {table} {inner} WHERE {inner}.id = {alias}.{follow.column}"  # noqa: S608
        f"{same.format(inner)} AND {_above(one, parent, inner)})"
    )


def is_owned(model: type[models.Model]) -> bool:
    """Whether the rows of a table lie beside their customers."""
    return any(column.column == "customer_id" for column in model._meta.local_concrete_fields)


def _first_named(kind: Kind, held: Sequence[uuid.UUID]) -> dt.datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min({kind.moment}) FROM {kind.leading._meta.db_table} r WHERE {kind.names}",  # noqa: S608
            {"held": copying.array(list(held))},
        )
        first: dt.datetime | None = cursor.fetchone()[0]
    return first
