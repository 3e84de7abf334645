"""Opening one ticket: the door of other rooms, pages and REST."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from customers.models import Customer
from customers.selectors import lineage
from surveys.models import Ticket, TicketMessage
from surveys.services.tickets import telling
from surveys.services.tickets.telling import MessageInput, TicketInput

ABOUT = ("review", "social", "answer")


class UnableToOpen(Exception):
    """There is no ticket; `reason` is the sentence for whoever tried, `field` where it belongs."""

    def __init__(self, reason: object, field: str = "") -> None:
        """Keep both."""
        super().__init__(str(reason))
        self.reason, self.field = reason, field


def open_ticket(
    *,
    customer_id: uuid.UUID,
    channel: str,
    topic: str,
    words: str,
    source: str,
    external_id: str,
    priority: str = Ticket.Priority.NORMAL,
    about: tuple[str, uuid.UUID] | None = None,
    subject: str = "",
    said: Sequence[MessageInput] = (),
    number_of_message: str = "",
    assigned_to: uuid.UUID | None = None,
    named_by: bytes | None = None,
    at: dt.datetime,
    actor: Actor,
) -> Ticket:
    """The ticket of that number of its source, opened with the customer's `words` where it is not there yet; the same
    number again gives the same ticket, unchanged. An empty number is always a new one. `about` names what it was
    opened for: ("review" | "social" | "answer", id). `said` is what followed. Raises UnableToOpen.
    """
    words = words.replace("\x00", "").strip()
    _check(channel, priority, words, subject, about)
    with transaction.atomic():
        # The row is locked so that nothing slips in behind a merge or an erasure.
        row = Customer.objects.select_for_update().filter(id=customer_id).only("id", "status").first()
        if row is None or row.status not in lineage.LIVING:
            raise UnableToOpen(_("This customer is no longer here."))
        number = external_id or str(ids.uuid7())
        author = author_of(actor)
        first = MessageInput(TicketMessage.Direction.IN, at, words, number=number_of_message, author=author)
        told = telling.tell(
            [
                TicketInput(
                    customer=customer_id,
                    external_id=number,
                    channel=channel,
                    at=at,
                    topic=topic,
                    subject=subject,
                    priority=priority,
                    messages=[first, *said],
                    about=about,
                    assigned_to=assigned_to,
                    opened_by=author,
                    named_by=named_by,
                )
            ],
            source=source,
        )
        ticket = told.tickets[number]
        if ticket.id in told.created:
            audit.record(
                audit.Action.TICKET_OPENED,
                actor=actor,
                at=at,
                customer=customer_id,
                subject=ticket.id,
                details={"channel": channel, "priority": priority, "source": source},
            )
    return ticket


def author_of(actor: Actor) -> str:
    """How rows name who did something: the id of a member of staff, else what kind of actor it was."""
    return str(actor.id) if actor.kind == "staff" and actor.id else actor.kind


def _check(channel: str, priority: str, words: str, subject: str, about: tuple[str, uuid.UUID] | None) -> None:
    if channel not in Ticket.Channel.values:
        raise UnableToOpen(_("This channel is not known."), "channel")
    if priority not in Ticket.Priority.values:
        raise UnableToOpen(_("This priority is not known."), "priority")
    if not words and not subject.strip():
        raise UnableToOpen(_("Write what the customer said."), "words")
    if len(words) > telling.LONGEST_WORDS:
        raise UnableToOpen(_("This is too long; the limit is 20,000 characters."), "words")
    if len(subject) > telling.LONGEST_SUBJECT:
        raise UnableToOpen(_("The subject is too long; the limit is 300 characters."), "subject")
    if about is not None and about[0] not in ABOUT:
        message = f"a ticket is not opened for a {about[0]}"
        raise ValueError(message)
