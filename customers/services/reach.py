"""Whether a way of contact still reaches its person: a mailbox that is gone, a chat that was blocked, and back again.

It says nothing about what anybody allows: consent is the ledger's.
"""

import uuid
from datetime import datetime

from cdp.core import pipeline
from customers.models import ContactPoint
from customers.selectors import identifiers
from customers.services.identity import contacts


def set_open(*, customer: uuid.UUID, kind: str, value: str, is_open: bool, at: datetime, now: datetime) -> bool:
    """Say since when a value (by its field: email, phone, line_id) reaches nobody, or that it does again.

    A mailbox that is gone is gone for everybody who shares it: all who are recognised by the value, or are its guests,
    are told. Returns whether that was news.
    """
    slot = str(contacts.KINDS[kind])
    sharing = sorted({customer, *identifiers.holders([identifiers.digest(kind, value)])})
    points = ContactPoint.objects.filter(customer_id__in=sharing, kind=slot, digest=contacts.digest(slot, value))
    if is_open:
        changed = points.filter(bounced_at__isnull=False).update(bounced_at=None)
    else:
        changed = points.filter(bounced_at__isnull=True).update(bounced_at=min(at, now))
    if changed:
        pipeline.mark(sharing, cause="customers.reach")
    return changed > 0


def prove(*, customer: uuid.UUID, kind: str, value: str, at: datetime) -> bool:
    """Say that the customer reads what is sent to this value (by its field); whether that was news."""
    slot = str(contacts.KINDS[kind])
    points = ContactPoint.objects.filter(customer_id=customer, kind=slot, digest=contacts.digest(slot, value))
    changed = points.filter(verified_at__isnull=True).update(verified_at=at)
    if changed:
        pipeline.mark([customer], cause="customers.reach")
    return changed > 0
