"""Legal holds for pages and for who places them; whoever takes data away asks `cdp.core.holds`, which knows all."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet

from cdp.core.crypto import subjects
from consent.models import LegalHold

TABLE = "consent_legalhold"


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


def of(customers: Collection[uuid.UUID]) -> QuerySet[LegalHold]:
    """All there ever were for these people, newest first."""
    return LegalHold.objects.filter(customer_id__in=list(customers)).order_by("-placed_at", "-id")


def why(hold: LegalHold, keyring: subjects.Keyring) -> str:
    """What staff wrote when they placed it."""
    return keyring.open(hold.why, table=TABLE, column="why", row=hold.id)
