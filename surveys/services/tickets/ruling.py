"""Saying when the shop answers, and how quickly. What is due is counted anew for everything that is not resolved."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit
from cdp.core.actors import Actor
from surveys.models import Ticket, TicketRules
from surveys.rules.tickets import week as weeks
from surveys.rules.tickets.hours import Span
from surveys.selectors.tickets import ruling
from surveys.services.tickets import recounting
from surveys.services.tickets.opening import author_of

MOST_HOLIDAYS = 400
MOST_ADDRESSES = 50
_LOCK = 0x0CD_71C4


class UnableToSave(Exception):
    """The rules stay as they are; `reason` says why, `field` where."""

    def __init__(self, reason: object, field: str = "") -> None:
        """Keep both."""
        super().__init__(str(reason))
        self.reason, self.field = reason, field


def save(
    *,
    week: Mapping[int, Sequence[Span]],
    holidays: Sequence[dt.date],
    minutes: Mapping[str, tuple[int, int]],
    own_addresses: Sequence[str],
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Save them; a job counts all tickets anew that are not resolved: what they waited and what is due is then of these
    hours. What is resolved keeps what it took. Raises UnableToSave.
    """
    _check(week, holidays, minutes, own_addresses)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        row = TicketRules.objects.order_by("id").first() or TicketRules()
        row.week = weeks.stored(week)
        row.holidays = sorted(set(holidays))
        row.targets = {name: list(both) for name, both in minutes.items()}
        row.own_addresses = sorted({one.strip().casefold() for one in own_addresses if one.strip()})
        row.saved_at, row.saved_by = at, author_of(actor)
        row.save()
        audit.record(audit.Action.TICKET_RULES_SET, actor=actor, at=at, subject=row.id)
        recounting.begin(actor=actor)


def name_addresses(*, own_addresses: Sequence[str], actor: Actor, at: dt.datetime) -> None:
    """Say which addresses the shop writes from; hours and targets stay. Raises UnableToSave."""
    wanted = sorted({one.strip().casefold() for one in own_addresses if one.strip()})
    _check_addresses(wanted)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = ruling.current()
        if list(known.own_addresses) == wanted:
            return
        row = TicketRules.objects.order_by("id").first() or TicketRules(
            week=weeks.stored(known.week), targets={name: list(both) for name, both in known.minutes.items()}
        )
        row.own_addresses, row.saved_at, row.saved_by = wanted, at, author_of(actor)
        row.save()
        audit.record(audit.Action.TICKET_RULES_SET, actor=actor, at=at, subject=row.id)


def _check(
    week: Mapping[int, Sequence[Span]],
    holidays: Sequence[dt.date],
    minutes: Mapping[str, tuple[int, int]],
    own_addresses: Sequence[str],
) -> None:
    if not any(week.get(day) for day in range(7)):
        raise UnableToSave(_("On one day at least somebody has to be there, or nothing could ever be due."), "week")
    if len(holidays) > MOST_HOLIDAYS:
        raise UnableToSave(_("So many holidays are no shop's."), "holidays")
    if set(minutes) != set(Ticket.Priority.values):
        raise UnableToSave(_("Each priority needs both times."), "targets")
    for first, resolve in minutes.values():
        if not 1 <= first <= weeks.LONGEST_TARGET or not 1 <= resolve <= weeks.LONGEST_TARGET:
            raise UnableToSave(_("A target is between one minute and a year."), "targets")
        if first > resolve:
            raise UnableToSave(_("A first reply cannot be due after the resolution."), "targets")
    _check_addresses(own_addresses)


def _check_addresses(own_addresses: Sequence[str]) -> None:
    if len(own_addresses) > MOST_ADDRESSES:
        raise UnableToSave(_("At most fifty addresses."), "own_addresses")
    for address in own_addresses:
        try:
            validate_email(address.strip())
        except ValidationError as problem:
            raise UnableToSave(_("One of these is no e-mail address."), "own_addresses") from problem
