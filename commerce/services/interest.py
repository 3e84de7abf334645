"""Back-in-stock interest: who wants to hear when an article is there again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
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


def note(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """Somebody wants to hear; returns how many rows changed. Asking again, or later than it ended, opens it anew."""
    return _write(interests, is_ended=False, source=source, now=now)


def end(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """It was said, bought or is no longer wanted."""
    return _write(interests, is_ended=True, source=source, now=now)


def _write(interests: Sequence[InterestInput], *, is_ended: bool, source: Source, now: datetime) -> int:
    latest = {(one.customer, one.sku): one for one in sorted(interests, key=lambda one: one.at) if one.sku}
    told = [latest[key] for key in sorted(latest)]
    if not told:
        return 0
    rows = [(one.customer, one.sku, one.name, one.at) for one in told]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO commerce_stockinterest AS known
                    (id, customer_id, sku, name, source, noted_at, ended_at, told_at)
                SELECT id, customer_id, sku, name, %s, at, CASE WHEN %s THEN at END, at
                FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
                    AS told (id, customer_id, sku, name, at)
                ON CONFLICT (customer_id, sku) DO UPDATE SET
                    name = coalesce(nullif(EXCLUDED.name, ''), known.name),
                    noted_at = CASE WHEN EXCLUDED.ended_at IS NULL THEN EXCLUDED.noted_at ELSE known.noted_at END,
                    ended_at = EXCLUDED.ended_at,
                    told_at = EXCLUDED.told_at
                WHERE EXCLUDED.told_at >= known.told_at
                    AND (EXCLUDED.ended_at IS NULL) IS DISTINCT FROM (known.ended_at IS NULL)
                """,
                [source.key, is_ended, ids.uuid7s(len(told)), *(list(column) for column in zip(*rows, strict=True))],
            )
            changed = cursor.rowcount
        pipeline.mark(sorted({one.customer for one in told}), cause="commerce.interest")
    return changed
