"""Questions to guardians that wait for an answer, as the child and staff see them, and what is still to be asked."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from cdp.core.audit import Action
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry
from consent.models import Guardianship
from consent.rules.gate import Reason
from customers.rules import masking

TABLE = "consent_guardianship"
SHOWN = 5


@dataclass(frozen=True)
class Waiting:
    """One question: which row, who was asked (masked), when, until when they may answer, and about which boxes."""

    row: Guardianship
    masked: str
    boxes: frozenset[str]


def waiting(customers: Collection[uuid.UUID], *, now: dt.datetime) -> list[Waiting]:
    """The newest that wait for an answer. Pass the whole lineage."""
    rows = list(
        Guardianship.objects.filter(
            customer_id__in=list(customers), state=Guardianship.State.ASKED, expires_at__gt=now
        ).order_by("-asked_at")[:SHOWN]
    )
    keyring = subjects.load({row.customer_id for row in rows})
    return [
        Waiting(
            row,
            masking.email(keyring.open(row.address, table=TABLE, column="address", row=row.id) or ""),
            frozenset(f"{purpose}:{channel}" for purpose, channel in row.boxes),
        )
        for row in rows
    ]


def ticked(customers: Collection[uuid.UUID], *, since: dt.datetime) -> frozenset[str]:
    """Boxes (by name) that this child said yes to last, after `since`, and no guardian was asked for yet: so that it
    need not choose once more. Nothing was allowed by it; that it was said stands in the audit. Pass the whole lineage.
    """
    theirs = AuditEntry.objects.filter(customer_id__in=list(customers), at__gt=since)
    last = (
        theirs.filter(action=Action.CONSENT_REFUSED, details__reason=str(Reason.CHILD)).order_by("-at", "-id").first()
    )
    if last is None or Guardianship.objects.filter(customer_id__in=list(customers), asked_at__gte=last.at).exists():
        return frozenset()
    return frozenset(f"{purpose}:{channel}" for purpose, channel in last.details["boxes"])
