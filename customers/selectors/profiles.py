"""Profiles with their sealed values opened: the only way names, contacts and addresses reach a reader.

Whoever is opened here is noted for the access log of the request (`cdp.core.context.show`).
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import get_language

from cdp.core import context, ids, panels
from cdp.core.crypto import subjects
from customers.models import Address, ContactPoint, Customer
from customers.rules import handles, masking, names, places, postcodes, tags

Kind = ContactPoint.Kind
LANGUAGES = {"thai": "th", "hangul": "ko", "kana": "ja", "han": "zh"}


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach or recognise a person."""

    id: uuid.UUID
    kind: str
    value: str
    source: str
    is_primary: bool
    verified_at: datetime | None
    bounced_at: datetime | None
    created_at: datetime | None = None
    told_by: str | None = None

    @property
    def masked(self) -> str:
        """`j•••@example.com`, `+66 •• ••• 5678`."""
        return masking.of(self.kind, self.value)

    @property
    def written(self) -> str:
        """The value as people read it: phone numbers with blanks."""
        return masking.formatted(self.value) if self.kind == Kind.PHONE else self.value


@dataclass(frozen=True, slots=True)
class Place:
    """One postal address."""

    id: uuid.UUID
    street: str
    city: str
    province: str
    postcode: str
    country: str
    is_primary: bool
    created_at: datetime | None = None
    source: str = ""

    @property
    def rest(self) -> str:
        """Everything but the street, in one line."""
        language = get_language() or "en"
        province = places.known_province(self.province, language)
        country = places.country_name(self.country, language) if self.country else ""
        city = postcodes.district_name(self.city, self.province, language)
        town = " ".join(part for part in (city, self.postcode) if part)
        return ", ".join(part for part in (town, "" if province == city else province, country) if part)


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer in clear. Contacts and places have the primary one first."""

    customer: Customer
    name: str
    given_name: str
    family_name: str
    contacts: tuple[Contact, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def id(self) -> uuid.UUID:
        """The customer's id."""
        return self.customer.id

    def called(self, *, in_full: bool) -> str:
        """The name; of somebody whose name nobody told their social account, masked unless `in_full`. Empty where
        neither is known.
        """
        if self.name:
            return self.name
        _platform, handle = handles.parted(self.value(Kind.HANDLE))
        return handles.shown(handle) if in_full else handles.masked(handle)

    @property
    def name_language(self) -> str:
        """The `lang` of the name by its script, empty where the script does not tell."""
        return LANGUAGES.get(names.script(self.name), "") if self.name else ""

    @property
    def added_at(self) -> datetime:
        """When the person was first written down here: what the list is ordered by. `customer.created_at` is since when
        they are a customer, which a file may tell to be years ago.
        """
        return ids.moment_of(self.id)

    @property
    def is_older(self) -> bool:
        """Whether the person was a customer some days before being written down here."""
        return self.added_at - self.customer.created_at > timedelta(days=1)

    @property
    def shown_tags(self) -> list[str]:
        """The tags in words."""
        return [tags.shown(tag) for tag in self.customer.tags]

    @property
    def place(self) -> Place | None:
        """The primary address."""
        return next((place for place in self.places if place.is_primary), None)

    @property
    def external_ids(self) -> list[Contact]:
        """Customer numbers of shops and systems, one per source, the primary of each."""
        return [contact for contact in self.contacts if contact.kind == Kind.EXTERNAL and contact.is_primary]

    @property
    def email(self) -> str:
        """The primary e-mail address."""
        return self.value(Kind.EMAIL)

    @property
    def phone(self) -> str:
        """The primary phone number, E.164."""
        return self.value(Kind.PHONE)

    @property
    def email_contact(self) -> Contact | None:
        """The primary e-mail address with its masked form."""
        return self.contact(Kind.EMAIL)

    @property
    def phone_contact(self) -> Contact | None:
        """The primary phone number with its masked form."""
        return self.contact(Kind.PHONE)

    @property
    def where(self) -> str:
        """City and province (or country) in the reader's language, for a cell of a table."""
        language = get_language() or "en"
        area = self.province_name(language) or self.country_name(language)
        city = postcodes.district_name(self.customer.city, self.customer.province, language)
        return ", ".join(dict.fromkeys(part for part in (city, area) if part))

    def contact(self, kind: str, source: str = "") -> Contact | None:
        """The primary contact point of a kind; customer numbers have one per source."""
        fitting = (contact for contact in self.contacts if contact.kind == kind and contact.is_primary)
        return next((contact for contact in fitting if contact.source == source or kind != Kind.EXTERNAL), None)

    def value(self, kind: str, source: str = "") -> str:
        """The primary value of a kind, or the empty text."""
        found = self.contact(kind, source)
        return found.value if found else ""

    def province_name(self, language: str) -> str:
        """The province in the reader's language; empty for one whose code has no name here."""
        return places.known_province(self.customer.province, language)

    def country_name(self, language: str) -> str:
        """The country in the reader's language."""
        return places.country_name(self.customer.country, language) if self.customer.country else ""


def opened(
    customers: Iterable[Customer | uuid.UUID],
    *,
    with_places: bool = True,
    shown: bool = True,
    keyring: subjects.Keyring | None = None,
) -> dict[uuid.UUID, Profile]:
    """The profiles of up to a few hundred customers, in the order given, in at most four queries.

    Ids of nobody are left out. `shown=False` is for services that compare values and show them to no one. `keyring`
    holds the keys where they are open already.
    """
    asked = list(customers)
    rows = {row.id: row for row in asked if isinstance(row, Customer)}
    missing = [row for row in asked if not isinstance(row, Customer)]
    if missing:
        rows |= Customer.objects.in_bulk(missing)
    order = list(dict.fromkeys(row.id if isinstance(row, Customer) else row for row in asked))
    wanted = [customer for customer in order if customer in rows]
    if not wanted:
        return {}
    keyring = keyring or subjects.load(wanted)
    contacts = _contacts(wanted, keyring)
    found_places = _places(wanted, keyring) if with_places else {}
    if shown:
        context.show(wanted)
    return {
        customer: Profile(
            rows[customer],
            name=_name(rows[customer], "name", keyring),
            given_name=_name(rows[customer], "given_name", keyring),
            family_name=_name(rows[customer], "family_name", keyring),
            contacts=tuple(contacts.get(customer, ())),
            places=tuple(found_places.get(customer, ())),
        )
        for customer in wanted
    }


def one(
    customer: Customer | uuid.UUID, *, shown: bool = True, keyring: subjects.Keyring | None = None
) -> Profile | None:
    """`opened` of a single customer."""
    return next(iter(opened([customer], shown=shown, keyring=keyring).values()), None)


def asked_about(
    question: panels.Question, customer: Customer | None = None, keyring: subjects.Keyring | None = None
) -> Profile | None:
    """The profile of the customer of a page, opened once for all its parts; the row and keys where they are at hand."""
    return question.once("customers.profile", lambda: one(customer or question.customer, keyring=keyring))


def _name(row: Customer, column: str, keyring: subjects.Keyring) -> str:
    return keyring.open(getattr(row, column), table="customers_customer", column=column, row=row.id)


def _contacts(customers: list[uuid.UUID], keyring: subjects.Keyring) -> Mapping[uuid.UUID, list[Contact]]:
    found: dict[uuid.UUID, list[Contact]] = {}
    # Primary ones first; of the others the newest first.
    for row in ContactPoint.objects.filter(customer_id__in=customers).order_by("-is_primary", "kind", "source", "-id"):
        value = keyring.open(row.value, table="customers_contactpoint", column="value", row=row.id)
        contact = Contact(
            row.id, row.kind, value, row.source, row.is_primary, row.verified_at, row.bounced_at, row.created_at,
            row.told_by,
        )  # fmt: skip
        found.setdefault(row.customer_id, []).append(contact)
    return found


def _places(customers: list[uuid.UUID], keyring: subjects.Keyring) -> Mapping[uuid.UUID, list[Place]]:
    found: dict[uuid.UUID, list[Place]] = {}
    for row in Address.objects.filter(customer_id__in=customers).order_by("-is_primary", "-id"):
        street = keyring.open(row.street, table="customers_address", column="street", row=row.id)
        place = Place(
            row.id, street, row.city, row.province, row.postcode, row.country, row.is_primary, row.created_at,
            row.source,
        )  # fmt: skip
        found.setdefault(row.customer_id, []).append(place)
    return found
