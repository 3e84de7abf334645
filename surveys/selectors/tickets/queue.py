"""The list of tickets for those who work on them: what is due first, or the newest first."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cdp.core import pages
from cdp.core.crypto import subjects
from surveys.models import Ticket
from surveys.rules.tickets import hours as clocks
from surveys.rules.tickets.hours import Hours
from surveys.selectors.texts import readings
from surveys.selectors.tickets import opened
from surveys.selectors.tickets.ruling import Ruling

SIZE = pages.SIZE


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list. None of it identifies a customer, so it may stand in addresses. `late`: overdue alone."""

    status: str = ""
    priority: str = ""
    channel: str = ""
    topic: str = ""
    sentiment: str = ""  # of what the customer wrote last
    assigned_to: uuid.UUID | None = None
    late: bool = False
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of tickets; `after` is where the next one begins, as text for an address ("" on the last)."""

    rows: Sequence[Ticket]
    after: str


def listed(filters: Filters, now: dt.datetime) -> QuerySet[Ticket]:
    """The tickets that pass the filters, in no order."""
    rows = Ticket.objects.all()
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.priority:
        rows = rows.filter(priority=filters.priority)
    if filters.channel:
        rows = rows.filter(channel=filters.channel)
    if filters.topic:
        rows = rows.filter(topic=filters.topic)
    if filters.sentiment:
        rows = readings.felt_last_so(rows, "ticket", filters.sentiment)
    if filters.assigned_to:
        rows = rows.filter(assigned_to=filters.assigned_to)
    if filters.late:
        rows = rows.filter(next_due_at__lte=now)
    if filters.escalated:
        rows = rows.filter(escalated_at__isnull=False).exclude(status=Ticket.Status.RESOLVED)
    return rows


def page(filters: Filters, now: dt.datetime, *, after: str = "", size: int = SIZE) -> Page:
    """A page behind `after`. What is open comes by when it is due, everything else the newest first. Raises ValueError
    for an `after` that is none of ours.
    """
    rows = listed(filters, now)
    if filters.status == Ticket.Status.OPEN:
        rows = rows.filter(next_due_at__isnull=False)
        if after:
            moment, _, last = after.partition("~")
            due, row = dt.datetime.fromtimestamp(float(moment), dt.UTC), uuid.UUID(last)
            rows = rows.filter(Q(next_due_at__gt=due) | Q(next_due_at=due, id__gt=row))
        found = list(rows.order_by("next_due_at", "id")[: size + 1])
        ends = [f"{row.next_due_at.timestamp():.6f}~{row.id}" for row in found if row.next_due_at]
    else:
        if after:
            rows = rows.filter(id__lt=uuid.UUID(after))
        found = list(rows.order_by("-id")[: size + 1])
        ends = [str(row.id) for row in found]
    return Page(found[:size], ends[size - 1] if len(found) > size else "")


def count(filters: Filters, now: dt.datetime) -> tuple[int, bool]:
    """How many pass the filters, and whether that is all of them."""
    return pages.count(listed(filters, now))


def subjects_of(rows: Sequence[Ticket]) -> dict[uuid.UUID, str]:
    """What each of these is about."""
    keyring = subjects.load({row.customer_id for row in rows})
    return {row.id: opened.subject(row, keyring) for row in rows}


def shown(ticket: Ticket, hours: Hours, now: dt.datetime) -> dt.timedelta:
    """What the clock to the resolution shows."""
    spent = dt.timedelta(seconds=ticket.spent_seconds)
    return spent + clocks.between(hours, ticket.running_since, now) if ticket.running_since else spent


def waited(ticket: Ticket, ruling: Ruling, now: dt.datetime) -> dt.timedelta | None:
    """How long the customer has been waiting for a word of ours, in the shop's time: for the first reply, or since they
    wrote last. None where it is not our turn.
    """
    if ticket.status != Ticket.Status.OPEN:
        return None
    if ticket.first_reply_at is None:
        return clocks.between(ruling.hours, ticket.opened_at, now)
    return clocks.between(ruling.hours, ticket.running_since or now, now)


def topics() -> list[str]:
    """What tickets are said to be about, other systems' words among them; a few hundred at most."""
    return list(Ticket.objects.exclude(topic="").order_by("topic").values_list("topic", flat=True).distinct()[:200])


def find(customer: uuid.UUID, ticket: uuid.UUID) -> Ticket | None:
    """One ticket of a customer."""
    return Ticket.objects.filter(customer_id=customer, id=ticket).first()


def others(ticket: Ticket, customers: Sequence[uuid.UUID]) -> list[Ticket]:
    """Other tickets of the same person, newest first."""
    rows = Ticket.objects.filter(customer_id__in=list(customers)).exclude(id=ticket.id)
    return list(rows.order_by("-opened_at", "-id")[:6])


def any_at_all() -> bool:
    """Whether any ticket ever came."""
    return Ticket.objects.exists()


def about(kind: str, customer: uuid.UUID, of: uuid.UUID) -> list[Ticket]:
    """The tickets that were opened for this review, social act or answer of a customer."""
    return list(Ticket.objects.filter(customer_id=customer, about_kind=kind, about_id=of).order_by("-id")[:5])
