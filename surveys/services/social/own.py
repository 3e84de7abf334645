"""The shop's own accounts on social platforms: named, changed and taken from the list."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from cdp.core import audit
from cdp.core.actors import Actor
from customers.rules import handles
from surveys.models import OwnAccount
from surveys.rules.social import naming, opening

MOST = 200


class UnableToKeep(Exception):
    """The account is in the list already (`taken`), not in it any more (`gone`), or there are `many`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def keep(
    *, account: uuid.UUID | None, platform: str, handle: str, tickets: Collection[str], actor: Actor, at: datetime
) -> OwnAccount:
    """Name an account of the shop (a key of handles.PLATFORMS; its name as people write it, or its address), or change
    one. `tickets`: which of opening.CHOICES open a ticket on that platform beside messages.

    What is told from then on is read so; what was kept before stays as it is. The same again changes nothing.
    Raises UnableToKeep, and Unreadable for a name that is none there.
    """
    if platform not in handles.PLATFORMS:
        raise UnableToKeep("gone")
    name = naming.shown(platform, handle)
    kinds = [kind for kind in opening.CHOICES if kind in tickets]
    with transaction.atomic():
        rows = {row.id: row for row in OwnAccount.objects.select_for_update().order_by("id")}
        if any(
            (row.platform, handles.key(row.handle)) == (platform, handles.key(name))
            for row in rows.values()
            if row.id != account
        ):
            raise UnableToKeep("taken")
        if account is None and len(rows) >= MOST:
            raise UnableToKeep("many")
        row = rows.get(account) if account else OwnAccount()
        if row is None:
            raise UnableToKeep("gone")
        if (row.platform, row.handle, row.tickets) == (platform, name, kinds):
            return row
        row.platform, row.handle, row.tickets = platform, name, kinds
        row.save()
        details = {"platform": platform, "account": name, "tickets": kinds}
        audit.record(audit.Action.OWN_ACCOUNT_CHANGED, actor=actor, at=at, subject=row.id, details=details)
    return row


def remove(*, account: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Take an account from the list: what it writes from then on is somebody's. Raises UnableToKeep."""
    with transaction.atomic():
        row = OwnAccount.objects.select_for_update().filter(id=account).first()
        if row is None:
            raise UnableToKeep("gone")
        details = {"platform": row.platform, "removed": row.handle}
        audit.record(audit.Action.OWN_ACCOUNT_CHANGED, actor=actor, at=at, subject=row.id, details=details)
        row.delete()
