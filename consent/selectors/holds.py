"""Whose data must stay for now: erasure and retention ask before they take anything away."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cdp.core.crypto import subjects
from consent.models import LegalHold

TABLE = "consent_legalhold"


def condition(column: str, *, at: dt.datetime) -> tuple[str, list[Any]]:
    """An SQL condition and its parameters, true where `column` (a customer's id, as `c.id`) is held.

    Raises ValueError for anything but a name or two with a dot.
    """
    if not all(part.isidentifier() for part in column.split(".")):
        raise ValueError("the column must be a plain name")
    sql = (
        f"EXISTS (SELECT 1 FROM consent_legalhold held WHERE held.customer_id = {column}"  # noqa: S608  (a plain name)
        " AND held.lifted_at IS NULL AND held.placed_at <= %s AND (held.until IS NULL OR held.until > %s))"
    )
    return sql, [at, at]


def holding(*, at: dt.datetime) -> QuerySet[LegalHold]:
    """Those that hold at that moment."""
    return LegalHold.objects.filter(Q(until__isnull=True) | Q(until__gt=at), lifted_at__isnull=True, placed_at__lte=at)


def held(customers: Collection[uuid.UUID], *, at: dt.datetime) -> dict[uuid.UUID, str]:
    """Customer → ground, for those of these who are held then; the oldest hold where there are several."""
    found: dict[uuid.UUID, str] = {}
    rows = holding(at=at).filter(customer_id__in=list(customers)).order_by("placed_at", "id")
    for customer, ground in rows.values_list("customer_id", "ground"):
        found.setdefault(customer, ground)
    return found


def held_now(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """`held` at this moment: what the kernel asks before it forgets somebody."""
    return held(customers, at=timezone.now())


def of(customers: Collection[uuid.UUID]) -> QuerySet[LegalHold]:
    """All there ever were for these people, newest first."""
    return LegalHold.objects.filter(customer_id__in=list(customers)).order_by("-placed_at", "-id")


def why(hold: LegalHold, keyring: subjects.Keyring) -> str:
    """What staff wrote when they placed it."""
    return keyring.open(hold.why, table=TABLE, column="why", row=hold.id)
