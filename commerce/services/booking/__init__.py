"""Tracked e-commerce events become products, orders, refunds, carts, coupons and wishes (ADR 14).

hearing   events as they are understood: which kind, of which store, whose
orders    orders completed, updated, cancelled
refunds   money given back
carts     what was put in and taken out
wishes    wish lists, what somebody waits for, coupons
faults    what could not be read, for staff
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction

from cdp.core import pipeline
from commerce.services.booking import carts, faults, hearing, orders, refunds, wishes
from events.services import handover

READER = "commerce.book"
PATIENCE = dt.timedelta(days=6)
"""How long a refund waits for its order."""
_OVERDUE = 2000


def book(customers: Sequence[uuid.UUID], now: dt.datetime) -> None:
    """The step of the pipeline: facts of everything that waits for these customers, in one transaction.

    Costs one look into a short index where nothing waits. What is told twice, late or in another order comes to the
    same; what cannot be read leaves a fault, and the facts of the other events stand.
    """
    with transaction.atomic(), pipeline.seen_by_what_follows():
        events = handover.take(READER, customers)
        if not events:
            return
        for desk in hearing.desks(events, now=now):
            hearing.learn(desk)
            orders.book(desk)
            refunds.book(desk)
            carts.book(desk)
            wishes.book(desk)
            handover.keep(READER, (event for event in desk.waiting if now - event.received_at < PATIENCE))
            faults.note(desk, overdue=[event for event in desk.waiting if now - event.received_at >= PATIENCE])


def judge_overdue(*, now: dt.datetime) -> int:
    """Have those worked off whose events have waited too long; returns how many customers. For the clock."""
    found = handover.waiting_since(READER, now - PATIENCE, limit=_OVERDUE)
    if found:
        pipeline.mark(found, cause="commerce.overdue", lane=pipeline.BULK)
    return len(found)
