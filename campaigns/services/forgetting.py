"""Messages of people who were forgotten: rows stay without anything to read, files go."""

import uuid
from collections.abc import Collection

from campaigns.models import Message
from cdp.core import mail

NEVER_LEFT = (Message.State.PLANNED, Message.State.SUPPRESSED)


def forget(customers: Collection[uuid.UUID]) -> None:
    """Take the digest of the address out of these people's messages, and delete what the file transport wrote."""
    Message.objects.filter(customer_id__in=customers, address__isnull=False).update(address=None)
    folder = mail.outbox()
    if folder is None:
        return
    left = Message.objects.filter(customer_id__in=customers).exclude(state__in=NEVER_LEFT)
    for message in left.values_list("id", flat=True).iterator():
        (folder / f"{message}.eml").unlink(missing_ok=True)
