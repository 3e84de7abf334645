"""The address that a new questionnaire gets where nobody chose one."""

from django.utils.text import slugify

from surveys.models import Survey
from surveys.services import publishing

LONGEST_SLUG = 40


def free_slug(wish: str) -> str:
    """An address nobody has yet, near to the wish; "survey" where nothing of it can stand in an address."""
    base = slugify(wish.replace("_", "-"))[: LONGEST_SLUG - 5].strip("-_").replace("_", "-") or "survey"
    taken = set(Survey.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | publishing.RESERVED
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
