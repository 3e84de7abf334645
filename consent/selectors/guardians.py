"""Questions to guardians that wait for an answer, as the child and staff see them, and what is still to be asked."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from cdp.core.audit import Action
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry
from consent.models import ConsentState, Guardianship
from consent.rules.gate import Reason
from consent.rules.ledger import REFUSALS
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
    need not choose once more. Not what a stranger may have said in its name, nor what it said "no" to afterwards.
    Nothing was allowed by it; that it was said stands in the audit. Pass the whole lineage.
    """
    theirs = AuditEntry.objects.filter(customer_id__in=list(customers), at__gt=since, action=Action.CONSENT_REFUSED)
    proved = theirs.filter(details__reason=str(Reason.CHILD), details__unproved__isnull=True)
    last = proved.order_by("-at", "-id").first()
    if last is None or Guardianship.objects.filter(customer_id__in=list(customers), asked_at__gte=last.at).exists():
        return frozenset()
    refused = ConsentState.objects.filter(customer_id__in=list(customers), status__in=REFUSALS, at__gte=last.at)
    over = set(refused.values_list("purpose", "channel"))
    return frozenset(
        f"{purpose}:{channel}" for purpose, channel in last.details["boxes"] if (purpose, channel) not in over
    )
