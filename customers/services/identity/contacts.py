"""Contact points and addresses of a batch. What was told last comes first; what came first before stays as known."""

import itertools
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from cdp.core import copying, ids
from cdp.core.crypto import index, subjects
from cdp.core.models import Source
from customers.models import Address, ContactPoint
from customers.rules import names, provenance, settling
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.selectors import endings
from customers.services import phone_countries

KINDS = {
    "email": ContactPoint.Kind.EMAIL,
    "phone": ContactPoint.Kind.PHONE,
    "line_id": ContactPoint.Kind.LINE,
    "external_id": ContactPoint.Kind.EXTERNAL,
    "member_number": ContactPoint.Kind.MEMBER,
    "handle": ContactPoint.Kind.HANDLE,
}
CONTACTS, ADDRESSES = "customers_contactpoint", "customers_address"
_PHONE = str(ContactPoint.Kind.PHONE)
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
    "country",
    "told_by",
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


def digest(kind: str, value: str, scope: str = "") -> bytes:
    """The blind index of a contact point; numbers of customers mean something in the `scope` of their source only."""
    return index.digest(field_of(kind), f"{scope}\n{value}" if scope else value)


def field_of(kind: str) -> str:
    """The blind index in which contact points of that kind are found."""
    return f"contact.{kind}"


def slots(source: str) -> list[tuple[str, str, str]]:
    """(field of a person, kind of contact point, scope of its value) of what the source of that key tells."""
    return [(field, str(kind), source if kind is KINDS["external_id"] else "") for field, kind in KINDS.items()]


def digests_of(person: Person, source: Source) -> set[bytes]:
    """The blind indexes of everything by which a person may be reached."""
    return {digest(kind, value, scope) for field, kind, scope in slots(source.key) if (value := getattr(person, field))}


def address_digest(person: Person) -> bytes:
    """The blind index of a person's address."""
    return index.digest(ADDRESS_FIELD, whole(person))


def whole(person: Person) -> str:
    """What makes two addresses the same, whatever the spelling of the street."""
    street = " ".join(names.words_once(person.street))
    return f"{street}\n{person.city}\n{person.province}\n{person.postcode}\n{person.country}"


class Points(NamedTuple):
    """What is to become of ways of contact: rows that are new, and which come first from now on."""

    fresh: list[tuple[uuid.UUID, str, str, bytes, str, bool, str]]
    """(customer, kind, scope, digest, value, comes first, who told it)."""
    demoted: list[tuple[uuid.UUID, str, str]]
    promoted: list[tuple[uuid.UUID, str, bytes]]


def plan_points(
    heard: Mapping[uuid.UUID, Sequence[tuple[Person, Word]]],
    states: Mapping[uuid.UUID, settling.State],
    *,
    known: Collection[uuid.UUID],
    source: Source,
    base: Word,
) -> Points:
    """Which ways of contact are new and which one of each kind comes first; the states take the words about them in.

    The one told last comes first, but an address that was confirmed gives way only to one that was. `known` are the
    customers who may have some already, `base` is the word of who knows no better.
    """
    have, first = _known_points(known)
    plan = Points([], [], [])
    fields = slots(source.key)
    for customer, told in heard.items():
        state = states[customer]
        for field, kind, scope in fields:
            values: dict[bytes, tuple[str, Word]] = {}
            register = settling.register_of(field, scope=scope)
            standing = first.get((customer, kind, scope))
            if standing is not None:
                state.filled.add(register)
            chosen = None
            for person, word in told:
                if not (value := getattr(person, field)):
                    continue
                marker = digest(kind, value, scope)
                values.setdefault(marker, (value, word))
                is_sure = have.get((customer, kind, marker), False)
                if (is_sure or not (standing and have[customer, kind, standing])) and state.hear_contact(
                    register, person, word
                ):
                    chosen = marker
            if chosen == standing:
                chosen = None
                state.forget_retold([register], base=base)
            elif chosen is not None and standing is not None:
                plan.demoted.append((customer, kind, scope))
            for marker, (value, word) in values.items():
                if (customer, kind, marker) not in have:
                    by = provenance.told_by(word.source, word.fact)
                    plan.fresh.append((customer, kind, scope, marker, value, marker == chosen, by))
                elif marker == chosen:
                    plan.promoted.append((customer, kind, marker))
    return plan


def _known_points(
    customers: Collection[uuid.UUID],
) -> tuple[dict[tuple[uuid.UUID, str, bytes], bool], dict[tuple[uuid.UUID, str, str], bytes]]:
    """Whether each known way of contact was confirmed, and which of each kind and scope comes first."""
    have, first = {}, {}
    rows = ContactPoint.objects.filter(customer_id__in=list(customers))
    columns = ("customer_id", "kind", "digest", "source", "is_primary", "verified_at")
    for customer, kind, marker, scope, is_primary, verified_at in rows.values_list(*columns):
        have[customer, kind, bytes(marker)] = verified_at is not None
        if is_primary:
            first[customer, kind, scope] = bytes(marker)
    return have, first


def write_points(plan: Points, *, keyring: subjects.Keyring, now: datetime) -> None:
    """Write what was planned."""
    _demote(plan.demoted)
    _promote(plan.promoted)
    fresh = []
    for (customer, kind, scope, marker, value, is_first, by), row in zip(
        plan.fresh, ids.uuid7s(len(plan.fresh)), strict=True
    ):
        sealed = keyring.seal(value, customer=customer, table=CONTACTS, column="value", row=row)
        is_phone = kind == ContactPoint.Kind.PHONE
        ending, country = (endings.number(value), phone_countries.of(value)) if is_phone else (None, None)
        fresh.append((row, customer, kind, sealed, marker, scope, is_first, now, ending, country, by))
    copying.rows(ContactPoint, CONTACT_COLUMNS, fresh)
    changed = itertools.chain((row[:2] for row in plan.fresh), (row[:2] for row in (*plan.demoted, *plan.promoted)))
    phone_countries.settle({customer for customer, kind in changed if kind == _PHONE})


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
    heard: Mapping[uuid.UUID, Sequence[tuple[Person, Word]]],
    states: Mapping[uuid.UUID, settling.State],
    *,
    known: Collection[uuid.UUID],
    keyring: subjects.Keyring,
    now: datetime,
) -> None:
    """Add the addresses that are not known yet; the one of the word that holds about the place comes first.

    Of what does not hold only whole addresses are kept (a town alone is told so often that it says nothing), and those
    not of weak words.
    """
    wanted: dict[tuple[uuid.UUID, bytes], tuple[Person, str]] = {}
    first: dict[uuid.UUID, bytes] = {}
    for customer, told in heard.items():
        now_there = states[customer].street
        for person, word in told:
            if not (person.street or person.city or person.postcode):
                continue
            marker = address_digest(person)
            if person is now_there:
                first[customer] = marker
            if person is now_there or (person.street and not word.is_weak):
                wanted.setdefault((customer, marker), (person, word.source))
    if not wanted:
        return
    have = {
        (customer, bytes(digest_)): is_primary
        for customer, digest_, is_primary in Address.objects.filter(
            customer_id__in=list({customer for customer, _marker in wanted}.intersection(known))
        ).values_list("customer_id", "digest", "is_primary")
    }
    moved = [customer for customer, marker in first.items() if not have.get((customer, marker))]
    if leaving := {customer for (customer, _marker), is_first in have.items() if is_first}.intersection(moved):
        Address.objects.filter(customer_id__in=list(leaving), is_primary=True).update(is_primary=False)
    for customer in moved:  # A return to an old address is rare; each is one routed update.
        if (customer, first[customer]) in have:
            Address.objects.filter(customer_id=customer, digest=first[customer]).update(is_primary=True)
    fresh = []
    for ((customer, marker), (person, teller)), row in zip(wanted.items(), ids.uuid7s(len(wanted)), strict=True):
        if (customer, marker) in have:
            continue
        sealed = keyring.seal(person.street, customer=customer, table=ADDRESSES, column="street", row=row)
        place = (person.city, person.province, person.postcode, person.country)
        fresh.append((row, customer, sealed, marker, *place, first.get(customer) == marker, teller, now))
    copying.rows(Address, ADDRESS_COLUMNS, fresh)
