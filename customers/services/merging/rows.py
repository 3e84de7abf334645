"""Rows change hands: the one helper that merging and un-merging move them with (scale-out rule 14).

`customer_id` is never updated. One statement deletes and inserts, so that nothing is copied to Python and back; rows
that a unique rule of the taker refuses come out as images, whole and sealed as they were.
"""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from cdp.core.crypto import subjects
from cdp.core.crypto.fields import SealedField
from cdp.core.lifecycle import Declaration, OneOf


@dataclass
class Moved:
    """What changed hands: ids; images of what a unique rule refused; ids of those that had the flag of `one_of`."""

    ids: list[uuid.UUID] = field(default_factory=list)
    images: dict[uuid.UUID, str] = field(default_factory=dict)
    flagged: list[uuid.UUID] = field(default_factory=list)


def move(
    model: type[models.Model],
    declaration: Declaration,
    *,
    giver: uuid.UUID,
    taker: uuid.UUID,
    only: tuple[str, Sequence[object]] | None = None,
) -> Moved:
    """Give rows of `giver` to `taker`: all, or those whose column (first of `only`) has one of the values."""
    table, columns = model._meta.db_table, _columns(model)
    flag = declaration.one_of.flag if declaration.one_of else ""
    values = {column: f"gone.{column}" for column in columns} | {"customer_id": "%(taker)s"}
    if declaration.one_of:
        values[flag] = f"gone.{flag} AND NOT EXISTS ({_rival(table, declaration.one_of)})"
    with connection.cursor() as cursor:
        # Deleted first, inserted second, also by PostgreSQL: a row is inserted only after it came out of `gone`.
        cursor.execute(
            f"""
            WITH gone AS (
                DELETE FROM {table} WHERE customer_id = %(giver)s {f"AND {only[0]} = ANY(%(only)s)" if only else ""}
                RETURNING *
            ), put AS (
                INSERT INTO {table} ({", ".join(columns)}) SELECT {", ".join(values[column] for column in columns)}
                FROM gone ON CONFLICT DO NOTHING RETURNING id
            )
            SELECT gone.id, put.id IS NOT NULL, CASE WHEN put.id IS NULL THEN to_jsonb(gone)::text END,
                   {f"gone.{flag}" if flag else "false"}
            FROM gone LEFT JOIN put ON put.id = gone.id ORDER BY gone.id
            """,  # noqa: S608  (names of tables and columns)
            {"giver": giver, "taker": taker, "only": list(only[1]) if only else None},
        )
        moved = Moved()
        for row, arrived, image, is_flagged in cursor.fetchall():
            if arrived:
                moved.ids.append(row)
            else:
                moved.images[row] = image
            if is_flagged:
                moved.flagged.append(row)
        return moved


def is_part(model: type[models.Model], declaration: Declaration) -> bool:
    """Whether every row belongs to a parent and goes where that one goes: nobody needs a list of them."""
    column = declaration.follows[1] if declaration.follows else ""
    return any(field_.column == column and not field_.null for field_ in model._meta.local_concrete_fields)


def take_out(model: type[models.Model], *, customer: uuid.UUID) -> dict[uuid.UUID, str]:
    """Delete a customer's rows of a derived table; their images by primary key."""
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} AS gone WHERE customer_id = %s "  # noqa: S608
            f"RETURNING gone.{key}, to_jsonb(gone)::text",
            [customer],
        )
        return dict(cursor.fetchall())


def put_back(model: type[models.Model], images: Iterable[str], *, customer: uuid.UUID) -> list[str]:
    """Write rows from their images under that customer. What is there already stays. Returns the images written."""
    table, columns = model._meta.db_table, _columns(model)
    values = ["%s" if column == "customer_id" else f"image.{column}" for column in columns]
    written = []
    with connection.cursor() as cursor:
        for image in images:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608
                f"FROM jsonb_populate_record(NULL::{table}, %s::jsonb) AS image ON CONFLICT DO NOTHING",
                [customer, image],
            )
            if cursor.rowcount:
                written.append(image)
    return written


def count(declaration: Declaration, images: Collection[str], *, by: int) -> None:
    """Tell the room that counts these rows that they are there (`by` 1) or gone (-1)."""
    if declaration.counted and images:
        declaration.counted([json.loads(image) for image in images], by)


def is_busy(
    model: type[models.Model],
    busy: Mapping[str, object],
    *,
    customer: uuid.UUID,
    among: Sequence[uuid.UUID] | None = None,
) -> bool:
    """Whether somebody is at work on a row of that customer (one of `among`)."""
    if not busy:
        return False
    found = model._default_manager.filter(customer_id=customer, **busy)
    return found.exists() if among is None else found.filter(pk__in=among).exists()


def reseal(
    model: type[models.Model], *, customer: uuid.UUID, keyring: subjects.Keyring, keys: Sequence[uuid.UUID]
) -> int:
    """Seal a customer's values anew that are sealed under other keys than `keys`. Returns how many were."""
    table, count = model._meta.db_table, 0
    for sealed in (field_ for field_ in model._meta.local_concrete_fields if isinstance(field_, SealedField)):
        column = str(sealed.column)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {column} FROM {table} WHERE customer_id = %s AND {column} IS NOT NULL "  # noqa: S608
                f"AND NOT substring({column} FROM 2 FOR 16) = ANY(%s) ORDER BY id",
                [customer, [key.bytes for key in keys]],
            )
            for row, value in cursor.fetchall():
                text = keyring.open(bytes(value), table=table, column=column, row=row)
                again = keyring.seal(text, customer=customer, table=table, column=column, row=row)
                cursor.execute(
                    f"UPDATE {table} SET {column} = %s WHERE customer_id = %s AND id = %s",  # noqa: S608
                    [again, customer, row],
                )
                count += 1
    return count


# --- partial unique rules ---


def flagged(model: type[models.Model], rule: OneOf, *, customer: uuid.UUID) -> list[uuid.UUID]:
    """The rows of a customer that have the flag."""
    rows = model._default_manager.filter(customer_id=customer, **{rule.flag: True})
    return list(rows.values_list("pk", flat=True))


def raise_flags(
    model: type[models.Model], rule: OneOf, *, customer: uuid.UUID, wanted: Sequence[uuid.UUID], takes: bool = False
) -> None:
    """Give the flag to the wanted rows where their group has nobody who bears it; with `takes`, also where it has."""
    if not wanted:
        return
    table = model._meta.db_table
    same = "".join(f" AND mine.{column} = rival.{column}" for column in rule.group)
    about: dict[str, Any] = {"customer": customer, "wanted": list(wanted)}
    with connection.cursor() as cursor:
        if takes:
            cursor.execute(
                f"""
                UPDATE {table} AS rival SET {rule.flag} = false FROM {table} AS mine
                WHERE rival.customer_id = %(customer)s AND mine.customer_id = %(customer)s AND rival.{rule.flag}
                  AND mine.id = ANY(%(wanted)s) AND rival.id <> mine.id{same}
                """,  # noqa: S608  (names of tables and columns)
                about,
            )
        cursor.execute(
            f"""
            UPDATE {table} AS mine SET {rule.flag} = true
            WHERE mine.customer_id = %(customer)s AND mine.id = ANY(%(wanted)s) AND NOT mine.{rule.flag}
              AND NOT EXISTS ({_rival(table, rule, taker="%(customer)s", row="mine")})
            """,  # noqa: S608
            about,
        )


def _rival(table: str, rule: OneOf, *, taker: str = "%(taker)s", row: str = "gone") -> str:
    same = "".join(f" AND rival.{column} = {row}.{column}" for column in rule.group)
    return f"SELECT 1 FROM {table} rival WHERE rival.customer_id = {taker} AND rival.{rule.flag}{same}"  # noqa: S608


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field_.column) for field_ in model._meta.local_concrete_fields]
