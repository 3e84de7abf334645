"""The key tables: who owns which order or refund number, and the lock under which it is written.

Touching a key by INSERT … ON CONFLICT DO UPDATE either makes it or locks it until the end of the transaction, so two
doors that tell the same order at once take turns. Keys are touched in the order of their digests, or two batches could
wait for each other.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from cdp.core import copying


@dataclass(frozen=True, slots=True)
class Owner:
    """What a key points at: a customer and that customer's row."""

    customer: uuid.UUID
    row: uuid.UUID


@dataclass(frozen=True, slots=True)
class KeyTable:
    """A key table: its name and the column of the row's id."""

    name: str
    column: str


ORDERS = KeyTable("commerce_orderkey", "order_id")
REFUNDS = KeyTable("commerce_refundkey", "refund_id")


def claim(table: KeyTable, wanted: Mapping[bytes, Owner]) -> dict[bytes, Owner]:
    """Make or lock these keys. Returns what each points at now: `wanted` where it is new, else what was there."""
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {table.name} AS known (digest, customer_id, {table.column})
            SELECT * FROM unnest(%s::bytea[], %s::uuid[], %s::uuid[])
            ON CONFLICT (digest) DO UPDATE SET {table.column} = known.{table.column}
            RETURNING digest, customer_id, {table.column}
            """,  # noqa: S608  (names are constants of this module)
            _columns(wanted),
        )
        return {bytes(digest): Owner(customer, row) for digest, customer, row in cursor.fetchall()}


def point(table: KeyTable, owners: Mapping[bytes, Owner]) -> None:
    """Let keys point at other rows."""
    if not owners:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {table.name} (digest, customer_id, {table.column})
            SELECT * FROM unnest(%s::bytea[], %s::uuid[], %s::uuid[])
            ON CONFLICT (digest) DO UPDATE
            SET customer_id = EXCLUDED.customer_id, {table.column} = EXCLUDED.{table.column}
            """,  # noqa: S608  (names are constants of this module)
            _columns(owners),
        )


def release(table: KeyTable, digests: Iterable[bytes]) -> None:
    """Drop keys whose row was not written or is gone."""
    gone = sorted(digests)
    if not gone:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table.name} WHERE digest = ANY(%s)", [gone])  # noqa: S608  (as above)


def find(table: KeyTable, digests: Iterable[bytes]) -> dict[bytes, Owner]:
    """What these keys point at; unknown ones are left out."""
    wanted = list(digests)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT digest, customer_id, {table.column} FROM {table.name} WHERE digest = ANY(%s::bytea[])",  # noqa: S608
            [copying.array(wanted)],
        )
        return {bytes(digest): Owner(customer, row) for digest, customer, row in cursor.fetchall()}


def _columns(owners: Mapping[bytes, Owner]) -> list[str]:
    in_order = sorted(owners)
    found = [owners[digest] for digest in in_order]
    columns = in_order, [owner.customer for owner in found], [owner.row for owner in found]
    return [copying.array(column) for column in columns]
