"""Legal holds: data that a dispute or an authority needs stay, whatever is asked or has run out, until lifted."""

import uuid
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import LegalHold
from consent.selectors import holds
from customers.services import standing

LONGEST = 1000


class Ground(StrEnum):
    """What the data are needed for."""

    CLAIM = "claim"
    AUTHORITY = "authority"
    TAX = "tax"
    WARRANTY = "warranty"
    OTHER = "other"


class UnableToHold(Exception):
    """The hold cannot be placed; the text says why in words for staff."""


def place(
    *, customer: uuid.UUID, ground: Ground, why: str, actor: Actor, at: datetime, until: datetime | None = None
) -> LegalHold:
    """Hold the person's data from now on. `why` is sealed. Raises UnableToHold."""
    why = why.replace("\0", "").strip()
    if not why:
        raise UnableToHold(_("Write why the data must stay."))
    if len(why) > LONGEST:
        raise UnableToHold(_("This is too long; the limit is %(most)s characters.") % {"most": LONGEST})
    if until is not None and until <= at:
        raise UnableToHold(_("The end lies in the past."))
    with transaction.atomic():
        here = standing.hold([customer]).get(customer)
        if here is None:
            raise UnableToHold(_("This customer is no longer here."))
        # Erasure takes this row for itself: whoever comes first is done before the other looks.
        standing.queue([here])
        row = ids.uuid7()
        sealed = subjects.load([here]).seal(why, customer=here, table=holds.TABLE, column="why", row=row)
        hold = LegalHold.objects.create(
            id=row, customer_id=here, placed_at=at, placed_by=actor.id, until=until, ground=ground, why=sealed
        )
        audit.record(
            audit.Action.HOLD_PLACED,
            actor=actor,
            at=at,
            customer=here,
            subject=row,
            details={"ground": ground.value, "until": until.isoformat() if until else None},
        )
    return hold


def lift(*, customer: uuid.UUID, hold: uuid.UUID, actor: Actor, at: datetime) -> bool:
    """End a hold; False when it had ended or is not this person's."""
    with transaction.atomic():
        ended = LegalHold.objects.filter(customer_id=customer, id=hold, lifted_at__isnull=True).update(
            lifted_at=at, lifted_by=actor.id
        )
        if ended:
            audit.record(audit.Action.HOLD_LIFTED, actor=actor, at=at, customer=customer, subject=hold)
    return bool(ended)
