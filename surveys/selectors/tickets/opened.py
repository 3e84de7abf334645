"""The words of tickets and their messages, unsealed."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cdp.core.crypto import subjects
from surveys.models import Ticket, TicketMessage

TICKETS, MESSAGES = Ticket._meta.db_table, TicketMessage._meta.db_table


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was said or done, as people read it."""

    id: uuid.UUID
    ticket: uuid.UUID
    direction: str
    act: str
    status: str
    words: str
    quoted: str
    files: tuple[str, ...]
    at: dt.datetime
    author: str


def subject(ticket: Ticket, keyring: subjects.Keyring) -> str:
    """What a ticket is about."""
    return keyring.open(ticket.subject, table=TICKETS, column="subject", row=ticket.id)


def messages(rows: Sequence[TicketMessage], keyring: subjects.Keyring) -> list[Message]:
    """These messages, in the same order."""
    found = []
    for row in rows:
        more = json.loads(keyring.open(row.more, table=MESSAGES, column="more", row=row.id) or "{}")
        found.append(
            Message(
                id=row.id,
                ticket=row.ticket_id,
                direction=row.direction,
                act=row.act,
                status=row.status,
                words=keyring.open(row.words, table=MESSAGES, column="words", row=row.id),
                quoted=more.get("quoted", ""),
                files=tuple(more.get("files", ())),
                at=row.at,
                author=row.author,
            )
        )
    return found


def of_ticket(ticket: Ticket, keyring: subjects.Keyring) -> list[Message]:
    """Everything that was said and done in a ticket, in the order of time."""
    rows = TicketMessage.objects.filter(customer_id=ticket.customer_id, ticket_id=ticket.id).order_by("at", "id")
    return messages(list(rows), keyring)
