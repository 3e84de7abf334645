"""Guides: which there are, what a version asks, and what is said before it."""

import functools
import uuid
from typing import Any

from django.db.models import QuerySet

from surveys.models import Guide, GuideVersion
from surveys.rules.interviews import guides as rules
from surveys.selectors import wording

PLACE = "interview"
"""What a guide is among all that asks people (`consent.services.disclosures`)."""


def find(slug: str) -> Guide | None:
    """The guide with that address."""
    return None if "\x00" in slug else Guide.objects.filter(slug=slug).first()


def held_by() -> QuerySet[Guide]:
    """Those by which a talk can begin."""
    return Guide.objects.filter(version__gt=0, is_away=False)


@functools.lru_cache(maxsize=256)
def version(guide: uuid.UUID, number: int) -> rules.Guide:
    """A published version; it never changes. Raises GuideVersion.DoesNotExist."""
    return rules.read(GuideVersion.objects.get(guide_id=guide, number=number).definition)


def title(guide: Guide) -> str:
    """What staff read: the title in their language, else the address."""
    return wording.text(guide.draft.get("title") or {}) or guide.slug


def titles(guides: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The titles of these guides."""
    return {row.id: title(row) for row in Guide.objects.filter(id__in=guides)}


def names() -> dict[str, str]:
    """The title of each guide, by its id as text."""
    return {str(row.id): title(row) for row in Guide.objects.all()}


def asked(guide: Any, number: Any, key: str, language: str = "") -> str:
    """A question of a published version; its key where nobody knows any more."""
    try:
        found = version(uuid.UUID(str(guide)), int(number)).question(key)
    except (GuideVersion.DoesNotExist, ValueError):
        return key
    return wording.text(found.text, language) if found is not None else key
