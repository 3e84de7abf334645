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

from cdp.core import copying
from cdp.core.crypto import subjects
from cdp.core.crypto.fields import SealedField
from cdp.core.lifecycle import Declaration, OneOf, declarations


@dataclass
class Moved:
    """What of one giver changed hands: ids; images of what a unique rule refused; ids of those that had the flag of
    `one_of`, and of those that have it still.
    """

    ids: list[uuid.UUID] = field(default_factory=list)
    images: dict[uuid.UUID, str] = field(default_factory=dict)
    flagged: list[uuid.UUID] = field(default_factory=list)
    flags: list[uuid.UUID] = field(default_factory=list)


def move(
    model: type[models.Model],
    declaration: Declaration,
    pairs: Mapping[uuid.UUID, uuid.UUID],
    *,
    only: tuple[str, Sequence[object]] | None = None,
) -> dict[uuid.UUID, Moved]:
    """Give rows of each key of `pairs` to its value: all, or those whose column (first of `only`) has one of `only`'s
    values.

    One statement for all. Where several give to the same one, it comes out as if they had given one after the other.
    Returns giver → what moved; who had nothing is left out.
    """
    table, columns = model._meta.db_table, _columns(model)
    rule = declaration.one_of
    values = {column: f"gone.{column}" for column in columns} | {"customer_id": "gone.cdp_taker"}
    was = is_ = "false"
    if rule:
        was = f"gone.{rule.flag}"
        # Of several that arrive in one group the first may keep the flag, if nobody there has it.
        rank = ", ".join(f"gone.{column}" for column in ("cdp_taker", *rule.group, rule.flag))
        values[rule.flag] = (
            f"gone.{rule.flag} AND row_number() OVER (PARTITION BY {rank} ORDER BY gone.cdp_place, gone.id) = 1"
            f" AND NOT EXISTS ({_rival(table, rule, taker='gone.cdp_taker')})"
        )
        is_ = f"put.{rule.flag}"
    with connection.cursor() as cursor:
        # Deleted first, inserted second, also by PostgreSQL: a row is inserted only after it came out of `gone`.
        cursor.execute(
            f"""
            WITH pair AS (
                SELECT * FROM unnest(%(givers)s::uuid[], %(takers)s::uuid[]) WITH ORDINALITY AS p (giver, taker, place)
            ), gone AS (
                DELETE FROM {table} AS mine USING pair WHERE mine.customer_id = pair.giver
                {f"AND mine.{only[0]} = ANY(%(only)s)" if only else ""}
                RETURNING mine.*, pair.taker AS cdp_taker, pair.place AS cdp_place
            ), put AS (
                INSERT INTO {table} ({", ".join(columns)}) SELECT {", ".join(values[column] for column in columns)}
                FROM gone ORDER BY gone.cdp_place, gone.id ON CONFLICT DO NOTHING RETURNING *
            )
            SELECT gone.customer_id, gone.id, put.id IS NOT NULL,
                   CASE WHEN put.id IS NULL THEN (to_jsonb(gone) - 'cdp_taker' - 'cdp_place')::text END, {was}, {is_}
            FROM gone LEFT JOIN put ON put.id = gone.id ORDER BY gone.cdp_place, gone.id
            """,  # noqa: S608  (names of tables and columns)
            {
                "givers": copying.array(list(pairs)),
                "takers": copying.array(list(pairs.values())),
                "only": list(only[1]) if only else None,
            },
        )
        moved: dict[uuid.UUID, Moved] = {}
        for giver, row, arrived, image, was_flagged, is_flagged in cursor.fetchall():
            mine = moved.setdefault(giver, Moved())
            if arrived:
                mine.ids.append(row)
            else:
                mine.images[row] = image
            if was_flagged:
                mine.flagged.append(row)
            if is_flagged:
                mine.flags.append(row)
    if rule:
        _hand_flags_on(model, rule, pairs, moved)
    return moved


def _hand_flags_on(
    model: type[models.Model], rule: OneOf, pairs: Mapping[uuid.UUID, uuid.UUID], moved: Mapping[uuid.UUID, Moved]
) -> None:
    """The first that brought a flag collided and stayed out: the next one that had it has it then."""
    lost = {pairs[giver] for giver, mine in moved.items() if set(mine.flagged) & mine.images.keys()}
    for giver, mine in moved.items():
        waiting = [row for row in mine.flagged if row not in mine.images and row not in mine.flags]
        if waiting and pairs[giver] in lost:
            for row in waiting:
                raise_flags(model, rule, customer=pairs[giver], wanted=[row])
            mine.flags += [
                row for row in flagged(model, rule, customers=[pairs[giver]])[pairs[giver]] if row in waiting
            ]


def is_part(model: type[models.Model], declaration: Declaration) -> bool:
    """Whether every row belongs to a parent and goes where that one goes: nobody needs a list of them."""
    column = declaration.follows[1] if declaration.follows else ""
    return any(field_.column == column and not field_.null for field_ in model._meta.local_concrete_fields)


def take_out(model: type[models.Model], *, customers: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """Delete these customers' rows of a table; their images by customer and primary key."""
    key = model._meta.pk.column
    found: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} AS gone WHERE customer_id = ANY(%s::uuid[]) "  # noqa: S608
            f"RETURNING gone.customer_id, gone.{key}, to_jsonb(gone)::text",
            [copying.array(list(customers))],
        )
        for customer, row, image in cursor.fetchall():
            found.setdefault(customer, {})[row] = image
    return found


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


def busy(
    model: type[models.Model],
    condition: Mapping[str, object],
    *,
    customers: Collection[uuid.UUID],
    among: Collection[uuid.UUID] | None = None,
) -> set[uuid.UUID]:
    """Those of the customers on a row of whom (one of `among`) somebody is at work."""
    if not condition or among == []:
        return set()
    found = model._default_manager.filter(customer_id__in=customers, **condition)
    if among is not None:
        found = found.filter(pk__in=among)
    return set(found.values_list("customer_id", flat=True))


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


def flagged(
    model: type[models.Model], rule: OneOf, *, customers: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The rows of each customer that have the flag."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {customer: [] for customer in customers}
    rows = model._default_manager.filter(customer_id__in=customers, **{rule.flag: True}).order_by("pk")
    for customer, row in rows.values_list("customer_id", "pk"):
        found[customer].append(row)
    return found


def flag_of(model: type[models.Model]) -> OneOf:
    """The rule by which one of somebody's rows comes first, for a table that has such a rule."""
    rule = declarations()[model].one_of
    assert rule is not None, f"one row of {model.__name__} comes first"  # noqa: S101
    return rule


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


def _rival(table: str, rule: OneOf, *, taker: str, row: str = "gone") -> str:
    same = "".join(f" AND rival.{column} = {row}.{column}" for column in rule.group)
    return f"SELECT 1 FROM {table} rival WHERE rival.customer_id = {taker} AND rival.{rule.flag}{same}"  # noqa: S608


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field_.column) for field_ in model._meta.local_concrete_fields]
