"""Reviews as texts: heading and body."""

from django.utils.translation import gettext_lazy as _

from surveys.models import Review
from surveys.selectors.texts.sources import Source, words_of

SOURCE = Source(
    kind="review",
    label=_("Review"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.id AS parent_id, w.at, w.told_at FROM surveys_review w"
        " WHERE w.title IS NOT NULL OR w.body IS NOT NULL"
    ),
    words=words_of(Review, "title", "body"),
)
