"""Quotes of interviews as texts. Those of nameless people are nobody's and so read by nobody: they are sealed with the
key of their talk, which no keyring of customers has.
"""

from django.utils.translation import gettext_lazy as _

from customers.services import buckets
from surveys.models import Quote
from surveys.selectors.texts.sources import Source, words_of

_LAST_BUCKET = max(buckets.IDS)  # they sort before every real customer
SOURCE = Source(
    kind="quote",
    label=_("Quote"),
    rows=f"""SELECT w.customer_id, w.id AS text_id, w.participant_id AS parent_id, w.held_on::timestamptz AS at,
        w.held_on::timestamptz AS told_at FROM surveys_quote w
        WHERE w.words IS NOT NULL AND w.customer_id > '{_LAST_BUCKET}'""",  # noqa: S608  (a constant)
    words=words_of(Quote, "words"),
)
