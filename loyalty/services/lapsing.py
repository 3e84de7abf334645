"""What only time does: waits that are over, ends that have come, tiers that are no longer reached.

Balances are right without it, as time counts at reading; this books it, so that the ledger says it, too.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from cdp.core import pipeline
from customers.services import standing
from loyalty.selectors import tiers, versions
from loyalty.selectors.versions import Timeline
from loyalty.services import ranking
from loyalty.services.book import Book

BATCH = 500
BATCHES = 40
"""Of one run; the next goes on."""


def book_due(*, now: datetime) -> int:
    """Book waits and ends that are due, for at most BATCH × BATCHES people. Returns for how many."""
    done = 0
    for _ in range(BATCHES):
        due = _due(now)
        if not due:
            break
        with transaction.atomic():
            book = Book.open(due, now=now)
            book.write()
            pipeline.mark(book.members, cause="loyalty.time", lane=pipeline.BULK)
        done += len(due)
    return done


def _due(now: datetime) -> list[uuid.UUID]:
    """Whose lots stand otherwise than time says, longest first. By the indexes of waiting and of ending lots."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT customer_id FROM (
                (SELECT customer_id FROM loyalty_lot WHERE pending > 0 AND active_from <= %(now)s
                 ORDER BY active_from LIMIT %(most)s)
                UNION ALL
                (SELECT customer_id FROM loyalty_lot WHERE active > 0 AND ends IS NOT NULL AND ends <= %(now)s
                 ORDER BY ends LIMIT %(most)s)
            ) due
            """,
            {"now": now, "most": BATCH},
        )
        return [row for (row,) in cursor.fetchall()]


def settle_tiers(*, now: datetime) -> int:
    """Let members fall whose purchases no longer reach their tier, and rise who reaches one by a version that came into
    force, as it says. Returns how many.
    """
    timeline = versions.published()
    version = timeline.at(now)
    if version is None:
        return 0
    return sum(_settle(page, timeline, now) for page in tiers.otherwise(version.programme.tiering, now))


def _settle(page: Sequence[uuid.UUID], timeline: Timeline, now: datetime) -> int:
    with transaction.atomic():
        tops = set(standing.hold(page).values())
        standing.queue(tops)
        changed = ranking.settle(tops, timeline=timeline, now=now, falls=True)
        if changed:
            pipeline.mark(changed, cause="loyalty.tiers", lane=pipeline.BULK)
    return len(changed)
