"""Tracked e-commerce events become products, orders, refunds, carts, coupons and wishes (ADR 14).

hearing   events as they are understood: which kind, of which store, whose
orders    orders completed, updated, cancelled
refunds   money given back
carts     what was put in and taken out
wishes    wish lists, what somebody waits for, coupons
faults    what could not be read, for staff
explaining  what staff are told of it, and of all that became no fact
foreign_hosts  where pictures are that were left off
"""

import datetime as dt
import uuid
from collections.abc import Sequence

import structlog
from django.db import transaction

from cdp.core import pipeline
from commerce.rules import digests
from commerce.services import keys
from commerce.services.booking import carts, faults, hearing, orders, refunds, wishes
from commerce.services.booking.hearing import Desk
from commerce.tracking import names
from events.services import handover

log = structlog.get_logger("booking")
READER = names.READER
PATIENCE = dt.timedelta(days=6)
"""How long a refund waits for its order."""
_OVERDUE = 2000
_AWAITED = 100_000
"""How much of what waits is looked at in one go: in order, 50 statements of a millisecond each."""


def book(customers: Sequence[uuid.UUID], now: dt.datetime) -> None:
    """The step of the pipeline: facts of everything that waits for these customers, in one transaction.

    Costs one look into a short index where nothing waits. What is told twice, late or in another order comes to the
    same; what cannot be read leaves a fault, and the facts of the other events stand.
    """
    with transaction.atomic(), pipeline.seen_by_what_follows():
        events = handover.take(READER, customers)
        if not events:
            return
        for whole in hearing.desks(events, now=now):
            desk = _write(whole)
            handover.wait(READER, [one for one in desk.waiting if now - one[0].received_at < PATIENCE])
            faults.note(desk, overdue=[event for event, _order in desk.waiting if now - event.received_at >= PATIENCE])
            came = handover.arrived(READER, [digests.key(desk.source.key, number) for number in desk.ordered])
            pipeline.again(came, cause="commerce.awaited")


def _write(desk: Desk) -> Desk:
    """Write the facts of a desk. What the database refuses is halved until the one event at fault is found, which
    leaves a fault: nobody else's orders wait for it. Returns the desk with what came of it.
    """
    try:
        with transaction.atomic():
            hearing.learn(desk)
            orders.book(desk)
            refunds.book(desk)
            carts.book(desk)
            wishes.book(desk)
    except pipeline.INDIGESTIBLE as problem:
        if len(desk.heard) == 1:
            (one,) = desk.heard
            log.warning("an event cannot be booked", row=str(one.event.id), fault=type(problem).__name__)
            return desk.again([one], problems=[(one.event, "not_written", "")])
        middle = len(desk.heard) // 2
        first, second = _write(desk.again(desk.heard[:middle])), _write(desk.again(desk.heard[middle:]))
        both = desk.again(desk.heard, problems=[*first.problems, *second.problems])
        both.waiting, both.ordered = [*first.waiting, *second.waiting], first.ordered | second.ordered
        return both
    return desk


def look_after_waiting(*, now: dt.datetime) -> int:
    """Have those worked off whose events wait for an order that has come, or have waited too long; returns how many
    customers. For the clock.

    An order that tracking tells wakes at once what waits for it. This finds what began to wait in the same moment, and
    orders that came through another door.
    """
    found: set[uuid.UUID] = set()
    for awaited in handover.awaited(READER, limit=_AWAITED):
        came = keys.find(keys.ORDERS, awaited).keys()
        # With its mark or not at all: what nobody is marked for would lie until its customer does something else.
        with transaction.atomic():
            whose = handover.arrived(READER, came)
            pipeline.mark(whose, cause="commerce.waited", lane=pipeline.BULK)
        found.update(whose)
    with transaction.atomic():
        whose = handover.waited_since(READER, now - PATIENCE, limit=_OVERDUE)
        pipeline.mark(whose, cause="commerce.waited", lane=pipeline.BULK)
    return len(found.union(whose))
