"""What staff make of a lead: how far it is, who looks after it, what comes next. Each change is written down."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from cdp.core.models import User
from customers.models import Lead
from customers.services.leads.taking import TABLE

LONGEST_STEP = 300


class UnableToChange(Exception):
    """The lead cannot be changed so; `reason` is the sentence for whoever tried."""

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.reason = reason


def set_status(*, customer: uuid.UUID, lead: uuid.UUID, status: str, actor: Actor, at: datetime) -> Lead:
    """Say how far a lead is. Raises UnableToChange."""
    if status not in Lead.Status.values:
        raise UnableToChange(_("This status is not known."))
    with transaction.atomic():
        row = _locked(customer, lead)
        if row.status != status:
            told: dict[str, Any] = {"status": [row.status, status]}
            row.status, row.status_at, row.status_by = status, at, actor.id
            row.save(update_fields=["status", "status_at", "status_by"])
            _told(row, told, actor, at)
    return row


def set_owner(*, customer: uuid.UUID, lead: uuid.UUID, owner: uuid.UUID | None, actor: Actor, at: datetime) -> Lead:
    """Say who looks after a lead; None gives it back to everybody. Raises UnableToChange."""
    if owner is not None and not User.objects.filter(id=owner, is_active=True).exists():
        raise UnableToChange(_("This colleague is not known."))
    with transaction.atomic():
        row = _locked(customer, lead)
        if row.owner_id != owner:
            row.owner_id = owner
            row.save(update_fields=["owner_id"])
            _told(row, {"owner": str(owner or "")}, actor, at)
    return row


def set_next_step(
    *, customer: uuid.UUID, lead: uuid.UUID, text: str, on: date | None, actor: Actor, at: datetime
) -> Lead:
    """Write down what comes next and when; an empty text clears both. Raises UnableToChange."""
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST_STEP:
        raise UnableToChange(_("Please say it in 300 characters; longer thoughts belong into a note."))
    with transaction.atomic():
        row = _locked(customer, lead)
        keyring = subjects.load([customer])
        row.next_step = keyring.seal(text, customer=customer, table=TABLE, column="next_step", row=row.id)
        row.next_on = on if text else None
        row.save(update_fields=["next_step", "next_on"])
        _told(row, {"next_on": str(row.next_on or "")}, actor, at)
    return row


def reveal(*, customer: uuid.UUID, lead: uuid.UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Write down that somebody who sees contact details masked is shown what the person answered."""
    with transaction.atomic():
        audit.looked(actor=actor, at=at, view="business:lead-show", customers=[customer], reason=reason)
        audit.record(
            audit.Action.LEAD_REVEALED,
            actor=actor,
            at=at,
            customer=customer,
            subject=lead,
            details={"reason": reason},
        )


def _locked(customer: uuid.UUID, lead: uuid.UUID) -> Lead:
    row = Lead.objects.select_for_update().filter(customer_id=customer, id=lead).first()
    if row is None:
        raise UnableToChange(_("This lead is no longer here."))
    return row


def _told(row: Lead, details: dict[str, Any], actor: Actor, at: datetime) -> None:
    audit.record(
        audit.Action.LEAD_CHANGED, actor=actor, at=at, customer=row.customer_id, subject=row.id, details=details
    )
    pipeline.mark([row.customer_id], cause="customers.leads")
