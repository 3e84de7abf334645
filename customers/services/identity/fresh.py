"""The rows of a person who turns out to be new: data key, customer, contact points, address, identifiers.

Everything here is known before anybody has looked whether the person is: the id, the key and all that is sealed with it
are the person's own. So an import spells these rows in a process of its own while PostgreSQL takes the ones before; who
is known already just leaves them unused. The rows are in the binary format of COPY, because sealing and spelling is
most of what a new customer costs.
"""

import array
import itertools
import operator
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.core import binary, copying, ids
from cdp.core.crypto import envelope, index, ring, subjects
from cdp.core.models import DataKey, Source
from customers.models import Address, ContactPoint, Customer, Identifier, Status
from customers.rules import provenance
from customers.rules.matching import Key
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.selectors import endings
from customers.services import phone_countries
from customers.services.identity import contacts, profiles

_KEY = ("id", "customer_id", "ring_key", "wrapped", "created_at")
_IDENTIFIER = ("digest", "customer_id", "kind", "source", "is_verified", "is_shared", "created_at", "told_by")
_CUSTOMER = (
    "id",
    "status",
    *profiles.SEALED,
    "given_name_key",
    "search_tokens",
    *profiles.PLAIN,
    "phone_country",
    "birth_date",
    "interests",
    "tags",
    "source",
    "sources",
    "origins",
    "is_sample",
    "created_at",
    "updated_at",
)
_Seal = Callable[[bytes, bytes], bytes]
"""The field of a text that is to be sealed for a place, both encoded."""
# Row ids and nonces are drawn for so many at once: three names, each kind of contact point, one street.
_MOST_ROWS = len(contacts.KINDS) + 1
_MOST_SEALED = len(profiles.SEALED) + _MOST_ROWS
_plain_of = operator.attrgetter(*profiles.PLAIN)
_sealed_of = operator.attrgetter(*profiles.SEALED)
_contacts_of = operator.attrgetter(*contacts.KINDS)


class Fresh(NamedTuple):
    """One new customer's rows as COPY wants them; `contacts` and `address` may be empty."""

    key: bytes
    customer: bytes
    contacts: bytes
    address: bytes


class Rows:
    """The rows of many new customers, table by table, so that they travel and are written as a few large pieces."""

    __slots__ = ("_blobs", "_ends")

    def __init__(self, rows: Iterable[Fresh]) -> None:
        """Put them together."""
        columns = list(zip(*rows, strict=True)) or [()] * len(Fresh._fields)
        self._blobs = [b"".join(column) for column in columns]
        self._ends = [array.array("I", itertools.accumulate(map(len, column), initial=0)) for column in columns]

    def __getstate__(self) -> tuple[list[bytes], list[bytes]]:
        """The bytes of both."""
        return self._blobs, [ends.tobytes() for ends in self._ends]

    def __setstate__(self, state: tuple[list[bytes], list[bytes]]) -> None:
        """The same rows."""
        self._blobs, ends = state
        self._ends = [array.array("I", some) for some in ends]

    def take(self, positions: Sequence[int]) -> list[list[memoryview]]:
        """For each table the rows at these ascending positions, neighbours in one piece."""
        runs = _runs(positions)
        taken = []
        for blob, ends in zip(self._blobs, self._ends, strict=True):
            view = memoryview(blob)
            taken.append([view[ends[first] : ends[last]] for first, last in runs])
        return taken


def _runs(positions: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as half-open ranges."""
    runs: list[tuple[int, int]] = []
    first = last = -1
    for position in positions:
        if position != last:
            if last > first:
                runs.append((first, last))
            first = position
        last = position + 1
    if last > first:
        runs.append((first, last))
    return runs


class Maker:
    """Makes the rows of new customers who come from one source at one time."""

    def __init__(self, source: Source, now: datetime, *, base: Word | None = None) -> None:
        """Spell once what is the same for all. `base` is the word of those who know no better."""
        key = source.key
        self.base = base or Word(key, now)
        moment, source_field = binary.moment(now), binary.text(key)
        self.now, self._moment = now, moment
        self._key_tail = binary.text(ring.current().primary)
        self._customer_source = source_field + binary.texts((key,))
        self._contacts = [
            (
                binary.text(str(kind)),
                f"{scope}\n".encode() if scope else b"",
                index.hasher(contacts.field_of(str(kind))),
                binary.text(scope) + binary.TRUE + moment,
                kind == ContactPoint.Kind.PHONE,
            )
            for _field, kind, scope in contacts.slots(source.key)
        ]
        self._address_tail = binary.TRUE + source_field + moment
        self._address_digest = index.hasher(contacts.ADDRESS_FIELD)
        self._columns = [envelope.column_of(profiles.TABLE, column) for column in profiles.SEALED]
        self._identifiers: dict[tuple[str, str], bytes] = {}
        self._told = self._tells(self.base)

    def make(
        self,
        people: Iterable[Person],
        customers: Sequence[uuid.UUID],
        *,
        given_names: Iterable[int | None] | None = None,
        keep: Callable[[uuid.UUID, uuid.UUID, AESGCM], None] | None = None,
        origins: Iterable[Mapping[str, Any] | None] | None = None,
    ) -> Iterator[Fresh]:
        """The rows of `people`, whose ids are to be `customers`.

        `given_names` are the numbers of their given names where they are known already. `keep` is told of each
        (customer, key id, key). `origins` say who told what of each who was told of by more than one word.
        """
        people = list(people)
        if given_names is None:
            given_names = [profiles.given_name_key(person.given_name) for person in people]
        count = len(customers)
        rows = iter(ids.raw7s(_MOST_ROWS * count))
        nonces = envelope.nonces(_MOST_SEALED * count)
        known = itertools.repeat(None, count) if origins is None else origins
        for person, customer_id, given_name, words, (key_id, key, wrapped) in zip(
            people, customers, given_names, known, subjects.new_keys(count), strict=True
        ):
            if keep is not None:
                keep(customer_id, uuid.UUID(bytes=key_id), key)
            customer = customer_id.bytes
            seal = _sealing(envelope.head(key_id), key, nonces)
            told = self._told if not (person.told_at or person.told_by) else self._tells(self.word(person))
            if words is not None:
                told = told._replace(origins=binary.json(msgspec.json.encode(words)))
            yield Fresh(
                _KEY_HEAD + key_id + binary.ID + customer + self._key_tail + binary.raw(wrapped) + self._moment,
                self._customer(person, customer, given_name, seal, told.origins),
                self._contact_points(person, customer, seal, rows, told.by),
                self._address(person, customer, seal, rows),
            )

    def word(self, person: Person) -> Word:
        """What is said by whoever told of that person."""
        if not (person.told_at or person.told_by):
            return self.base
        return provenance.of_fact(self.base, at=person.told_at, fact=person.told_by)

    def _tells(self, word: Word) -> "_Told":
        by = provenance.told_by(word.source, word.fact)
        return _Told(binary.json(msgspec.json.encode({provenance.BASE: provenance.spelt(word)})), binary.text(by))

    def _customer(self, person: Person, customer: bytes, given_name: int | None, seal: _Seal, origins: bytes) -> bytes:
        sealed = [
            seal(value.encode(), column + customer) if value else binary.NULL
            for value, column in zip(_sealed_of(person), self._columns, strict=True)
        ]
        created = self._moment if person.created_at is None else binary.moment(person.created_at)
        return b"".join(
            (
                _CUSTOMER_HEAD,
                customer,
                _KNOWN,
                *sealed,
                binary.NULL if given_name is None else binary.bigint(given_name),
                binary.bigints(profiles.search_tokens(person.name)),
                *map(binary.word, _plain_of(person)),
                binary.word(phone_countries.of(person.phone)),
                binary.day(person.birth_date),
                binary.texts(person.interests),
                binary.texts(person.tags),
                self._customer_source,
                origins,
                binary.TRUE if person.is_sample else binary.FALSE,
                created,
                self._moment,
            )
        )

    def _contact_points(
        self, person: Person, customer: bytes, seal: _Seal, rows: Iterator[bytes], told: bytes
    ) -> bytes:
        parts: list[bytes] = []
        for value, (kind, scope, digest, tail, is_phone) in zip(_contacts_of(person), self._contacts, strict=True):
            if value:
                row, data = next(rows), value.encode()
                parts += (
                    _CONTACT_HEAD,
                    row,
                    binary.ID,
                    customer,
                    kind,
                    seal(data, _CONTACT_VALUE + row),
                    _DIGEST,
                    digest(scope + data),
                    tail,
                    binary.bigint(endings.number(value)) if is_phone else binary.NULL,
                    binary.word(phone_countries.of(value)) if is_phone else binary.NULL,
                    told,
                )
        return b"".join(parts)

    def _address(self, person: Person, customer: bytes, seal: _Seal, rows: Iterator[bytes]) -> bytes:
        if not (person.street or person.city or person.postcode):
            return b""
        row = next(rows)
        street = seal(person.street.encode(), _ADDRESS_STREET + row) if person.street else binary.NULL
        word = binary.word
        return b"".join(
            (
                _ADDRESS_HEAD,
                row,
                binary.ID,
                customer,
                street,
                _DIGEST,
                self._address_digest(contacts.whole(person).encode()),
                word(person.city),
                word(person.province),
                word(person.postcode),
                word(person.country),
                self._address_tail,
            )
        )

    def identifiers(self, keys: Iterable[Key], customer: uuid.UUID, word: Word | None = None) -> list[bytes]:
        """A row for each key, in the order of the keys, told by that word. They sort as their digests do."""
        raw, tails = customer.bytes, self._identifiers
        told = self._told.by if word is None or word is self.base else self._tells(word).by
        found = []
        for kind, scope, digest in keys:
            tail = tails.get((kind, scope))
            if tail is None:
                words = binary.text(kind) + binary.text(scope)
                tail = tails[kind, scope] = words + binary.FALSE + binary.FALSE + self._moment
            found.append(_IDENTIFIER_HEAD + digest + binary.ID + raw + tail + told)
        return found


class _Told(NamedTuple):
    """Who told it: the origins of a customer's row, and the same as one text for the rows beside it."""

    origins: bytes
    by: bytes


def _sealing(head: bytes, key: AESGCM, nonces: Iterator[bytes]) -> _Seal:
    """Sealing under one customer's fresh key; the nonces are drawn for many customers at once."""
    encrypt = key.encrypt

    def seal(data: bytes, place: bytes) -> bytes:
        nonce = next(nonces)
        sealed = head + nonce + encrypt(nonce, data, place)
        return _LENGTHS[len(sealed)] + sealed if len(sealed) < _SHORT else binary.raw(sealed)

    return seal


def copy_identifiers(lines: Iterable[bytes]) -> None:
    """Claim keys, in the order of their digests, so that two processes never wait for each other in a circle.

    A key that somebody else claimed meanwhile is an IntegrityError.
    """
    copying.packed(Identifier, _IDENTIFIER, sorted(lines))


def digest_of(identifier: bytes) -> bytes:
    """The digest in a row made by `Maker.identifiers`."""
    return identifier[_DIGEST_AT]


def copy(rows: Rows, positions: Sequence[int], *, alone: bool = False) -> None:
    """Append the new customers at these ascending positions with all that is theirs.

    `alone` leaves ways of contact and addresses to the caller.
    """
    keys, customers, points, addresses = rows.take(positions)
    copying.packed(DataKey, _KEY, keys)
    copying.packed(Customer, _CUSTOMER, customers)
    if not alone:
        copying.packed(ContactPoint, contacts.CONTACT_COLUMNS, points)
        copying.packed(Address, contacts.ADDRESS_COLUMNS, addresses)


_LENGTHS, _SHORT = binary.LENGTHS, len(binary.LENGTHS)  # without a call: eight values a person
_KEY_HEAD = binary.begin(len(_KEY)) + binary.ID
_CUSTOMER_HEAD = binary.begin(len(_CUSTOMER)) + binary.ID
_CONTACT_HEAD = binary.begin(len(contacts.CONTACT_COLUMNS)) + binary.ID
_ADDRESS_HEAD = binary.begin(len(contacts.ADDRESS_COLUMNS)) + binary.ID
_DIGEST = binary.LENGTHS[index.DIGEST]
_IDENTIFIER_HEAD = binary.begin(len(_IDENTIFIER)) + _DIGEST
_DIGEST_AT = slice(len(_IDENTIFIER_HEAD), len(_IDENTIFIER_HEAD) + index.DIGEST)
_KNOWN = binary.text(Status.KNOWN.value)
_CONTACT_VALUE = envelope.column_of(contacts.CONTACTS, "value")
_ADDRESS_STREET = envelope.column_of(contacts.ADDRESSES, "street")
