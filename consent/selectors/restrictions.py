"""Whose data may not be used now (GDPR 18, PDPA s.34, PIPA 37), for one person, for many, and for whole audiences.

A restriction is the survivor's: merging moves it along, so asking by the id that stands for a person is enough.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from consent.models import Restriction
from customers.selectors import lineage


def condition(alias: str, *, at: dt.datetime) -> tuple[str, list[Any]]:
    """An SQL condition and its parameters, true for whom `restricted` names.

    `alias` is the alias of customers_customer in the caller's statement. Raises ValueError for anything but a name.
    """
    if not alias.isidentifier():
        raise ValueError("the alias must be a plain name")
    sql = (
        f"EXISTS (SELECT 1 FROM consent_restriction frozen WHERE frozen.customer_id = {alias}.id"  # noqa: S608  (a plain name)
        " AND frozen.lifted_at IS NULL AND frozen.since <= %s AND (frozen.until IS NULL OR frozen.until > %s))"
    )
    return sql, [at, at]


def holding(*, at: dt.datetime) -> QuerySet[Restriction]:
    """Those that hold at that moment."""
    return Restriction.objects.filter(Q(until__isnull=True) | Q(until__gt=at), lifted_at__isnull=True, since__lte=at)


def restricted(customers: Collection[uuid.UUID], *, at: dt.datetime) -> frozenset[uuid.UUID]:
    """Who of these (ids that stand for people) is restricted then; one statement."""
    return frozenset(holding(at=at).filter(customer_id__in=list(customers)).values_list("customer_id", flat=True))


def asked(customer: uuid.UUID, *, at: dt.datetime) -> Restriction | None:
    """The one in force that this person asked for, whoever of their merged ids asked; they may end it themselves."""
    people = set(lineage.standing([customer]).values())
    return holding(at=at).filter(customer_id__in=people, reason="asked").order_by("since").first()


def of(customers: Collection[uuid.UUID]) -> QuerySet[Restriction]:
    """All there ever were for these people, newest first."""
    return Restriction.objects.filter(customer_id__in=list(customers)).order_by("-since", "-id")
