"""Birthdays are facts that nobody tells: once a day those who have theirs are marked for the pipeline."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cdp.core import pipeline
from loyalty.selectors import happenings, versions

BACK = timedelta(days=3)
"""How long the job may have stood still; who was rewarded is not rewarded again."""
PAGE = 2000


def mark(*, now: datetime) -> int:
    """Mark members whose birthday is today or was a few days ago, where any version rewards it. Returns how many."""
    if "birthday" not in happenings.actions(versions.published()):
        return 0
    today = now.astimezone(timezone.get_default_timezone()).date()
    done, after = 0, uuid.UUID(int=0)
    while page := happenings.with_birthday(today - BACK, today, after, PAGE):
        with transaction.atomic():
            pipeline.mark(page, cause="loyalty.birthday", lane=pipeline.BULK)
        done, after = done + len(page), page[-1]
    return done
