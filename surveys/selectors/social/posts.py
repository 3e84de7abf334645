"""Posts with what was done with them, newest first."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from cdp.core import pages
from customers.rules import handles
from surveys.models import SocialAct, SocialPost

COUNTED = ("comment", "mention", "like", "share")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list of posts."""

    platform: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A post with how often each kind of act was done with it."""

    post: SocialPost
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def platform(self) -> str:
        """The platform as it calls itself."""
        return handles.PLATFORMS.get(self.post.platform, self.post.platform)


def listed(filters: Filters) -> QuerySet[SocialPost]:
    """The posts that pass the filters, in no order."""
    rows = SocialPost.objects.all()
    if filters.platform:
        rows = rows.filter(platform=filters.platform)
    if filters.campaign:
        rows = rows.filter(campaign=filters.campaign)
    return rows


def page(
    filters: Filters, *, older_than: uuid.UUID | None = None, newer_than: uuid.UUID | None = None
) -> pages.Page[SocialPost]:
    """The page after `older_than`, or before `newer_than`, or the first."""
    return pages.page(listed(filters), older_than=older_than, newer_than=newer_than)


def figures(posts: Sequence[SocialPost]) -> list[Figures]:
    """These posts with their counts; one query by the index of their acts."""
    found = counts([post.id for post in posts])
    return [Figures(post, found.get(post.id, {})) for post in posts]


def counts(posts: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """How often each kind of act was done with each of these posts."""
    found: dict[uuid.UUID, dict[str, int]] = {}
    if not posts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT post_id, kind, count(*) FROM surveys_socialact WHERE post_id = ANY(%s) GROUP BY 1, 2",
            [list(posts)],
        )
        for post, kind, count in cursor.fetchall():
            found.setdefault(post, {})[kind] = count
    return found


def of(acts: Sequence[SocialAct]) -> dict[uuid.UUID, SocialPost]:
    """The posts of these acts."""
    return SocialPost.objects.in_bulk({act.post_id for act in acts if act.post_id})


def numbered(platform: str, number: str) -> QuerySet[Any]:
    """The id of the post of that number on a platform, for a query."""
    return SocialPost.objects.filter(platform=platform, external_id=number).values("id")


def called(post: Any) -> str:
    """A post as people find it: its address, or its number on its platform."""
    row = SocialPost.objects.filter(id=post).first() if post else None
    return (row.url or row.external_id) if row else ""


def campaigns() -> list[str]:
    """The campaigns that posts are of, by their names; the first two hundred."""
    names = SocialPost.objects.exclude(campaign="").order_by("campaign").values_list("campaign", flat=True)
    return list(names.distinct()[:200])
