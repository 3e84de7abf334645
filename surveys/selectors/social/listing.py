"""What people wrote on social platforms, newest first, for those who answer it."""

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from cdp.core import pages
from surveys.models import SocialAct, SocialPost
from surveys.selectors.social.texts import KIND
from surveys.selectors.texts import readings


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list. None of it identifies a person, so it may stand in addresses."""

    platform: str = ""
    kind: str = ""
    post: uuid.UUID | None = None
    campaign: str = ""
    followers: int | None = None  # at least so many, when they wrote
    sentiment: str = ""
    state: str = ""


OPEN, NOTED, RESOLVED, ANSWERED = "open", "noted", "resolved", "answered"
STATES = (OPEN, NOTED, RESOLVED, ANSWERED)


def listed(filters: Filters) -> QuerySet[SocialAct]:
    """What was written and passes the filters, in no order."""
    rows = SocialAct.objects.filter(has_words=True)
    if filters.platform:
        rows = rows.filter(platform=filters.platform)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.post:
        rows = rows.filter(post_id=filters.post)
    if filters.campaign:
        rows = rows.filter(post_id__in=SocialPost.objects.filter(campaign=filters.campaign).values("id"))
    if filters.followers is not None:
        rows = rows.filter(followers__gte=filters.followers)
    if filters.sentiment:
        rows = readings.felt_so(rows, KIND, filters.sentiment)
    if filters.state == ANSWERED:
        rows = rows.exclude(replied_at=None)
    elif filters.state == OPEN:
        rows = rows.filter(state="", replied_at=None)
    elif filters.state:
        rows = rows.filter(state=filters.state)
    return rows


def page(
    filters: Filters, *, older_than: uuid.UUID | None = None, newer_than: uuid.UUID | None = None
) -> pages.Page[SocialAct]:
    """The page after `older_than`, or before `newer_than`, or the first."""
    return pages.page(listed(filters), older_than=older_than, newer_than=newer_than)


def count(filters: Filters) -> tuple[int, bool]:
    """How many pass the filters, and whether that is all of them."""
    return pages.count(listed(filters))


def any_at_all() -> bool:
    """Whether anything was ever written."""
    return SocialAct.objects.filter(has_words=True).exists()
