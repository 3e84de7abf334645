"""Purchases that nobody has looked at: of before the programme was published, and of before a rate was known. Nothing
happens to who made them, so nobody marks them; a job does.
"""

import uuid
from datetime import datetime

from django.db import transaction

from cdp.core import pipeline
from loyalty.selectors import unsettled, versions

PAGE = 2000


def mark(*, now: datetime) -> int:
    """Have everybody looked at who has such a purchase, behind what tills and stores tell. Returns how many. May be
    killed and run again: who was looked at is not found any more.
    """
    timeline = versions.published()
    version = timeline.at(now)
    if version is None:
        return 0
    done, after = 0, uuid.UUID(int=0)
    while page := unsettled.buyers(
        since=timeline.starts_at,
        now=now,
        currency=version.programme.currency,
        joins=version.programme.joining.how == "first_order",
        after=after,
        most=PAGE,
    ):
        with transaction.atomic():
            pipeline.mark(page, cause="loyalty.unsettled", lane=pipeline.BULK)
        done, after = done + len(page), page[-1]
    return done
