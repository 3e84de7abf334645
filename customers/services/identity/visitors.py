"""Visitors nobody has met yet: an anonymous id owns an anonymous customer until the person says who it is.

Then the anonymous customer is merged into the person, history and all; un-merging takes it back exactly.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cdp.core import copying, ids
from cdp.core.actors import SYSTEM
from cdp.core.crypto import index, subjects
from cdp.core.models import DataKey, Source
from customers.models import Customer, Identifier, Status
from customers.selectors import identifiers
from customers.services import blank, merging

KIND = "anonymous_id"


class Visitor(NamedTuple):
    """An anonymous id, and who it turned out to be (None: nobody said)."""

    anonymous_id: str
    customer: uuid.UUID | None


def digest(anonymous_id: str) -> bytes:
    """The key under which an anonymous id is known. Ids are random, so they need no source."""
    return index.digest(f"identifier.{KIND}", f"\n{anonymous_id}")


def resolve(visitors: Sequence[Visitor], *, source: Source, now: dt.datetime) -> dict[str, uuid.UUID]:
    """Who each anonymous id is; unknown ones become anonymous customers or belong to the person they turned out to be.

    An id that belongs to a person stays that person's: on a shared device the next one to log in takes nothing over.
    Call it inside a transaction, in which nobody else resolves visitors.
    """
    wanted: dict[str, uuid.UUID | None] = {}
    for visitor in visitors:
        wanted[visitor.anonymous_id] = wanted.get(visitor.anonymous_id) or visitor.customer
    owners = _owners(wanted)
    unknown = [anonymous_id for anonymous_id in wanted if anonymous_id not in owners]
    nobodies = [anonymous_id for anonymous_id in unknown if wanted[anonymous_id] is None]
    made = dict(zip(nobodies, _make(len(nobodies), source, now), strict=True))
    fresh = {anonymous_id: wanted[anonymous_id] or made[anonymous_id] for anonymous_id in unknown}
    _claim(fresh, now)
    told = {
        owners[anonymous_id]: customer
        for anonymous_id, customer in wanted.items()
        if customer and anonymous_id in owners
    }
    joined = _join({owner: customer for owner, customer in told.items() if owner != customer}, now)
    return {anonymous_id: joined.get(customer, customer) for anonymous_id, customer in {**owners, **fresh}.items()}


def waiting(anonymous_ids: Iterable[str]) -> set[str]:
    """Those of the anonymous ids that an anonymous customer has: each costs a merge when somebody says who it is."""
    owners = _owners(anonymous_ids)
    anonymous = set(
        Customer.objects.filter(id__in=set(owners.values()), status=Status.ANONYMOUS).values_list("id", flat=True)
    )
    return {anonymous_id for anonymous_id, owner in owners.items() if owner in anonymous}


def _owners(anonymous_ids: Iterable[str]) -> dict[str, uuid.UUID]:
    """Whose each known anonymous id is."""
    digests = {digest(anonymous_id): anonymous_id for anonymous_id in anonymous_ids}
    return {digests[found]: customer for found, customer in identifiers.owners(digests).items()}


def _make(count: int, source: Source, now: dt.datetime) -> list[uuid.UUID]:
    customers = ids.uuid7s(count)
    if not customers:
        return []
    DataKey.objects.bulk_create(subjects.Keyring().add_new(customers), batch_size=1000)
    blank.write(customers, status=Status.ANONYMOUS, sources=(source.key,), at=now)
    return customers


def _claim(owners: dict[str, uuid.UUID], now: dt.datetime) -> None:
    rows = sorted((digest(anonymous_id), customer) for anonymous_id, customer in owners.items())
    copying.rows(
        Identifier,
        ("digest", "customer_id", "kind", "source", "is_verified", "is_shared", "created_at"),
        ((marker, customer, KIND, "", False, False, now) for marker, customer in rows),
    )


def _join(pairs: dict[uuid.UUID, uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, uuid.UUID]:
    """Merge anonymous customers into who they turned out to be, which can be taken back exactly. Returns the pairs
    that were joined; two known people are never joined here.
    """
    if not pairs:
        return {}
    anonymous = Customer.objects.filter(id__in=list(pairs), status=Status.ANONYMOUS).values_list("id", flat=True)
    wanted = {visitor: pairs[visitor] for visitor in sorted(anonymous)}
    return merging.absorb(pairs=wanted, reason=KIND, actor=SYSTEM, at=now)
