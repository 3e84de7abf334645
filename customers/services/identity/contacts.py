"""Contact points and addresses of a batch. A new one becomes the primary of its kind; the old one stays as known."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from cdp.core import copying, ids
from cdp.core.crypto import index, subjects
from cdp.core.models import Source
from customers.models import Address, ContactPoint
from customers.rules import names
from customers.rules.people import Person
from customers.selectors import endings
from customers.services.identity import profiles

KINDS = {
    "email": ContactPoint.Kind.EMAIL,
    "phone": ContactPoint.Kind.PHONE,
    "line_id": ContactPoint.Kind.LINE,
    "external_id": ContactPoint.Kind.EXTERNAL,
    "member_number": ContactPoint.Kind.MEMBER,
}
CONTACTS, ADDRESSES = "customers_contactpoint", "customers_address"
ADDRESS_FIELD = "address.whole"
CONTACT_COLUMNS = (
    "id",
    "customer_id",
    "kind",
    "value",
    "digest",
    "source",
    "is_primary",
    "created_at",
    "ending",
)
ADDRESS_COLUMNS = (
    "id",
    "customer_id",
    "street",
    "digest",
    "city",
    "province",
    "postcode",
    "country",
    "is_primary",
    "source",
    "created_at",
)


def digest(kind: str, value: str) -> bytes:
    """The blind index of a contact point."""
    return index.digest(field_of(kind), value)


def field_of(kind: str) -> str:
    """The blind index in which contact points of that kind are found."""
    return f"contact.{kind}"


def slots(source: Source) -> list[tuple[str, str, str]]:
    """(field of a person, kind of contact point, scope of its value)."""
    return [(field, str(kind), source.key if kind is KINDS["external_id"] else "") for field, kind in KINDS.items()]


def digests_of(person: Person, source: Source) -> set[bytes]:
    """The blind indexes of everything by which a person may be reached."""
    return {
        digest(kind, f"{scope}\n{value}" if scope else value)
        for field, kind, scope in slots(source)
        if (value := getattr(person, field))
    }


def address_digest(person: Person) -> bytes:
    """The blind index of a person's address."""
    return index.digest(ADDRESS_FIELD, whole(person))


def whole(person: Person) -> str:
    """What makes two addresses the same, whatever the spelling of the street."""
    street = " ".join(names.words_once(person.street))
    return f"{street}\n{person.city}\n{person.province}\n{person.postcode}\n{person.country}"


def write_points(
    told: Mapping[uuid.UUID, Sequence[Person]],
    *,
    known: Iterable[uuid.UUID],
    keyring: subjects.Keyring,
    source: Source,
    now: datetime,
) -> None:
    """Add the contact points that are not known yet. `known` are the customers who may have some already."""
    have = {
        (customer, kind, bytes(digest_)): is_primary
        for customer, kind, digest_, is_primary in ContactPoint.objects.filter(customer_id__in=list(known)).values_list(
            "customer_id", "kind", "digest", "is_primary"
        )
    }
    # (customer, kind, scope) → digest → value; the last one told is the primary one.
    wanted: dict[tuple[uuid.UUID, str, str], dict[bytes, str]] = {}
    fields = slots(source)
    for customer, people in told.items():
        for person in people:
            for field, kind, scope in fields:
                value = getattr(person, field)
                if value:
                    slot = wanted.setdefault((customer, kind, scope), {})
                    marker = digest(kind, f"{scope}\n{value}" if scope else value)
                    slot.pop(marker, None)
                    slot[marker] = value
    row_ids = iter(ids.uuid7s(sum(map(len, wanted.values()))))
    fresh: list[tuple[Any, ...]] = []
    demoted: list[tuple[uuid.UUID, str, str]] = []
    promoted: list[tuple[uuid.UUID, str, bytes]] = []
    for (customer, kind, scope), values in wanted.items():
        last = next(reversed(values))
        becomes_primary = not have.get((customer, kind, last))
        if becomes_primary and have:
            demoted.append((customer, kind, scope))
        for marker, value in values.items():
            if (customer, kind, marker) in have:
                if marker == last and becomes_primary:
                    promoted.append((customer, kind, marker))
                continue
            row = next(row_ids)
            sealed = keyring.seal(value, customer=customer, table=CONTACTS, column="value", row=row)
            primary = marker == last and becomes_primary
            ending = endings.number(value) if kind == ContactPoint.Kind.PHONE else None
            fresh.append((row, customer, kind, sealed, marker, scope, primary, now, ending))
    _demote(demoted)
    _promote(promoted)
    copying.rows(ContactPoint, CONTACT_COLUMNS, fresh)


def _demote(slots: Sequence[tuple[uuid.UUID, str, str]]) -> None:
    if not slots:
        return
    customers, kinds, scopes = (list(column) for column in zip(*slots, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE customers_contactpoint AS p SET is_primary = false
            FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS s (customer_id, kind, source)
            WHERE p.customer_id = s.customer_id AND p.kind = s.kind AND p.source = s.source AND p.is_primary
            """,
            [customers, kinds, scopes],
        )


def _promote(slots: Sequence[tuple[uuid.UUID, str, bytes]]) -> None:
    if not slots:
        return
    customers, kinds, digests = (list(column) for column in zip(*slots, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE customers_contactpoint AS p SET is_primary = true
            FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) AS s (customer_id, kind, digest)
            WHERE p.customer_id = s.customer_id AND p.kind = s.kind AND p.digest = s.digest
            """,
            [customers, kinds, digests],
        )


def write_addresses(
    told: Mapping[uuid.UUID, Sequence[Person]], *, keyring: subjects.Keyring, source: Source, now: datetime
) -> None:
    """Add the addresses of known customers that are not known yet."""
    wanted: dict[uuid.UUID, tuple[bytes, Person]] = {}
    for customer, people in told.items():
        person = profiles.merged(people)
        if person.street or person.city or person.postcode:
            wanted[customer] = (address_digest(person), person)
    if not wanted:
        return
    have = {
        (customer, bytes(digest_)): is_primary
        for customer, digest_, is_primary in Address.objects.filter(customer_id__in=list(wanted)).values_list(
            "customer_id", "digest", "is_primary"
        )
    }
    moved = [customer for customer in wanted if not have.get((customer, wanted[customer][0]))]
    if moved:
        Address.objects.filter(customer_id__in=moved, is_primary=True).update(is_primary=False)
    back = [customer for customer in moved if (customer, wanted[customer][0]) in have]
    for customer in back:  # A return to an old address is rare; each is one routed update.
        Address.objects.filter(customer_id=customer, digest=wanted[customer][0]).update(is_primary=True)
    fresh = []
    for (customer, (marker, person)), row in zip(wanted.items(), ids.uuid7s(len(wanted)), strict=True):
        if (customer, marker) in have:
            continue
        sealed = keyring.seal(person.street, customer=customer, table=ADDRESSES, column="street", row=row)
        place = (person.city, person.province, person.postcode, person.country)
        fresh.append((row, customer, sealed, marker, *place, True, source.key, now))
    copying.rows(Address, ADDRESS_COLUMNS, fresh)
