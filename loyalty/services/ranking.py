"""Which tier members have: looked at again once something was booked that counts, and at night by the clock."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from loyalty.models import Member
from loyalty.rules import ranks
from loyalty.rules.ranks import Rank
from loyalty.selectors import booked, purses
from loyalty.selectors.versions import Timeline
from loyalty.services import ends
from loyalty.services.accruing import keep_ranks
from loyalty.services.book import Book


def settle(tops: Collection[uuid.UUID], *, timeline: Timeline, now: datetime, falls: bool = False) -> list[uuid.UUID]:
    """Give these members, who stand for themselves, the tier that what counts for them says: up, and where they may
    fall now (`falls`) down by the programme's policy. Whose tier is another one since.

    Works behind the caller's locks, after what was booked is written; a handful of statements, one where the programme
    has no tiers.
    """
    version = timeline.at(now)
    known = Member.objects.filter(customer_id__in=list(tops), left_at=None)
    if version is None or not (version.programme.tiering.tiers or known.exclude(tier="").exists()):
        return []
    tiering, zone = version.programme.tiering, timezone.get_default_timezone()
    rows = {row: top for top, some in purses.persons(list(tops)).items() for row in some}
    histories = booked.counted(rows, {tiering.basis}, ranks.earliest(tiering, now=now, zone=zone))
    places = {tier.key: place for place, tier in enumerate(tiering.tiers)}
    changed: dict[uuid.UUID, Rank] = {}
    for member in known:
        since = ranks.window(tiering, joined_at=member.joined_at, now=now, zone=zone)
        counter = histories[member.customer_id].counter(tiering.basis, since, now)
        before = Rank(member.tier, member.tier_since, member.tier_until)
        rank = ranks.settle(tiering, before, counter, now=now)
        if rank != before and (falls or places.get(rank.tier, -1) > places.get(before.tier, -1)):
            changed[member.customer_id] = rank
    if not changed:
        return []
    keep_ranks([(who, rank.tier, rank.since, rank.until) for who, rank in changed.items()])
    book = Book.open(sorted(changed), now=now)
    for who, rank in changed.items():
        ends.prolong(book, who, at=now, tier=rank.tier, is_active=False, timeline=timeline)
    book.write()
    return sorted(changed)
