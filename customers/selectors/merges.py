"""Who was merged into whom, why, and what taking it back would do."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp.core import panels
from cdp.core.crypto import subjects
from customers.models import ContactPoint, Customer, MergeLog
from customers.selectors.lineage import LONGEST_CHAIN


@dataclass(frozen=True)
class Joined:
    """`survivor` absorbed `absorbed` at that moment, and until `until` where it was taken back."""

    survivor: uuid.UUID
    absorbed: uuid.UUID
    at: datetime
    until: datetime | None = None


def of(customer: uuid.UUID) -> list[MergeLog]:
    """The merges into a customer that stand, directly or in turn, newest first, without their images."""
    found: list[MergeLog] = []
    layer = [customer]
    for _ in range(LONGEST_CHAIN):
        logs = list(
            MergeLog.objects.filter(customer_id__in=layer, undone_at=None).defer("images", "fields").order_by("-at")
        )
        if not logs:
            break
        found += logs
        layer = [log.absorbed_id for log in logs]
    return sorted(found, key=lambda log: (log.at, log.id), reverse=True)


def above(customer: uuid.UUID) -> list[MergeLog]:
    """Who absorbed `customer`, who absorbed that one, and so on up to who stands for them all today."""
    found: list[MergeLog] = []
    for _ in range(LONGEST_CHAIN):
        log = MergeLog.objects.filter(absorbed_id=customer, undone_at=None).first()
        if log is None:
            break
        found.append(log)
        customer = log.customer_id
    return found


def trees(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Joined]]:
    """For each of these customers who ever absorbed somebody or was parted: the merges that bear on their consent.

    Those who never were in a merge are left out, for the price of one look at an index.
    """
    wanted = list(customers)
    found: dict[uuid.UUID, list[Joined]] = {}
    roots = MergeLog.objects.filter(customer_id__in=wanted, undone_at=None)
    for root in roots.values_list("customer_id", flat=True).distinct():
        found[root] = [Joined(log.customer_id, log.absorbed_id, log.at) for log in of(root)]
    parted = MergeLog.objects.filter(absorbed_id__in=wanted, undone_at__isnull=False)
    for survivor, absorbed, at, until in parted.values_list("customer_id", "absorbed_id", "at", "undone_at"):
        found.setdefault(absorbed, []).append(Joined(survivor, absorbed, at, until))
    return found


def in_common(one: uuid.UUID, other: uuid.UUID) -> dict[str, list[str]]:
    """What two customers share, as kinds of contact points: `{"same": ["email"]}`. Never the values."""
    held: dict[uuid.UUID, set[tuple[str, bytes]]] = {one: set(), other: set()}
    rows = ContactPoint.objects.filter(customer_id__in=[one, other]).values_list("customer_id", "kind", "digest")
    for customer, kind, digest in rows:
        held[customer].add((kind, bytes(digest)))
    return {"same": sorted({kind for kind, _digest in held[one] & held[other]})}


def holder_of(log: MergeLog, later: Sequence[MergeLog]) -> uuid.UUID:
    """Who stands for the survivor of `log` today, given `above(log.customer_id)`."""
    holder: uuid.UUID = later[-1].customer_id if later else log.customer_id
    return holder


@dataclass(frozen=True)
class Told:
    """A merge as the customer page tells it: who was absorbed, when, why, and how much would go back."""

    log: MergeLog
    name: str
    same: Sequence[str]
    records: int
    identifiers: int

    @property
    def same_labels(self) -> str:
        """What the two had in common, in the reader's language."""
        known = ContactPoint.Kind
        return ", ".join(str(known(kind).label) if kind in known.values else kind for kind in self.same)


def told(customer: uuid.UUID) -> list[Told]:
    """The merges into a customer that can be taken back, newest first."""
    logs = of(customer)
    if not logs:
        return []
    keyring = subjects.load([customer])
    rows = Customer.objects.in_bulk([log.absorbed_id for log in logs])
    return [
        Told(
            log=log,
            name=keyring.open(
                rows[log.absorbed_id].name, table="customers_customer", column="name", row=log.absorbed_id
            ),
            same=log.why.get("same", []),
            records=sum(len(moved) for label, moved in log.moved.items() if label != "core.DataKey"),
            identifiers=sum(len(digests) for digests in log.identifiers.values()),
        )
        for log in logs
    ]


def panel(question: panels.Question) -> dict[str, Any] | None:
    """What the customer page says of merges; nothing where there were none."""
    merged = told(question.customer)
    return (
        {"merges": merged, "customer_id": question.customer, "may": question.reader.can("steward")} if merged else None
    )
