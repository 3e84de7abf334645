"""What customers write in tickets as texts; what we answer and note is none."""

from django.utils.translation import gettext_lazy as _

from surveys.models import TicketMessage
from surveys.selectors.texts.sources import Source, words_of

SOURCE = Source(
    kind="ticket",
    label=_("Tickets"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.ticket_id AS parent_id, w.at, w.at AS told_at"
        " FROM surveys_ticketmessage w WHERE w.direction = 'in' AND w.words IS NOT NULL"
    ),
    words=words_of(TicketMessage, "words"),
)
