"""Quotes of interviews as texts. Those of nameless people are nobody's and so read by nobody."""

import uuid
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.crypto import subjects
from surveys.models import Quote
from surveys.selectors.texts.sources import Place, Source

TABLE = Quote._meta.db_table


def words(places: Sequence[Place]) -> Mapping[uuid.UUID, str]:
    """What these quotes say."""
    people = {place.customer for place in places}
    keyring = subjects.load(people)
    rows = Quote.objects.filter(customer_id__in=people, id__in=[place.text for place in places])
    opened = {
        row: keyring.open(sealed, table=TABLE, column="words", row=row)
        for row, sealed in rows.values_list("id", "words")
    }
    return {row: text for row, text in opened.items() if text}


SOURCE = Source(
    kind="quote",
    label=_("Quote"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.participant_id AS parent_id, w.held_on::timestamptz AS at,"
        " w.held_on::timestamptz AS told_at FROM surveys_quote w WHERE w.words IS NOT NULL"
    ),
    words=words,
)
