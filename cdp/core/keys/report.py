"""What is sealed in this database, under which keys, and what lies in clear by decision (docs/privacy-map.md).

Counts of large tables are PostgreSQL's own estimates, which cost nothing at any size; those of small ones are exact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model

from cdp.core.checks import OURS
from cdp.core.crypto import ring
from cdp.core.crypto.fields import SealedField
from cdp.core.keys import holders, proofs
from cdp.core.models import DataKey, HourlyKey, RingKey

EXACT_BELOW = 50_000
PRIVACY_MAP = settings.BASE_DIR / "docs" / "privacy-map.md"
_PLACE = re.compile(r"`([a-z_]+\*?)`|`([a-z_]+)?\.([a-z_]+)`")
_ROOMS = tuple(f"{room}_" for room in sorted(OURS))


@dataclass(frozen=True, slots=True)
class Column:
    """A column with sealed values: how many rows have one, as far as `is_exact` says."""

    table: str
    column: str
    rows: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the privacy map: where, what, and how it is protected. In English, as it stands there."""

    places: tuple[tuple[str, str], ...]  # table and column; an empty column stands for the whole table
    where: str
    what: str
    protection: str

    @property
    def is_plain(self) -> bool:
        """Whether it lies in clear, by decision."""
        return self.protection.startswith("plain")

    @property
    def is_digest(self) -> bool:
        """Whether it is a keyed digest, by which sealed values are found."""
        return self.protection.startswith("keyed digest")


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A key of the ring, the rows it wraps by table, and since when it is used."""

    key_id: str
    is_first: bool
    is_here: bool
    first_used_at: datetime | None
    rows: dict[str, int]

    @property
    def total(self) -> int:
        """All rows it wraps."""
        return sum(self.rows.values())


@cache
def lines() -> tuple[Line, ...]:
    """The privacy map, line by line."""
    found = []
    for row in PRIVACY_MAP.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) != 5 or cells[1] in {"place", "---"}:
            continue
        places, table = [], ""
        for whole, named, column in _PLACE.findall(cells[1]):
            table = whole or named or table
            if table.endswith("*"):
                places += [(model._meta.db_table, "") for model in apps.get_models() if _begins(model, table[:-1])]
            elif table.startswith(_ROOMS):
                places.append((table, column))
        found.append(Line(tuple(places), cells[1].replace("`", ""), cells[2], cells[3]))
    return tuple(found)


def _begins(model: type[Model], start: str) -> bool:
    return model._meta.db_table.startswith(start)


def sealed_columns() -> list[Column]:
    """Every sealed column of every model, in the order of tables."""
    by_table: dict[str, list[str]] = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            columns = [str(one.column) for one in model._meta.local_fields if isinstance(one, SealedField)]
            if columns:
                by_table[model._meta.db_table] = columns
    sizes = _sizes(list(by_table))
    return [
        Column(table, column, rows, is_exact)
        for table, columns in sorted(by_table.items())
        for column, rows, is_exact in _filled(table, columns, sizes.get(table, 0))
    ]


def _sizes(tables: Sequence[str]) -> dict[str, int]:
    """How many rows tables have about, partitions counted together; -1 where nobody has looked yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT whole.relname, coalesce(sum(part.reltuples) FILTER (WHERE part.relkind = 'r'), -1)::bigint
            FROM pg_class AS whole
            CROSS JOIN LATERAL pg_partition_tree(whole.oid) AS leaf
            JOIN pg_class AS part ON part.oid = leaf.relid
            WHERE whole.relname = ANY(%s) AND whole.relnamespace = current_schema()::regnamespace
              AND whole.relkind = 'p'
            GROUP BY 1
            UNION ALL
            SELECT relname, reltuples::bigint FROM pg_class
            WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace AND relkind = 'r'
            """,
            [list(tables), list(tables)],
        )
        return dict(cursor.fetchall())


def _filled(table: str, columns: Sequence[str], size: int) -> list[tuple[str, int, bool]]:
    with connection.cursor() as cursor:
        if size < EXACT_BELOW:
            # Also where nobody has looked yet: counting stops at a bound, and what reaches it is about so many.
            counted = ", ".join(f"count({column})" for column in columns)
            wanted = ", ".join(columns)
            cursor.execute(
                f"SELECT {counted} FROM (SELECT {wanted} FROM {table} LIMIT {EXACT_BELOW * 2}) AS looked"  # noqa: S608
            )
            row = cursor.fetchone()
            is_all = max(row) < EXACT_BELOW * 2
            return [(column, rows, is_all) for column, rows in zip(columns, row, strict=True)]
        cursor.execute(
            """
            SELECT attname, coalesce(sum((1 - null_frac) * part.reltuples), 0)::bigint
            FROM pg_stats JOIN pg_class AS part ON part.relname = tablename AND part.relkind = 'r'
            WHERE schemaname = current_schema() AND attname = ANY(%s)
              AND tablename IN (SELECT %s UNION SELECT relid::regclass::text FROM pg_partition_tree(%s::regclass))
            GROUP BY 1
            """,
            [list(columns), table, table],
        )
        told = dict(cursor.fetchall())
        return [(column, told.get(column, 0), False) for column in columns]


def keys_in_use() -> list[KeyInUse]:
    """The keys of the ring and of the database, the first one first."""
    key_ring, rows = ring.current(), dict[str, dict[str, int]]()
    for holder in holders.every():
        for key_id, count in proofs.in_use(holder).items():
            rows.setdefault(key_id, {})[holder.table] = count
    since = dict(RingKey.objects.values_list("id", "first_used_at"))
    return [
        KeyInUse(key_id, key_id == key_ring.primary, key_id in key_ring.keys, since.get(key_id), rows.get(key_id, {}))
        for key_id in sorted({*key_ring.keys, *rows}, key=lambda one: (one != key_ring.primary, one))
    ]


def by_age() -> list[tuple[int, int]]:
    """How many data keys of customers were made in which year, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT extract(year FROM created_at)::int, count(*) FROM {DataKey._meta.db_table} GROUP BY 1 ORDER BY 1 DESC"  # noqa: S608, E501
        )
        return cursor.fetchall()


def hourly() -> dict[str, Any]:
    """How many keys of an hour there are, and of which hours (since the epoch)."""
    hours = HourlyKey.objects.order_by("hour").values_list("hour", flat=True)
    found = list(hours)
    return {"count": len(found), "first": found[0] if found else None, "last": found[-1] if found else None}
