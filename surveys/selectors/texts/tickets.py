"""What customers write in tickets as texts; what we answer and note is none."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from surveys.models import Review, Ticket, TicketMessage
from surveys.selectors.texts.sources import Place, Source, words_of

ABOUT_REVIEW = "review"


def stars(places: Sequence[Place]) -> Mapping[uuid.UUID, Decimal]:
    """The stars of the reviews that opened tickets, for the message that is the review."""
    whose = {place.customer for place in places}
    messages = TicketMessage.objects.filter(customer_id__in=whose, id__in=[place.text for place in places])
    said = {row: (ticket, at) for row, ticket, at in messages.values_list("id", "ticket_id", "at")}
    opened = Ticket.objects.filter(
        customer_id__in=whose, id__in={ticket for ticket, _at in said.values()}, about_kind=ABOUT_REVIEW
    )
    about = {row: review for row, review in opened.values_list("id", "about_id") if review}
    rows = Review.objects.filter(customer_id__in=whose, id__in=set(about.values()))
    given = {(row, at): rating for row, rating, at in rows.values_list("id", "rating", "at")}
    found = {row: given.get((about[ticket], at)) for row, (ticket, at) in said.items() if ticket in about}
    return {row: rating for row, rating in found.items() if rating is not None}


SOURCE = Source(
    kind="ticket",
    label=_("Tickets"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.ticket_id AS parent_id, w.at, w.at AS told_at"
        " FROM surveys_ticketmessage w WHERE w.direction = 'in' AND w.words IS NOT NULL"
    ),
    words=words_of(TicketMessage, "words"),
    stars=stars,
)
