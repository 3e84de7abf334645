"""Wish lists: adding and removing, one or many, in any order of arrival."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from cdp.core import ids, pipeline
from cdp.core.models import Source
from commerce.rules.inputs import ZERO, LineInput
from commerce.services import products


@dataclass(frozen=True, slots=True)
class WishInput:
    """An article on somebody's list at a moment of the source's clock. `customer` is a surviving id."""

    customer: uuid.UUID
    sku: str
    at: datetime
    name: str = ""
    list_id: str = ""
    list_name: str = ""
    is_removed: bool = False
    resolved_by: bytes | None = None


def add(*, wishes: Sequence[WishInput], source: Source, now: datetime) -> int:
    """Put articles on lists; returns how many rows changed. The same again, or older than what is known, is nothing."""
    return record(wishes=[replace(wish, is_removed=False) for wish in wishes], source=source, now=now)


def remove(*, wishes: Sequence[WishInput], source: Source, now: datetime) -> int:
    """Take articles off lists; a removal that arrives before its adding still wins if it is later."""
    return record(wishes=[replace(wish, is_removed=True) for wish in wishes], source=source, now=now)


def record(*, wishes: Sequence[WishInput], source: Source, now: datetime) -> int:
    """Articles put on lists and taken off, mixed; returns how many rows changed.

    The time of the newest telling is kept also where it says what is known: a later "still there" outlives an earlier
    "taken off" that arrives last.
    """
    # One statement cannot touch a row twice: of several tellings of one wish the latest stands.
    latest = {(wish.customer, wish.list_id, wish.sku): wish for wish in sorted(wishes, key=lambda wish: wish.at)}
    told = [latest[key] for key in sorted(latest) if latest[key].sku]
    if not told:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO commerce_wish AS known
                    (id, customer_id, list_id, sku, list_name, name, source, added_at, removed_at, told_at, resolved_by)
                SELECT id, customer_id, list_id, sku, list_name, name, %s, at, CASE WHEN is_removed THEN at END, at,
                       resolved_by
                FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
                            %s::boolean[], %s::bytea[])
                    AS told (id, customer_id, list_id, sku, list_name, name, at, is_removed, resolved_by)
                ON CONFLICT (customer_id, source, list_id, sku) DO UPDATE SET
                    list_name = coalesce(nullif(EXCLUDED.list_name, ''), known.list_name),
                    name = coalesce(nullif(EXCLUDED.name, ''), known.name),
                    added_at = CASE WHEN EXCLUDED.removed_at IS NULL AND known.removed_at IS NOT NULL
                        THEN EXCLUDED.added_at ELSE least(known.added_at, EXCLUDED.added_at) END,
                    removed_at = CASE WHEN EXCLUDED.removed_at IS NULL THEN NULL
                        ELSE coalesce(known.removed_at, EXCLUDED.removed_at) END,
                    told_at = EXCLUDED.told_at,
                    resolved_by = coalesce(EXCLUDED.resolved_by, known.resolved_by)
                WHERE EXCLUDED.told_at > known.told_at OR EXCLUDED.told_at = known.told_at
                    AND (EXCLUDED.removed_at IS NULL) IS DISTINCT FROM (known.removed_at IS NULL)
                """,
                [source.key, ids.uuid7s(len(told)), *_columns(told)],
            )
            changed = cursor.rowcount
        products.learn(_lines(told), now=now)
        pipeline.mark(sorted({wish.customer for wish in told}), cause="commerce.wishes")
    return changed


def _columns(told: Sequence[WishInput]) -> list[list[object]]:
    rows = [
        (
            wish.customer,
            wish.list_id,
            wish.sku,
            wish.list_name,
            wish.name,
            wish.at,
            wish.is_removed,
            wish.resolved_by,
        )
        for wish in told
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _lines(told: Iterable[WishInput]) -> Iterable[LineInput]:
    return (LineInput(ZERO, ZERO, sku=wish.sku, name=wish.name) for wish in told)
