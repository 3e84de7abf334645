"""Taking back what an import made of reviews (see `taking_back`)."""

from django.utils.translation import gettext_noop

from surveys.models import Review, ReviewKey
from surveys.services import reviews, taking_back

ROWS = taking_back.Rows(
    model=Review,
    key_model=ReviewKey,
    keys=reviews.KEYS,
    cause="surveys.reviews",
    made="reviews.made",
    changed="reviews.changed",
    removed="reviews_removed",
    restored="reviews_restored",
    kept="reviews_kept",
)
WORDS = {
    ROWS.removed: gettext_noop("Reviews removed"),
    ROWS.restored: gettext_noop("Reviews that are again as they were before"),
    ROWS.kept: gettext_noop("Reviews that stay, because they were changed since"),
}
PARTS = ROWS.parts(16)
