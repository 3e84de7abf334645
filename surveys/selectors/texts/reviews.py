"""Reviews as texts: heading and body."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from surveys.models import Review
from surveys.selectors.texts.sources import Place, Source, words_of


def stars(places: Sequence[Place]) -> Mapping[uuid.UUID, Decimal]:
    """How many of five each of these reviews gives."""
    rows = Review.objects.filter(
        customer_id__in={place.customer for place in places}, id__in=[place.text for place in places]
    )
    return {row: rating for row, rating in rows.values_list("id", "rating") if rating is not None}


SOURCE = Source(
    kind="review",
    label=_("Review"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.id AS parent_id, w.at, w.told_at FROM surveys_review w"
        " WHERE w.title IS NOT NULL OR w.body IS NOT NULL"
    ),
    words=words_of(Review, "title", "body"),
    stars=stars,
)
