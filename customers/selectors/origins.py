"""Where each value of a profile comes from, and why each identifier is there."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from customers.models import Customer, Identifier
from customers.rules import provenance, settling
from customers.selectors.profiles import Profile

FIELDS = (*settling.NAMES, "country", *settling.AREA, *settling.SINGLE, *settling.ADDED)
CONTACTS = {"email": "email", "phone": "phone", "line": "line_id", "member_number": "member_number", "handle": "handle"}
"""Kind of contact → field."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who told a field: source, when it was so, and by which fact; empty and None where nobody knows any more."""

    field: str
    source: str
    at: datetime | None
    fact: str


@dataclass(frozen=True, slots=True)
class Link:
    """Why an identifier is this customer's."""

    kind: str
    scope: str
    source: str
    fact: str
    since: datetime
    is_verified: bool
    is_shared: bool


def of(profile: Profile) -> list[Origin]:
    """The origin of every field that is filled, in the order of the profile."""
    row = profile.customer
    found = [_origin(row, field, settling.register_of(field)) for field in FIELDS if getattr(row, field)]
    for contact in profile.contacts:
        if contact.is_primary:
            field = CONTACTS.get(contact.kind, contact.kind)
            found.append(_origin(row, field, settling.register_of(field, scope=contact.source)))
    return found


def _origin(row: Customer, field: str, register: str) -> Origin:
    word = provenance.of(row.origins, register)
    return Origin(field, word.source, word.at, word.fact) if word else Origin(field, "", None, "")


def links(customer: uuid.UUID, *, kinds: Collection[str] = (), most: int = 200) -> Sequence[Link]:
    """Why each identifier is there, oldest first; of these kinds, else also of the browsers of a visitor."""
    asked = Identifier.objects.filter(customer_id=customer)
    rows = (asked.filter(kind__in=kinds) if kinds else asked).order_by("created_at", "digest")[:most]
    columns = ("kind", "source", "told_by", "created_at", "is_verified", "is_shared")
    return [
        Link(kind, scope, *provenance.teller(told_by), since, is_verified, is_shared)
        for kind, scope, told_by, since, is_verified, is_shared in rows.values_list(*columns)
    ]
