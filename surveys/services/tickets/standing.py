"""Counting anew how tickets stand, from everything that was said in them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from surveys.models import Ticket, TicketMessage
from surveys.rules.tickets import clock
from surveys.rules.tickets.clock import Said
from surveys.selectors.tickets.ruling import Ruling

COUNTED = (
    "status",
    "spoken_at",
    "first_reply_at",
    "resolved_at",
    "running_since",
    "spent_seconds",
    "first_reply_seconds",
    "first_due_at",
    "resolve_due_at",
    "next_due_at",
)
"""Columns that are counted."""
_MOST_SECONDS = 2**31 - 1


def said_in(tickets: Iterable[Ticket]) -> dict[uuid.UUID, list[Said]]:
    """What was said in each of these; one query."""
    wanted = {ticket.id: ticket.customer_id for ticket in tickets}
    found: dict[uuid.UUID, list[Said]] = defaultdict(list)
    rows = TicketMessage.objects.filter(customer_id__in=set(wanted.values()), ticket_id__in=list(wanted))
    rows = rows.order_by("at", "id")
    for ticket, at, direction, status in rows.values_list("ticket_id", "at", "direction", "status"):
        found[ticket].append(Said(at, direction, status))
    return found


def count(ticket: Ticket, said: Sequence[Said], ruling: Ruling) -> None:
    """Set the counted columns of a ticket; saving is the caller's."""
    target = ruling.targets[ticket.priority]
    found = clock.standing(ticket.opened_at, said, hours=ruling.hours, target=target)
    ticket.status = found.status
    ticket.spoken_at = max((one.at for one in said if one.direction in {clock.IN, clock.OUT}), default=ticket.opened_at)
    ticket.first_reply_at = found.first_reply_at
    ticket.resolved_at = found.resolved_at
    ticket.running_since = found.running_since
    ticket.spent_seconds = _seconds(found.spent)
    ticket.first_reply_seconds = None if found.first_reply is None else _seconds(found.first_reply)
    ticket.first_due_at = found.first_due_at
    ticket.resolve_due_at = found.resolve_due_at
    ticket.next_due_at = found.next_due_at


def _seconds(time: dt.timedelta) -> int:
    return min(int(time.total_seconds()), _MOST_SECONDS)
