"""What staff, the customer and other systems do in a ticket. Each act is a row of its own, and is written down."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, pipeline, webhooks
from cdp.core.actors import CUSTOMER, Actor
from cdp.core.crypto import subjects
from cdp.core.models import User
from commerce.services import keys
from commerce.services.keys import Owner
from customers.services import standing as owners
from surveys.models import Ticket, TicketMessage
from surveys.selectors.tickets import ruling
from surveys.services.tickets import correcting, standing, telling
from surveys.services.tickets.opening import author_of
from surveys.services.tickets.telling import CAUSE, LONGEST_WORDS, MessageInput

Direction, Status = TicketMessage.Direction, Ticket.Status
RESOLVED = "ticket.resolved"
MINUTE = dt.timedelta(minutes=1)
RATING_DAYS = 90
"""How long after it was resolved a ticket can be rated."""


class UnableToChange(Exception):
    """The ticket stays as it is; `reason` is the sentence for whoever tried."""

    def __init__(self, reason: object) -> None:
        """Keep the sentence."""
        super().__init__(str(reason))
        self.reason = reason


class NumberTaken(UnableToChange):
    """A message of that number is in another ticket."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(_("A message with this number is in another ticket."))


class NoSuchLink(LookupError):
    """The link rates nothing: it is no link of ours, or it is over."""


def say(
    *,
    customer: uuid.UUID,
    ticket: uuid.UUID,
    direction: str,
    words: str,
    actor: Actor,
    at: dt.datetime,
    waits: bool = False,
    number: str = "",
    named_by: bytes | None = None,
    said_at: dt.datetime | None = None,
    told_at: dt.datetime | None = None,
) -> Ticket:
    """Add what the customer said (`in`), what we said (`out`; `waits`: it is the customer's turn) or a note. A message
    of the customer opens the ticket again. The same `number` of the ticket's source again changes nothing, but where
    `told_at` (now) is given the moment is its source's own word, and a known message is moved there. `said_at` is for
    what was said earlier and is written down now. Raises UnableToChange.
    """
    words = words.replace("\x00", "").strip()
    if direction not in {Direction.IN, Direction.OUT, Direction.NOTE}:
        raise UnableToChange(_("A message is from the customer, from us, or a note."))
    if not words:
        raise UnableToChange(_("Write what was said."))
    if len(words) > LONGEST_WORDS:
        raise UnableToChange(_("This is too long; the limit is 20,000 characters."))
    status = Status.WAITING if direction == Direction.OUT and waits else ""
    said = MessageInput(direction, said_at or at, words, number, status, author=author_of(actor), named_by=named_by)
    return _add(customer, ticket, said, actor, at, {"said": direction}, told_at=told_at)


def resolve(
    *,
    customer: uuid.UUID,
    ticket: uuid.UUID,
    actor: Actor,
    at: dt.datetime,
    words: str = "",
    done_at: dt.datetime | None = None,
) -> Ticket:
    """It is done, since `done_at` where it is written down later. Resolving what is resolved changes nothing. Raises
    UnableToChange.
    """
    with transaction.atomic():
        row = locked(customer, ticket)
        if row.status == Status.RESOLVED:
            return row
        said = MessageInput(
            Direction.ACT, done_at or at, words, status=Status.RESOLVED, act="resolved", author=author_of(actor)
        )
        row = _add(row.customer_id, row.id, said, actor, at, {"act": "resolved"})
        about = {"ticket": str(row.id), "channel": row.channel, "topic": row.topic}
        webhooks.publish(RESOLVED, customer=customer, data=about, at=at)
    return row


def reopen(*, customer: uuid.UUID, ticket: uuid.UUID, actor: Actor, at: dt.datetime) -> Ticket:
    """It is not done after all. Raises UnableToChange."""
    with transaction.atomic():
        row = locked(customer, ticket)
        return row if row.status == Status.OPEN else act(row, "reopened", actor, at, status=Status.OPEN)


def wait(*, customer: uuid.UUID, ticket: uuid.UUID, actor: Actor, at: dt.datetime) -> Ticket:
    """It is the customer's turn: the clock to the resolution stands. Raises UnableToChange."""
    with transaction.atomic():
        row = locked(customer, ticket)
        if row.status == Status.RESOLVED:
            raise UnableToChange(_("This ticket is resolved; open it again first."))
        return row if row.status == Status.WAITING else act(row, "waits", actor, at, status=Status.WAITING)


def assign(*, customer: uuid.UUID, ticket: uuid.UUID, to: uuid.UUID | None, actor: Actor, at: dt.datetime) -> Ticket:
    """Say who looks after it; None gives it back to everybody. Raises UnableToChange."""
    _check_colleague(to)
    with transaction.atomic():
        row = locked(customer, ticket)
        if row.assigned_to == to:
            return row
        row.assigned_to = to
        row.save(update_fields=["assigned_to"])
        return act(row, "assigned", actor, at, to=str(to or ""))


def escalate(
    *,
    customer: uuid.UUID,
    ticket: uuid.UUID,
    to: uuid.UUID | None,
    words: str,
    actor: Actor,
    at: dt.datetime,
) -> Ticket:
    """Ask for help: the ticket is marked, and goes to `to` where somebody is named; `words` say why. Raises
    UnableToChange.
    """
    _check_colleague(to)
    words = words.replace("\x00", "").strip()
    if not words:
        raise UnableToChange(_("Say in a word why it needs help."))
    with transaction.atomic():
        row = locked(customer, ticket)
        row.escalated_at, row.escalated_by = at, author_of(actor)
        row.assigned_to = to or row.assigned_to
        row.save(update_fields=["escalated_at", "escalated_by", "assigned_to"])
        return act(row, "escalated", actor, at, words=words[:LONGEST_WORDS], to=str(to or ""))


def calm(*, customer: uuid.UUID, ticket: uuid.UUID, actor: Actor, at: dt.datetime) -> Ticket:
    """It needs no help any more: the mark goes. Raises UnableToChange."""
    with transaction.atomic():
        row = locked(customer, ticket)
        if row.escalated_at is None:
            return row
        row.escalated_at, row.escalated_by = None, ""
        row.save(update_fields=["escalated_at", "escalated_by"])
        return act(row, "calmed", actor, at)


def sort(*, customer: uuid.UUID, ticket: uuid.UUID, priority: str, topic: str, actor: Actor, at: dt.datetime) -> Ticket:
    """Say how urgent it is and what it is about; what is due follows the priority. Raises UnableToChange."""
    if priority not in Ticket.Priority.values:
        raise UnableToChange(_("This priority is not known."))
    with transaction.atomic():
        row = locked(customer, ticket)
        if (row.priority, row.topic) == (priority, topic[:60]):
            return row
        was = row.priority
        row.priority, row.topic = priority, topic[:60]
        row.save(update_fields=["priority", "topic"])
        return act(row, "sorted", actor, at, priority=[was, priority])


def rate(*, secret: bytes, stars: int, words: str, at: dt.datetime) -> Ticket:
    """What the customer thinks of how it was handled, 1 to 5, by the link that they were given; said again, the newest
    stands. Raises NoSuchLink, and ValueError for other stars.
    """
    place = keys.find(telling.KEYS, [telling.key_of_secret(secret)])
    with transaction.atomic():
        for owner in place.values():
            owners.queue([owner.customer])
            row = Ticket.objects.select_for_update().filter(customer_id=owner.customer, id=owner.row).first()
            if row is not None and is_ratable(row, at):
                return _rated(row, stars, words, CUSTOMER, at)
    raise NoSuchLink


def record_rating(
    *, customer: uuid.UUID, ticket: uuid.UUID, stars: int, words: str, actor: Actor, at: dt.datetime
) -> Ticket:
    """The same, told by another system or by staff who were told. Raises UnableToChange, ValueError."""
    with transaction.atomic():
        return _rated(locked(customer, ticket), stars, words, actor, at)


def is_ratable(ticket: Ticket, at: dt.datetime) -> bool:
    """Whether the link to rate works: it was resolved, and not too long ago."""
    return ticket.resolved_at is not None and at - ticket.resolved_at <= dt.timedelta(days=RATING_DAYS)


def _rated(row: Ticket, stars: int, words: str, actor: Actor, at: dt.datetime) -> Ticket:
    if not 1 <= stars <= 5:
        message = "one to five"
        raise ValueError(message)
    words = words.replace("\x00", "").strip()[:LONGEST_WORDS]
    if row.satisfaction == stars and not words:
        return row
    row.satisfaction, row.satisfaction_at = stars, at
    row.save(update_fields=["satisfaction", "satisfaction_at"])
    return act(row, "rated", actor, at, words=words, stars=stars)


def _check_colleague(to: uuid.UUID | None) -> None:
    if to is not None and not User.objects.filter(id=to, is_active=True).exists():
        raise UnableToChange(_("This colleague is not known."))


def locked(customer: uuid.UUID, ticket: uuid.UUID) -> Ticket:
    """The ticket, for the caller's transaction alone. Raises UnableToChange."""
    owners.queue([customer])
    row = Ticket.objects.select_for_update().filter(customer_id=customer, id=ticket).first()
    if row is None:
        raise UnableToChange(_("This ticket is no longer here."))
    return row


def act(
    row: Ticket, act: str, actor: Actor, at: dt.datetime, *, status: str = "", words: str = "", **details: Any
) -> Ticket:
    """Write down one act in a ticket that is locked, and how it stands after it. Raises UnableToChange."""
    said = MessageInput(Direction.ACT, at, words, status=status, act=act, author=author_of(actor))
    return _add(row.customer_id, row.id, said, actor, at, {"act": act, **details})


def _check_moment(row: Ticket, said_at: dt.datetime, at: dt.datetime) -> None:
    if said_at > at:
        raise UnableToChange(_("This lies in the future. Write down what was said already."))
    if said_at < at and said_at + MINUTE <= row.opened_at:  # forms know minutes
        raise UnableToChange(_("This is earlier than the ticket was opened."))


def _add(
    customer: uuid.UUID,
    ticket: uuid.UUID,
    said: MessageInput,
    actor: Actor,
    at: dt.datetime,
    details: dict[str, Any],
    *,
    told_at: dt.datetime | None = None,
) -> Ticket:
    with transaction.atomic():
        row = locked(customer, ticket)
        _check_moment(row, said.at, at)
        digest = telling.key_of_message(row.source, said.number) if said.number else None
        if digest is not None and (place := keys.find(telling.KEYS, [digest])):
            if place[digest].row != ticket:
                raise NumberTaken
            if told_at is None or not correcting.move({digest: (row, said.at)}):
                return row
            said = MessageInput(Direction.ACT, told_at, act=correcting.ACT, author=said.author)
            at, details, digest = told_at, {"act": correcting.ACT}, None
        if digest is not None:
            keys.claim(telling.KEYS, {digest: Owner(customer, ticket)})
        message = telling.message_row(row, said, subjects.load([customer]), digest=digest)
        message.save(force_insert=True)
        known = standing.said_in([row]).get(row.id, ())
        standing.count(row, known, ruling.current())
        row.save(update_fields=[*standing.COUNTED, "opened_at"])
        audit.record(
            audit.Action.TICKET_CHANGED, actor=actor, at=at, customer=customer, subject=row.id, details=details
        )
        pipeline.mark([customer], cause=CAUSE)
    return row
