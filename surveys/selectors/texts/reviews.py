"""Reviews as texts: heading and body."""

import uuid
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.crypto import subjects
from surveys.models import Review
from surveys.selectors.reviews import TABLE
from surveys.selectors.texts.sources import Place, Source


def words(places: Sequence[Place]) -> Mapping[uuid.UUID, str]:
    """What these reviews say."""
    keyring = subjects.load({place.customer for place in places})
    rows = Review.objects.filter(
        customer_id__in={place.customer for place in places}, id__in=[place.text for place in places]
    ).values_list("id", "title", "body")
    opened = {
        row: "\n".join(
            part
            for column, sealed in (("title", title), ("body", body))
            if (part := keyring.open(sealed, table=TABLE, column=column, row=row))
        )
        for row, title, body in rows
    }
    return {row: text for row, text in opened.items() if text}


SOURCE = Source(
    kind="review",
    label=_("Review"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.id AS parent_id, w.at, w.told_at FROM surveys_review w"
        " WHERE w.title IS NOT NULL OR w.body IS NOT NULL"
    ),
    words=words,
)
