"""What customers write in tickets as texts; what we answer and note is none."""

import uuid
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.crypto import subjects
from surveys.models import TicketMessage
from surveys.selectors.texts.sources import Place, Source

_TABLE = TicketMessage._meta.db_table


def words(places: Sequence[Place]) -> Mapping[uuid.UUID, str]:
    """What these messages say."""
    people = {place.customer for place in places}
    keyring = subjects.load(people)
    rows = TicketMessage.objects.filter(customer_id__in=people, id__in=[place.text for place in places])
    opened = {
        row: keyring.open(sealed, table=_TABLE, column="words", row=row)
        for row, sealed in rows.values_list("id", "words")
    }
    return {row: text for row, text in opened.items() if text}


SOURCE = Source(
    kind="ticket",
    label=_("Tickets"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.ticket_id AS parent_id, w.at, w.at AS told_at"
        " FROM surveys_ticketmessage w WHERE w.direction = 'in' AND w.words IS NOT NULL"
    ),
    words=words,
)
