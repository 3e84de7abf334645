"""A bad review opens a ticket, once: in the transaction that writes the review."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from cdp.core.actors import Actor
from commerce.services import keys
from customers.services import buckets
from surveys.models import Review, Ticket, TicketMessage
from surveys.rules.tickets import reasons
from surveys.selectors.texts.tickets import ABOUT_REVIEW
from surveys.services.tickets import telling, working
from surveys.services.tickets.telling import MessageInput, TicketInput

SOURCE = "reviews"
OLDEST = timedelta(days=30)
"""A file with the reviews of years is no pile of complaints to be answered today."""
FRESH = timedelta(days=3)
"""A nightly file tells after a weekend of reviews that are three days old, and somebody could have read them. What is
older comes with a file of the past: nobody here could have answered it, so its clock begins when it became known.
"""


def open_for(reviews: Sequence[tuple[Review, str, str]], *, now: datetime, lane: int) -> None:
    """Open a ticket for each of these (review, its title, its text) that is bad, recent and of somebody known. A review
    has one ticket, however often it is told; none is overdue at the moment in which it is opened for an old one.
    """
    wanted = [
        TicketInput(
            customer=review.customer_id,
            external_id=str(review.id),
            channel=Ticket.Channel.WEB,
            at=review.at if now - review.at <= FRESH else now,
            topic="complaint",
            priority=Ticket.Priority.HIGH,
            messages=[MessageInput("in", review.at, "\n".join(filter(None, (title, body))), author="customer")],
            about=(ABOUT_REVIEW, review.id),
            opened_by="customer",
        )
        for review, title, body in reviews
        if reasons.from_review(
            review.rating,
            is_answered=review.replied_at is not None or review.settled_at is not None,
            is_known=review.customer_id not in buckets.ALL,
        )
        and now - OLDEST <= review.at <= now
    ]
    telling.tell(wanted, source=SOURCE, lane=lane)


def replied(review: Review, words: str, *, actor: Actor, at: datetime) -> None:
    """A reply that is kept at a review is a reply in the ticket that it opened: the customer's turn, where it was open.
    One that is resolved stays so: nobody can answer at a review, and it would wait for ever.
    """
    place = keys.find(telling.KEYS, [telling.key(SOURCE, str(review.id))])
    for owner in place.values():
        ticket = Ticket.objects.filter(customer_id=owner.customer, id=owner.row).first()
        if ticket is not None:
            waits = ticket.status == Ticket.Status.OPEN
            working.say(
                customer=owner.customer, ticket=owner.row, direction="out", words=words, waits=waits, actor=actor, at=at
            )


def untouched(customers: Collection[uuid.UUID], reviews: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Tickets (with their messages) that these reviews opened and in which nobody did anything since."""
    numbers = [str(review) for review in reviews]
    rows = Ticket.objects.filter(customer_id__in=set(customers), source=SOURCE, external_id__in=numbers)
    said = TicketMessage.objects.filter(customer_id__in=set(customers), ticket_id__in=rows.values_list("id", flat=True))
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    words: Counter[uuid.UUID] = Counter()
    for ticket, message, act in said.values_list("ticket_id", "id", "act"):
        found.setdefault(ticket, []).append(message)
        words[ticket] += act != "overdue"
    return {ticket: messages for ticket, messages in found.items() if words[ticket] <= 1}


def take_back(customers: Collection[uuid.UUID], reviews: Collection[uuid.UUID]) -> None:
    """Remove those tickets: what opened them was taken back."""
    gone = untouched(customers, reviews)
    owned = set(customers)
    keys.release(telling.KEYS, telling.keys_of_tickets(owned, gone))
    TicketMessage.objects.filter(customer_id__in=owned, ticket_id__in=list(gone)).delete()
    Ticket.objects.filter(customer_id__in=owned, id__in=list(gone)).delete()
