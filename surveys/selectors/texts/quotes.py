"""Quotes of interviews as texts. Those of nameless people are nobody's and so read by nobody."""

from django.utils.translation import gettext_lazy as _

from surveys.models import Quote
from surveys.selectors.texts.sources import Source, words_of

SOURCE = Source(
    kind="quote",
    label=_("Quote"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.participant_id AS parent_id, w.held_on::timestamptz AS at,"
        " w.held_on::timestamptz AS told_at FROM surveys_quote w WHERE w.words IS NOT NULL"
    ),
    words=words_of(Quote, "words"),
)
