"""What the shop did with what somebody wrote: noted it, resolved it, or opens it again."""

import uuid
from datetime import datetime

from django.db import transaction

from cdp.core import audit
from cdp.core.actors import Actor
from surveys.models import SocialAct


class UnableToSettle(Exception):
    """It is not here any more, or there is no such state."""


def settle(*, act: uuid.UUID, state: str, actor: Actor, at: datetime) -> SocialAct:
    """Say how a comment stands (`noted`, `resolved`, empty for open). The same again changes nothing.

    Raises UnableToSettle.
    """
    if state not in SocialAct.State.values:
        raise UnableToSettle
    with transaction.atomic():
        owner = SocialAct.objects.filter(id=act).values_list("customer_id", flat=True).first()
        row = SocialAct.objects.select_for_update().filter(customer_id=owner, id=act).first() if owner else None
        if row is None:
            raise UnableToSettle
        if row.state == state:
            return row
        before, row.state = row.state, state
        row.settled_at, row.settled_by = (at, actor.id) if state else (None, None)
        SocialAct.objects.filter(customer_id=row.customer_id, id=row.id).update(
            state=row.state, settled_at=row.settled_at, settled_by=row.settled_by
        )
        audit.record(
            audit.Action.COMMENT_SETTLED,
            actor=actor,
            at=at,
            customer=row.customer_id,
            subject=row.id,
            details={"old": before, "new": state},
        )
    return row
