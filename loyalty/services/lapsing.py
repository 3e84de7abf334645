"""What only time does: waits that are over, ends that have come, tiers that are no longer reached.

Balances are right without it, as time counts at reading; this books it, so that the ledger says it, too.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from cdp.core import pipeline
from customers.services import standing
from loyalty.models import Member
from loyalty.rules import ranks
from loyalty.rules.ranks import Rank
from loyalty.selectors import booked, purses, tiers, versions
from loyalty.selectors.versions import Version
from loyalty.services.accruing import keep_ranks
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
    """Let members fall whose purchases no longer reach their tier, as the version in force says. Returns how many."""
    version = versions.in_force(now)
    if version is None:
        return 0
    return sum(_settle(page, version, now) for page in tiers.otherwise(version.programme.tiering, now))


def _settle(page: Sequence[uuid.UUID], version: Version, now: datetime) -> int:
    zone = timezone.get_default_timezone()
    tiering = version.programme.tiering
    with transaction.atomic():
        tops = set(standing.hold(page).values())
        standing.queue(tops)
        rows = {row: top for top, some in purses.persons(tops).items() for row in some}
        histories = booked.counted(rows, {tiering.basis}, ranks.earliest(tiering, now=now, zone=zone))
        changed = []
        for member in Member.objects.filter(customer_id__in=tops, left_at=None).exclude(tier=""):
            since = ranks.window(tiering, joined_at=member.joined_at, now=now, zone=zone)
            counter = histories[member.customer_id].counter(tiering.basis, since, now)
            before = Rank(member.tier, member.tier_since, member.tier_until)
            rank = ranks.settle(tiering, before, counter, now=now)
            if rank != before:
                changed.append((member.customer_id, rank.tier, rank.since, rank.until))
        if changed:
            keep_ranks(changed)
            pipeline.mark([customer for customer, *_ in changed], cause="loyalty.tiers", lane=pipeline.BULK)
    return len(changed)
