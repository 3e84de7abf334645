"""A person is forgotten: what becomes of every row is declared in `lifecycle.py` (ADR 12).

purging   what is deleted, emptied and destroyed; may run again without harm
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from cdp.core import audit, holds, lifecycle, pipeline, webhooks
from cdp.core.actors import Actor
from customers.models import Customer, Status
from customers.selectors import lineage
from customers.services.erasing import purging
from customers.services.merging import tries

__all__ = ["Erased", "Reason", "UnableToErase", "erase", "sweep"]


class Reason(StrEnum):
    """Codes that clients and pages branch on."""

    UNKNOWN = "unknown_customer"
    ERASED = "erased"
    BUSY = "busy"  # others kept writing or merging the same person: try again
    HELD = "held"  # a legal hold: the data must stay until it is lifted


class UnableToErase(Exception):
    """Nobody was erased; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        """Name the reason."""
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Erased:
    """The ids that are tombstones now, the one that stood for them first, and how many rows of each table went."""

    customers: Sequence[uuid.UUID]
    rows: dict[str, int] = field(default_factory=dict)


def erase(*, customer: uuid.UUID, actor: Actor, at: datetime) -> Erased:
    """Forget the person that id means, with everybody who was merged into them. One transaction, never to be undone.

    Data keys are destroyed, so that whatever was sealed for them opens nowhere any more; rows go or stay as declared;
    identifiers are suppressed; bare tombstones stay. Raises UnableToErase.
    """
    try:
        return tries.tried(lambda: _erase(customer, actor, at))
    except tries.Blocked as error:
        raise UnableToErase(Reason.BUSY) from error


def _erase(customer: uuid.UUID, actor: Actor, at: datetime) -> Erased:
    try:
        holder = lineage.get(customer).customer.id
    except lineage.Unknown as error:
        raise UnableToErase(Reason.UNKNOWN) from error
    except lineage.Erased as error:
        raise UnableToErase(Reason.ERASED) from error
    everybody = lineage.of(holder)
    locked = Customer.objects.select_for_update().filter(id__in=everybody).order_by("id")
    standing = {row.id for row in locked if row.status in lineage.LIVING}
    if standing != {holder} or set(lineage.of(holder)) != set(everybody):
        raise UnableToErase(Reason.BUSY)  # merged, parted or erased while we waited for the locks
    if holds.held(everybody):
        raise UnableToErase(Reason.HELD)
    for farewell in lifecycle.farewells():
        farewell(everybody, at)
    rows = purging.purge(everybody, at=at)
    told = {"rows": rows, "with": [str(one) for one in everybody]}
    audit.record_many(
        audit.Action.CUSTOMER_ERASED,
        actor=actor,
        at=at,
        entries=[(one, "", {"as": str(holder), **(told if one == holder else {})}) for one in everybody],
    )
    webhooks.publish_many(webhooks.ERASED, [webhooks.Fact(one, at) for one in everybody])
    # Facts that were on their way are swept by the pipeline, and again whatever is made of them.
    pipeline.mark(everybody, cause="customers.erased")
    transaction.on_commit(lambda: _forget_elsewhere(everybody))
    return Erased(everybody, rows)


def sweep(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """The first step of the pipeline: what reached a tombstone after all, through a door that knew the person before.

    Whoever writes a fact marks its customer, so nothing stays, whatever was locked at the time.
    """
    erased = list(Customer.objects.filter(id__in=list(customers), status=Status.ERASED).values_list("id", flat=True))
    if not erased:
        return
    with transaction.atomic():
        list(Customer.objects.select_for_update().filter(id__in=erased).order_by("id").values_list("id"))
        purging.purge(erased, at=now)
    _forget_elsewhere(erased)


def _forget_elsewhere(customers: Sequence[uuid.UUID]) -> None:
    for forget in lifecycle.forgetters():
        forget(customers)
