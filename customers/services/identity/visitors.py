"""Visitors nobody has met yet: an anonymous id owns an anonymous customer until the person says who it is.

Then the anonymous customer is merged into the person, history and all; un-merging takes it back exactly.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cdp.core import copying, ids
from cdp.core.actors import SYSTEM
from cdp.core.crypto import index, subjects
from cdp.core.models import DataKey, Source
from customers.models import Customer, Identifier, Status
from customers.rules import provenance
from customers.selectors import identifiers
from customers.services import blank, merging

KIND = "anonymous_id"


class Visitor(NamedTuple):
    """An anonymous id, who it turned out to be (None: nobody said), and the fact that named it."""

    anonymous_id: str
    customer: uuid.UUID | None
    told_by: str = ""


def digest(anonymous_id: str) -> bytes:
    """The key under which an anonymous id is known. Ids are random, so they need no source."""
    return index.digest(f"identifier.{KIND}", f"\n{anonymous_id}")


def resolve(visitors: Sequence[Visitor], *, source: Source, now: dt.datetime) -> dict[str, uuid.UUID]:
    """Who each anonymous id is; unknown ones become anonymous customers or belong to the person they turned out to be.

    An id that belongs to a person stays that person's: on a shared device the next one to log in takes nothing over.
    Call it inside a transaction, in which nobody else resolves visitors.
    """
    wanted: dict[str, uuid.UUID | None] = {}
    first: dict[str, str] = {}  # the fact that named each id, and the one that said whose it is
    said: dict[str, str] = {}
    for visitor in visitors:
        anonymous_id = visitor.anonymous_id
        first.setdefault(anonymous_id, visitor.told_by)
        if visitor.customer and not wanted.get(anonymous_id):
            said[anonymous_id] = visitor.told_by
        wanted[anonymous_id] = wanted.get(anonymous_id) or visitor.customer
    owners = _owners(wanted)
    unknown = [anonymous_id for anonymous_id in wanted if anonymous_id not in owners]
    nobodies = [anonymous_id for anonymous_id in unknown if wanted[anonymous_id] is None]
    made = dict(zip(nobodies, _make(len(nobodies), source, now), strict=True))
    fresh = {anonymous_id: wanted[anonymous_id] or made[anonymous_id] for anonymous_id in unknown}
    _claim(fresh, {one: provenance.told_by(source.key, first[one]) for one in fresh}, now)
    told: dict[uuid.UUID, tuple[uuid.UUID, str]] = {}
    for anonymous_id, customer in wanted.items():
        if customer and anonymous_id in owners and owners[anonymous_id] != customer:
            told[owners[anonymous_id]] = customer, provenance.told_by(source.key, said[anonymous_id])
    joined = _join(told, now)
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


def _claim(owners: Mapping[str, uuid.UUID], told_by: Mapping[str, str], now: dt.datetime) -> None:
    rows = sorted((digest(anonymous_id), customer, told_by[anonymous_id]) for anonymous_id, customer in owners.items())
    copying.rows(
        Identifier,
        ("digest", "customer_id", "kind", "source", "is_verified", "is_shared", "created_at", "told_by"),
        ((marker, customer, KIND, "", False, False, now, by) for marker, customer, by in rows),
    )


def _join(told: Mapping[uuid.UUID, tuple[uuid.UUID, str]], now: dt.datetime) -> dict[uuid.UUID, uuid.UUID]:
    """Merge anonymous customers into who they turned out to be (visitor → person and who said so), which can be taken
    back exactly. Returns the pairs that were joined; two known people are never joined here.
    """
    if not told:
        return {}
    anonymous = Customer.objects.filter(id__in=list(told), status=Status.ANONYMOUS).values_list("id", flat=True)
    wanted = {visitor: told[visitor][0] for visitor in sorted(anonymous)}
    why = {visitor: {"named": [KIND], "told_by": told[visitor][1]} for visitor in wanted}
    return merging.absorb(pairs=wanted, reason=KIND, actor=SYSTEM, at=now, why=why)
