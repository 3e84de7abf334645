"""Who was merged into whom, why, and what taking it back would do."""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from cdp.core import panels, sources
from cdp.core.crypto import subjects
from customers.models import ContactPoint, Customer, MergeLog
from customers.rules import provenance
from customers.selectors import wherefrom
from customers.selectors.lineage import LONGEST_CHAIN

DEVICE = "anonymous_id"
"""The reason of a merge when a browser nobody knew turns out to be a customer's."""
SHOWN = 10


@dataclass(frozen=True)
class Joined:
    """`survivor` absorbed `absorbed` at that moment, and until `until` where it was taken back."""

    survivor: uuid.UUID
    absorbed: uuid.UUID
    at: datetime
    until: datetime | None = None


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
    below = _below(wanted)
    found: dict[uuid.UUID, list[Joined]] = {}
    for root in dict.fromkeys(wanted):
        layer = below.get(root, ())
        while layer:
            found.setdefault(root, []).extend(layer)
            layer = [lower for one in layer for lower in below.get(one.absorbed, ())]
    parted = MergeLog.objects.filter(absorbed_id__in=wanted, undone_at__isnull=False)
    for survivor, absorbed, at, until in parted.values_list("customer_id", "absorbed_id", "at", "undone_at"):
        found.setdefault(absorbed, []).append(Joined(survivor, absorbed, at, until))
    return found


def _below(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Joined]]:
    """Whom each of these, and each of those in turn, absorbed: one narrow statement per layer of merges."""
    found: dict[uuid.UUID, list[Joined]] = {}
    layer = set(customers)
    for _ in range(LONGEST_CHAIN):
        logs = MergeLog.objects.filter(customer_id__in=layer, undone_at=None)
        joined = [Joined(*row) for row in logs.values_list("customer_id", "absorbed_id", "at")]
        for one in joined:
            found.setdefault(one.survivor, []).append(one)
        layer = {one.absorbed for one in joined} - found.keys() - layer
        if not layer:
            break
    return found


def in_common(pairs: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, dict[str, list[str]]]:
    """What each key of `pairs` shares with its value, as kinds of contact points: `{"same": ["email"]}`, never the
    values. In order: who follows is compared with all who were before.
    """
    held: dict[uuid.UUID, set[tuple[str, bytes]]] = defaultdict(set)
    rows = ContactPoint.objects.filter(customer_id__in=list(pairs)).values_list("customer_id", "kind", "digest")
    for customer, kind, digest in rows:
        held[customer].add((kind, bytes(digest)))
    if held:  # a visitor has no way of contact
        others = {pairs[one] for one in held} - held.keys()
        rows = ContactPoint.objects.filter(customer_id__in=others).values_list("customer_id", "kind", "digest")
        for customer, kind, digest in rows:
            held[customer].add((kind, bytes(digest)))
    found = {}
    for one, other in pairs.items():
        found[one] = {"same": sorted({kind for kind, _digest in held[one] & held[other]})}
        held[other] |= held[one]  # whoever follows is compared with both
    return found


def holder_of(log: MergeLog, later: Sequence[MergeLog]) -> uuid.UUID:
    """Who stands for the survivor of `log` today, given `above(log.customer_id)`."""
    holder: uuid.UUID = later[-1].customer_id if later else log.customer_id
    return holder


@dataclass(frozen=True)
class Told:
    """A merge as the customer page tells it: who was absorbed, when, why, and how much would go back."""

    id: uuid.UUID
    at: datetime
    reason: str
    name: str
    same: Sequence[str]
    records: int
    identifiers: int
    named: Sequence[str] = ()
    fact: str = ""

    @property
    def named_labels(self) -> str:
        """The identifiers by which one fact named both, in the reader's language."""
        return ", ".join(dict.fromkeys(map(wherefrom.kind_label, self.named)))

    @property
    def same_labels(self) -> str:
        """What the two had in common, in the reader's language."""
        known = ContactPoint.Kind
        return ", ".join(str(known(kind).label) if kind in known.values else kind for kind in self.same)


@dataclass(frozen=True)
class Merges:
    """The newest merges of people, how many of people there are beside them, and how many devices were recognised."""

    shown: Sequence[Told]
    more: int
    devices: int


_TOLD = """
SELECT id, absorbed_id, at, reason, why,
    (SELECT coalesce(sum(jsonb_array_length(value)), 0) FROM jsonb_each(moved) WHERE key <> 'core.DataKey'),
    (SELECT coalesce(sum(jsonb_array_length(value)), 0) FROM jsonb_each(identifiers))
FROM (
    SELECT * FROM customers_mergelog
    WHERE customer_id = ANY(%s) AND undone_at IS NULL AND reason <> %s
    ORDER BY at DESC, id DESC LIMIT %s
) newest
ORDER BY at DESC, id DESC
"""


def told(
    customer: uuid.UUID, people: Sequence[uuid.UUID], *, named: Callable[[], Mapping[str, str]] = sources.names
) -> Merges:
    """The merges into a customer that can be taken back, newest first; `people` is the customer's lineage.
    `named` gives the names of sources, and is asked only where one joined two people.

    A browser that turned out to be theirs has nothing to tell but that there was one. What is counted of the logs is
    counted by the database: they grow to megabytes.
    """
    counts = dict(
        MergeLog.objects.filter(customer_id__in=people, undone_at=None)
        .values_list("reason")
        .annotate(number=Count("id"))
    )
    devices = counts.pop(DEVICE, 0)
    if not counts:
        return Merges((), 0, devices)
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [list(people), DEVICE, SHOWN])
        logs = cursor.fetchall()
    keyring = subjects.load([customer])
    names = dict(Customer.objects.filter(id__in=[log[1] for log in logs]).values_list("id", "name"))
    whys = {log[0]: json.loads(log[4]) for log in logs}
    tellers = {log: provenance.teller(why.get("told_by")) for log, why in whys.items() if why.get("named")}
    words = wherefrom.Words(named(), [fact for _source, fact in tellers.values()]) if tellers else None
    shown = [
        Told(
            id=log_id,
            at=at,
            reason=reason,
            name=keyring.open(names[absorbed], table="customers_customer", column="name", row=absorbed),
            same=whys[log_id].get("same", []),
            records=int(records),
            identifiers=int(identifiers),
            named=whys[log_id].get("named", ()),
            fact=words(*tellers[log_id]) if words and log_id in tellers else "",
        )
        for log_id, absorbed, at, reason, _why, records, identifiers in logs
    ]
    return Merges(shown, sum(counts.values()) - len(shown), devices)


def panel(question: panels.Question) -> dict[str, Any] | None:
    """What the customer page says of merges; nothing where there were none."""
    merged = told(question.customer, question.lineage, named=lambda: question.once("core.sources", sources.names))
    if not merged.shown and not merged.devices:
        return None
    return {"merges": merged, "customer_id": question.customer, "may": question.reader.can("steward")}
