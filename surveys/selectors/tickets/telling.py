"""Tickets as others see them: on the timeline and the page of a customer, and at the desk."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from cdp.core import open_things, panels
from cdp.core.timeline import Entry, Question
from surveys.models import Ticket, TicketMessage
from surveys.selectors.tickets import opened

SHOWN = 4
UNRESOLVED = (Ticket.Status.OPEN, Ticket.Status.WAITING)


def entries(question: Question) -> list[Entry]:
    """One entry for each thing that was said or done; what was said is private."""
    rows = TicketMessage.objects.filter(customer_id__in=question.customers)
    if question.before is not None:
        rows = rows.filter(at__lt=question.before)
    found = list(rows.order_by("-at", "-id")[: question.limit])
    tickets = {
        row.id: row
        for row in Ticket.objects.filter(
            customer_id__in=question.customers, id__in={message.ticket_id for message in found}
        )
    }
    subjects = {row.id: opened.subject(row, question.keyring) for row in tickets.values()}
    return [
        _entry(message, tickets[message.ticket], subjects[message.ticket])
        for message in opened.messages(found, question.keyring)
        if message.ticket in tickets
    ]


def _entry(message: opened.Message, ticket: Ticket, subject: str) -> Entry:
    return Entry(
        id=str(message.id),
        at=message.at,
        kind="ticket",
        title=title(message, ticket),
        source=ticket.source,
        icon="headset",
        data={
            "ticket": str(ticket.id),
            "channel": ticket.channel,
            "topic": ticket.topic,
            "priority": ticket.priority,
            "status": ticket.status,
            "direction": message.direction,
            "act": message.act,
            "text": _said(subject if is_first(message, ticket) else "", message.words),
        },
        is_private=True,
    )


def _said(subject: str, words: str) -> str:
    """Subject and words, each told once: where nobody wrote a subject, it is how the words begin."""
    begin = " ".join(subject.split()).rstrip("… ")
    parts = [words] if " ".join(words.split()).startswith(begin) else [subject, words]
    return "\n".join(part for part in parts if part)


def is_first(message: opened.Message, ticket: Ticket) -> bool:
    """Whether a message is what opened its ticket."""
    return message.direction == TicketMessage.Direction.IN and message.at <= ticket.opened_at


def title(message: opened.Message, ticket: Ticket) -> str:
    """What happened, in a few words that tell nothing of what was said."""
    directions = {
        TicketMessage.Direction.IN: gettext("Wrote again in a ticket"),
        TicketMessage.Direction.OUT: gettext("We answered a ticket"),
        TicketMessage.Direction.NOTE: gettext("Note in a ticket"),
    }
    if is_first(message, ticket):
        return gettext("Ticket opened: %(channel)s") % {"channel": ticket.get_channel_display()}
    return directions.get(TicketMessage.Direction(message.direction)) or acts().get(
        message.act, gettext("Ticket changed")
    )


def acts() -> dict[str, str]:
    """What can be done in a ticket, in a few words, by its code."""
    return {
        "resolved": gettext("Ticket resolved"),
        "reopened": gettext("Ticket opened again"),
        "waits": gettext("Ticket waits for the customer"),
        "assigned": gettext("Ticket has somebody else who looks after it"),
        "escalated": gettext("Ticket escalated"),
        "calmed": gettext("Ticket needs no help any more"),
        "overdue": gettext("Ticket overdue"),
        "corrected": gettext("Time of a ticket corrected"),
        "sorted": gettext("Priority or topic of a ticket changed"),
        "asked": gettext("Customer asked how it was handled"),
        "rated": gettext("Rated how a ticket was handled"),
    }


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The tickets of a customer, what is open first; None where there are none."""
    rows = Ticket.objects.filter(customer_id__in=question.lineage)
    open_ones = list(rows.filter(status__in=UNRESOLVED).order_by("-opened_at", "-id")[:SHOWN])
    over = list(rows.filter(status=Ticket.Status.RESOLVED).order_by("-opened_at", "-id")[: SHOWN - len(open_ones)])
    may_open = question.reader.can("customers.edit")
    if not (open_ones or over or may_open):
        return None
    reveals = question.reader.can("customers.reveal")
    return {
        "customer_id": question.customer,
        "may_open_ticket": may_open,
        "tickets": [
            {
                "ticket": row,
                "subject": opened.subject(row, question.keyring) if reveals else "",
                "is_overdue": is_overdue(row, question.now),
            }
            for row in (*open_ones, *over)
        ],
    }


def is_overdue(ticket: Ticket, now: dt.datetime) -> bool:
    """Whether something of it should have been done by now."""
    return ticket.next_due_at is not None and ticket.next_due_at <= now


def open_ones(customers: Sequence[uuid.UUID]) -> list[open_things.OpenThing]:
    """Tickets of these people that are not resolved: for the counter and the phone."""
    now = timezone.now()
    rows = Ticket.objects.filter(customer_id__in=list(customers), status__in=UNRESOLVED).order_by("-opened_at", "-id")
    return [
        open_things.OpenThing(
            title=gettext("Ticket: %(channel)s") % {"channel": row.get_channel_display()},
            at=row.opened_at,
            icon="headset",
            note=pgettext("ticket", "Overdue") if is_overdue(row, now) else str(row.get_status_display()),
            url=reverse("voice:ticket", args=[row.customer_id, row.id]),
            day=timezone.localdate(row.next_due_at) if row.next_due_at else None,
        )
        for row in rows[: open_things.MOST]
    ]
