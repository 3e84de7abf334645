"""Ways of contact and addresses whose import is taken back."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from customers.models import Address, ContactPoint

_KINDS = {"line_id": ContactPoint.Kind.LINE}
"""Kinds of identifiers whose ways of contact are of a kind by another name."""
_TABLES = {"points": ("customers_contactpoint", ("kind", "source")), "addresses": ("customers_address", ())}


def take_rows(
    changes: Mapping[uuid.UUID, Mapping[str, Any]], kept: Mapping[uuid.UUID, set[str]]
) -> dict[uuid.UUID, int]:
    """Delete the ways of contact and addresses that were made; those stay that were verified since, and those of a
    kind of identifier that stays. Returns how many stay, by customer.
    """
    stay, gone = _judged(changes, kept)
    if gone:
        ContactPoint.objects.filter(customer_id__in=list(changes), id__in=gone).delete()
    if addresses := _made(changes, "addresses"):
        Address.objects.filter(customer_id__in=list(changes), id__in=addresses).delete()
    return stay


def staying(changes: Mapping[uuid.UUID, Mapping[str, Any]], kept: Mapping[uuid.UUID, set[str]]) -> dict[uuid.UUID, int]:
    """What `take_rows` would return. Reads only."""
    return _judged(changes, kept)[0]


def _made(changes: Mapping[uuid.UUID, Mapping[str, Any]], part: str) -> list[uuid.UUID]:
    return [uuid.UUID(row) for change in changes.values() for row in change.get(part, {}).get("made", [])]


def _judged(
    changes: Mapping[uuid.UUID, Mapping[str, Any]], kept: Mapping[uuid.UUID, set[str]]
) -> tuple[dict[uuid.UUID, int], list[uuid.UUID]]:
    """How many ways of contact stay, by customer, and which go."""
    stay: dict[uuid.UUID, int] = {}
    gone: list[uuid.UUID] = []
    points = _made(changes, "points")
    if not points:
        return stay, gone
    kinds = {customer: {_KINDS.get(kind, kind) for kind in some} for customer, some in kept.items()}
    found = ContactPoint.objects.filter(customer_id__in=list(changes), id__in=points)
    for row, customer, kind, verified_at in found.values_list("id", "customer_id", "kind", "verified_at"):
        if verified_at is not None or kind in kinds.get(customer, ()):
            stay[customer] = stay.get(customer, 0) + 1
        else:
            gone.append(row)
    return stay, gone


def restore_flags(changes: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    """Let the ways of contact and addresses be primary that were; where none is left that was, the newest one is."""
    for part, (table, group) in _TABLES.items():
        flags = {
            row: was
            for change in changes.values()
            for row, (was, _now) in change.get(part, {}).get("flags", {}).items()
        }
        touched = [one for one, change in changes.items() if change.get(part)]
        if touched:
            _restore(table, group, flags, touched)


def _restore(table: str, group: Sequence[str], flags: Mapping[str, bool], customers: Sequence[uuid.UUID]) -> None:
    same = "".join(f" AND rival.{column} = mine.{column}" for column in group)
    slot = ", ".join(["mine.customer_id", *(f"mine.{column}" for column in group)])
    free = f"NOT EXISTS (SELECT 1 FROM {table} AS rival WHERE rival.customer_id = mine.customer_id AND rival.is_primary{same})"  # noqa: S608, E501
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET is_primary = false WHERE customer_id = ANY(%s) AND id = ANY(%s::uuid[])",  # noqa: S608
            [list(customers), [row for row, was in flags.items() if not was]],
        )
        cursor.execute(
            f"UPDATE {table} AS mine SET is_primary = true "  # noqa: S608
            f"WHERE mine.customer_id = ANY(%s) AND mine.id = ANY(%s::uuid[]) AND {free}",
            [list(customers), [row for row, was in flags.items() if was]],
        )
        cursor.execute(
            f"""
            UPDATE {table} AS best SET is_primary = true FROM (
                SELECT DISTINCT ON ({slot}) mine.customer_id, mine.id FROM {table} AS mine
                WHERE mine.customer_id = ANY(%s) AND {free}
                ORDER BY {slot}, mine.created_at DESC, mine.id DESC
            ) AS newest WHERE best.customer_id = newest.customer_id AND best.id = newest.id
            """,  # noqa: S608
            [list(customers)],
        )
