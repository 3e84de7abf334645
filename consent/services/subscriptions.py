"""Stopping messages by the link in them, and undoing it when that was a mistake."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from cdp.core import actors
from consent.models import ConsentRecord, ConsentState
from consent.rules.ledger import REFUSALS
from consent.selectors import ledger
from consent.services import grants, taking_back
from consent.services.links import Subscription
from customers.selectors import lineage
from customers.services import standing

UNDO_FOR = dt.timedelta(hours=1)
METHOD = "unsubscribe"


class UnableToUndo(Exception):
    """It is too late, or something else was said since."""


def stop(subscription: Subscription, *, at: dt.datetime, evidence: dict[str, Any]) -> ConsentRecord | None:
    """Write the withdrawal; the record that holds now. Doing it again writes nothing.

    None when the person was erased or is not known: then nothing is sent to them anyway.
    """
    with transaction.atomic():
        customer = _held(subscription)
        if customer is None:
            return None
        state = _state(customer, subscription)
        if state is not None and state.status in REFUSALS:
            return ledger.history(lineage.of(customer)).get(id=state.record_id)
        return grants.record(
            customer=customer,
            purpose=subscription.purpose,
            channel=subscription.channel,
            granted=False,
            at=at,
            source=_source(subscription),
            method=METHOD,
            actor=actors.CUSTOMER,
            evidence=evidence,
        )


def resume(subscription: Subscription, *, withdrawal: uuid.UUID, at: dt.datetime, evidence: dict[str, Any]) -> bool:
    """Take back a withdrawal made by this link less than UNDO_FOR ago; whether there is a "yes" again. What stood
    before it holds as before, silence too: nobody gains a "yes" that was never said. Raises UnableToUndo.

    Only the withdrawal that still holds can be undone, so that an old or forwarded message never signs anybody up.
    """
    with transaction.atomic():
        customer = _held(subscription)
        state = _state(customer, subscription) if customer else None
        if customer is None or state is None or state.record_id != withdrawal or not can_undo(state.at, at=at):
            raise UnableToUndo("the withdrawal no longer holds or is too old")
        if not taking_back.take_back(
            [withdrawal],
            customer=customer,
            source=_source(subscription),
            method=METHOD,
            actor=actors.CUSTOMER,
            evidence=evidence,
            at=at,
        ):
            raise UnableToUndo("it was taken back already")
        now = _state(customer, subscription)
        return now is not None and now.is_granted


def can_undo(withdrawn_at: dt.datetime, *, at: dt.datetime) -> bool:
    """Whether the undo button is still offered."""
    return at - withdrawn_at <= UNDO_FOR


def _held(subscription: Subscription) -> uuid.UUID | None:
    """Whom the link means, and stays to mean until we are done: their row is held before the state is locked."""
    return standing.hold([subscription.customer]).get(subscription.customer)


def _state(customer: uuid.UUID, subscription: Subscription) -> ConsentState | None:
    return (
        ledger.states([customer])
        .filter(purpose=subscription.purpose, channel=subscription.channel)
        .select_for_update()
        .first()
    )


def _source(subscription: Subscription) -> str:
    return f"message:{subscription.message}" if subscription.message else "link"
