"""Empties the database after a transactional test at the price of what that test wrote.

Django truncates every table, used or not, and makes content types, permissions and rows of reference anew: half a
second each time. Here only tables that have rows lose them, and those that hold rows from the beginning keep exactly
these: the same rows with the same ids, before and after any test, in any order.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

# A row that was changed lies in another place or was written by another transaction.
_MARK = "ctid::text || ' ' || xmin::text"
_MARKS = f"""SELECT md5(coalesce(string_agg({_MARK}, ',' ORDER BY ctid), '')) FROM "{{table}}" """
_WITH_TRIGGERS = "SELECT relname FROM pg_class WHERE oid IN (SELECT tgrelid FROM pg_trigger WHERE NOT tgisinternal)"


@dataclass
class First:
    """What stands in a database after the migrations: tables, rows as COPY writes them, and which rows these are."""

    tables: list[str]
    guarded: set[str]  # by triggers of ours, which refuse changes
    rows: dict[str, bytes]
    marks: dict[str, str]


_first: dict[str, First] = {}


def install() -> None:
    """Let every transactional test end so."""

    def _fixture_teardown(self: Any) -> None:
        for name in self._databases_names(include_mirrors=False):
            empty(connections[name])

    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[method-assign]


def remember(connection: BaseDatabaseWrapper) -> None:
    """Note what stands in a database now, before the first test."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor  # statements of ours alone: nobody counts or judges them
        guarded = {table for (table,) in cursor.execute(_WITH_TRIGGERS)}
        first = _first[connection.alias] = First(tables, guarded, {}, {})
        for table in _changed(cursor, first):
            with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT BINARY)') as copy:
                first.rows[table] = b"".join(copy)
            first.marks[table] = cursor.execute(_MARKS.format(table=table)).fetchone()[0]


def empty(connection: BaseDatabaseWrapper) -> None:
    """Take away what was written since `remember`, and bring back what was there."""
    first = _first[connection.alias]
    with transaction.atomic(using=connection.alias), connection.cursor() as wrapped:
        cursor = wrapped.cursor
        changed = _changed(cursor, first)
        guarded = [table for table in changed if table in first.guarded]
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # tables refer to each other in any order
        for table in changed:
            cursor.execute(f'DELETE FROM "{table}"')
            if table in first.rows:
                with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT BINARY)') as copy:
                    copy.write(first.rows[table])
                first.marks[table] = cursor.execute(_MARKS.format(table=table)).fetchone()[0]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _changed(cursor: Any, first: First) -> list[str]:
    """The tables in which other rows stand than in the beginning."""
    asked = " UNION ALL ".join(
        f"""SELECT '{table}' WHERE ({_MARKS.format(table=table)}) <> '{first.marks[table]}'"""
        if table in first.marks
        else f"""SELECT '{table}' WHERE EXISTS (SELECT FROM "{table}")"""
        for table in first.tables
    )
    return [table for (table,) in cursor.execute(asked)]
