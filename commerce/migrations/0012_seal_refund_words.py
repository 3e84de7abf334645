"""The words of refunds that are there already, sealed under the keys of their customers; those of guests and of people
who were erased go.

In portions that are committed one by one, by the primary key; cut off, it may simply be run again.
"""

import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

from cdp.core.crypto import subjects
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.operations.base import Operation

PORTION = 2_000
TABLE, COLUMN = "commerce_refund", "words"


def seal(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """No word stays in the clear."""
    with editor.connection.cursor() as cursor:
        for rows in _portions(cursor, "reason", "reason <> ''"):
            keyring = subjects.load({customer for _row, customer, _text in rows})
            sealed = [
                keyring.seal(text, customer=customer, table=TABLE, column=COLUMN, row=row)
                if customer in keyring.writing
                else None
                for row, customer, text in rows
            ]
            _write(cursor, "words = k.value, reason = ''", "bytea", rows, sealed)


def open_(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The words in the clear again, where their keys are there."""
    with editor.connection.cursor() as cursor:
        for rows in _portions(cursor, "words", "words IS NOT NULL"):
            keyring = subjects.load({customer for _row, customer, _sealed in rows})
            texts = [keyring.open(sealed, table=TABLE, column=COLUMN, row=row) for row, _customer, sealed in rows]
            _write(cursor, "reason = k.value, words = NULL", "text", rows, texts)


def _portions(cursor: CursorWrapper, column: str, condition: str) -> Iterator[list[tuple[Any, ...]]]:
    """(id, customer, what is in that column) of PORTION rows each."""
    last = uuid.UUID(int=0)
    while True:
        cursor.execute(
            f"SELECT id, customer_id, {column} FROM {TABLE} WHERE id > %s AND {condition} ORDER BY id LIMIT %s",  # noqa: S608
            [last, PORTION],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _write(cursor: CursorWrapper, change: str, kind: str, rows: list[tuple[Any, ...]], values: list[Any]) -> None:
    ids, customers = [row[0] for row in rows], [row[1] for row in rows]
    cursor.execute(
        f"UPDATE {TABLE} AS r SET {change} FROM unnest(%s::uuid[], %s::uuid[], %s::{kind}[]) "  # noqa: S608
        "AS k (customer_id, id, value) WHERE r.customer_id = k.customer_id AND r.id = k.id",
        [customers, ids, values],
    )


class Migration(migrations.Migration):
    """Outside a transaction, so that each portion is committed by itself."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0001_first_tables"),
        ("commerce", "0011_refund_words"),
    ]
    operations: ClassVar[list[Operation]] = [migrations.RunPython(seal, open_)]
