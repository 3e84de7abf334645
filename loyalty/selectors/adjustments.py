"""What waits for a second person, and what became of it."""

import uuid
from collections.abc import Sequence

from django.db.models import QuerySet

from cdp.core import access
from cdp.core.models import User
from customers.selectors import lineage
from loyalty.models import Adjustment

MOST = 99


def waiting_count() -> int:
    """How many wait; counting stops at MOST + 1."""
    return Adjustment.objects.filter(state=Adjustment.State.WAITING).order_by().values("id")[: MOST + 1].count()


def every() -> QuerySet[Adjustment]:
    """All of them."""
    return Adjustment.objects.all()


def waiting(limit: int) -> list[Adjustment]:
    """What waits, oldest first."""
    return list(Adjustment.objects.filter(state=Adjustment.State.WAITING).order_by("id")[:limit])


def of(customer: uuid.UUID) -> list[Adjustment]:
    """What waits for somebody who stands for themselves."""
    rows = Adjustment.objects.filter(customer_id__in=lineage.of(customer), state=Adjustment.State.WAITING)
    return list(rows.order_by("id")[:20])


def approvers(asker: uuid.UUID | None) -> Sequence[User]:
    """Who may decide what this person asks for: everybody else whose role may."""
    rows = User.objects.filter(is_active=True, role__in=access.CAPABILITIES["loyalty.approve"])
    return list(rows.exclude(id=asker) if asker else rows)
