"""Moments that a source has corrected: what it told with a number stands where it tells it now.

Each correction leaves an act in the ticket, and an import of it can be taken back.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from surveys.models import Ticket, TicketMessage

ACT = "corrected"


class Move(NamedTuple):
    """A message of a ticket that was moved in time."""

    ticket: uuid.UUID
    message: uuid.UUID
    before: dt.datetime
    after: dt.datetime


def move(told: Mapping[bytes, tuple[Ticket, dt.datetime]]) -> list[Move]:
    """Move known messages (by the digest of their number, with their ticket, which is locked) to these moments. A
    ticket that began with such a message begins with it anew. Counting the tickets and saving them is the caller's.
    """
    if not told:
        return []
    tickets = [ticket for ticket, _at in told.values()]
    mine = TicketMessage.objects.filter(customer_id__in={ticket.customer_id for ticket in tickets})
    rows = mine.filter(ticket_id__in={ticket.id for ticket in tickets}, key_digest__in=list(told))
    moved, found = [], []
    for row in rows:
        ticket, at = told[bytes(row.key_digest or b"")]
        if row.at == at:
            continue
        if row.direction == TicketMessage.Direction.IN and ticket.opened_at == row.at:
            ticket.opened_at = at
        found.append(Move(ticket.id, row.id, row.at, at))
        row.at = at
        moved.append(row)
    mine.bulk_update(moved, ["at"])
    return found


def take_back(moves: Sequence[Move], tickets: Mapping[uuid.UUID, Ticket]) -> None:
    """Put messages of these tickets back to where they were, the last move first; what was moved again since stays."""
    mine = TicketMessage.objects.filter(customer_id__in={ticket.customer_id for ticket in tickets.values()})
    rows = {row.id: row for row in mine.filter(id__in=[one.message for one in moves])}
    moved = {}
    for one in reversed(moves):
        row, ticket = rows.get(one.message), tickets.get(one.ticket)
        if row is None or ticket is None or row.at != one.after:
            continue
        if row.direction == TicketMessage.Direction.IN and ticket.opened_at == row.at:
            ticket.opened_at = one.before
        row.at = one.before
        moved[row.id] = row
    mine.bulk_update(list(moved.values()), ["at"])
