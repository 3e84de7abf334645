"""Back-in-stock interest: who wants to hear when an article is there again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from cdp.core import ids, pipeline
from cdp.core.models import Source


@dataclass(frozen=True, slots=True)
class InterestInput:
    """Somebody and an article, at a moment of the source's clock. `customer` is a surviving id."""

    customer: uuid.UUID
    sku: str
    at: datetime
    name: str = ""
    is_ended: bool = False
    resolved_by: bytes | None = None


def note(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """Somebody wants to hear; returns how many rows changed. Asking again, or later than it ended, opens it anew."""
    return record(interests=[replace(one, is_ended=False) for one in interests], source=source, now=now)


def end(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """It was said, bought or is no longer wanted."""
    return record(interests=[replace(one, is_ended=True) for one in interests], source=source, now=now)


def record(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """Interests noted and ended, mixed; the newest word about an article stands, whichever arrives last."""
    latest = {(one.customer, one.sku): one for one in sorted(interests, key=lambda one: one.at) if one.sku}
    told = [latest[key] for key in sorted(latest)]
    if not told:
        return 0
    rows = [(one.customer, one.sku, one.name, one.at, one.is_ended, one.resolved_by) for one in told]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO commerce_stockinterest AS known
                    (id, customer_id, sku, name, source, noted_at, ended_at, told_at, resolved_by)
                SELECT id, customer_id, sku, name, %s, at, CASE WHEN is_ended THEN at END, at, resolved_by
                FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::boolean[],
                            %s::bytea[])
                    AS told (id, customer_id, sku, name, at, is_ended, resolved_by)
                ON CONFLICT (customer_id, sku) DO UPDATE SET
                    name = coalesce(nullif(EXCLUDED.name, ''), known.name),
                    noted_at = CASE WHEN EXCLUDED.ended_at IS NULL AND known.ended_at IS NOT NULL
                        THEN EXCLUDED.noted_at ELSE known.noted_at END,
                    ended_at = CASE WHEN EXCLUDED.ended_at IS NULL THEN NULL
                        ELSE coalesce(known.ended_at, EXCLUDED.ended_at) END,
                    told_at = EXCLUDED.told_at,
                    resolved_by = coalesce(EXCLUDED.resolved_by, known.resolved_by)
                WHERE EXCLUDED.told_at > known.told_at OR EXCLUDED.told_at = known.told_at
                    AND (EXCLUDED.ended_at IS NULL) IS DISTINCT FROM (known.ended_at IS NULL)
                """,
                [source.key, ids.uuid7s(len(told)), *(list(column) for column in zip(*rows, strict=True))],
            )
            changed = cursor.rowcount
        pipeline.mark(sorted({one.customer for one in told}), cause="commerce.interest")
    return changed
