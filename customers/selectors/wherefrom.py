"""Where each value of a profile comes from, in the words of the customer's page: "Order #1001 · Storefront"."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cdp.core import sources
from cdp.core.models import Job
from customers.models import ContactPoint, Customer
from customers.rules import identifiers, provenance, settling
from customers.selectors import origins
from customers.selectors.profiles import Contact, Place, Profile

SHOWN = tuple(kind for kind in identifiers.KINDS if kind != "anonymous_id")
"""Identifiers that the page explains; of browsers it says how many there are, beside the merges."""
_AT_ONCE = timedelta(minutes=1)
_DESKS = {"phone": gettext_lazy("Told on the phone"), "counter": gettext_lazy("Told at the counter")}
_KINDS = {
    **dict(ContactPoint.Kind.choices),
    "card": gettext_lazy("Payment card"),
    "unlisted_phone": gettext_lazy("Name and phone"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """Who told something: `by` in words, empty where nobody knows any more, and when it was so."""

    label: str
    by: str
    at: datetime | None
    is_verified: bool = False
    is_shared: bool = False


class Words:
    """Says by what something was told. `named` are the names of sources; names of files are read once, if any."""

    def __init__(self, named: Mapping[str, str], facts: Iterable[str]) -> None:
        """Ready to tell of these facts."""
        self._named = named
        self._files = _files(facts)

    def __call__(self, source: str, fact: str, *, is_first: bool = True) -> str:
        """A source and a fact in words; `is_first` says that nothing was there before."""
        kind, _colon, number = fact.partition(":")
        if kind == "staff":
            return str(_DESKS.get(source) or (_("Entered by staff") if is_first else _("Corrected by staff")))
        where = sources.name_in(self._named, source)
        tell = _FACTS.get(kind)
        what = tell(self._files.get(number, "") if kind == "import" else number) if tell else ""
        return " · ".join(dict.fromkeys(part for part in (what, where) if part))


def _files(facts: Iterable[str]) -> dict[str, str]:
    """Name of the file by number of the import; asks only where something came from a file."""
    numbers = set()
    for fact in facts:
        kind, _colon, number = fact.partition(":")
        if kind == "import":
            try:
                numbers.add(uuid.UUID(number))
            except ValueError:
                continue
    found = Job.objects.filter(id__in=numbers).values_list("id", "title") if numbers else ()
    return {str(number): title for number, title in found}


def _order(number: str) -> str:
    return _("Order %(number)s") % {"number": f"#{number}" if number[:1].isdigit() else number}


def _import(file: str) -> str:
    return _("Import %(file)s") % {"file": file} if file else _("Import")


def _survey(number: str) -> str:
    address, _colon, version = number.partition(":")
    told = {"survey": address, "version": version}
    return _("Survey %(survey)s, version %(version)s") % told if version else _("Survey")


_FACTS: Mapping[str, Callable[[str], str]] = {
    "order": _order,
    "event": lambda _number: _("Tracking"),
    "import": _import,
    "form": lambda form: _(sources.READY_MADE[form]) if form in sources.READY_MADE else _("Form"),
    "key": lambda _number: _("REST API"),
    "customer": lambda _number: _("Told by the customer"),
    "store": lambda _number: _("Customer account"),
    "cart": lambda _number: _("Cart"),
    "lead": lambda _number: _("Lead"),
    "survey": _survey,
    "request": lambda number: _("Correction %(number)s the customer asked for") % {"number": number},
}
"""Kind of fact → what it is called."""


@dataclass(frozen=True)
class WhereFrom:
    """Where everything on the page comes from: fields by name, ways of contact and addresses by id, identifiers."""

    fields: Mapping[str, Told]
    parts: Mapping[uuid.UUID, Told]
    links: Collection[Told]

    @property
    def fields_together(self) -> Sequence[Told]:
        """Fields that the same one told on the same day in one line: a file brings a dozen at once."""
        return _together(self.fields.values())

    @property
    def links_together(self) -> Sequence[Told]:
        """The same of identifiers; those that are confirmed or shared stand apart."""
        return _together(self.links)


def of(profile: Profile, *, labels: Mapping[str, object], named: Mapping[str, str]) -> WhereFrom:
    """Who told each field of `labels` that is filled, each way of contact and address, and each identifier.

    One statement for the identifiers, one more where something came from a file.
    """
    row = profile.customer
    told = {field: _word(row, field) for field in labels if field == "name" or getattr(row, field)}
    parts = {contact.id: (kind_label(contact.kind), *_contact(row, contact)) for contact in profile.contacts}
    parts |= {place.id: (_("Address"), *_place(row, place)) for place in profile.places}
    links = sorted(origins.links(row.id, kinds=SHOWN), key=lambda link: (link.since, SHOWN.index(link.kind)))
    facts = [*(fact for _s, fact, _at in told.values()), *(part[2] for part in parts.values())]
    words = Words(named, [*facts, *(link.fact for link in links)])

    def said(label: object, source: str, fact: str, at: datetime | None) -> Told:
        is_first = at is None or at <= row.created_at + _AT_ONCE
        return Told(str(label), words(source, fact, is_first=is_first), at)

    return WhereFrom(
        {field: said(labels[field], *word) for field, word in told.items()},
        {part: said(*word) for part, word in parts.items()},
        [
            Told(
                _link_label(link, named),
                words(link.source, link.fact),
                link.since,
                link.is_verified,
                link.is_shared,
            )
            for link in links
        ],
    )


def _together(told: Iterable[Told]) -> list[Told]:
    """One for each teller and day, in the order of the first, with all labels."""
    groups: dict[tuple[object, ...], list[Told]] = {}
    for one in told:
        day = timezone.localdate(one.at) if one.at else None
        groups.setdefault((one.by, day, one.is_verified, one.is_shared), []).append(one)
    return [
        replace(first, label=", ".join(dict.fromkeys(one.label for one in [first, *rest])))
        for first, *rest in groups.values()
    ]


_Said = tuple[str, str, datetime | None]


def _word(row: Customer, field: str, *, scope: str = "") -> _Said:
    word = provenance.of(row.origins, settling.register_of(field, scope=scope))
    return (word.source, word.fact, word.at) if word else ("", "", None)


def _contact(row: Customer, contact: Contact) -> _Said:
    """The newest word about the one that comes first; of the others who told them first."""
    if contact.is_primary and row.origins:
        return _word(row, origins.CONTACTS.get(contact.kind, contact.kind), scope=contact.source)
    return *provenance.teller(contact.told_by), contact.created_at


def _place(row: Customer, place: Place) -> _Said:
    if place.is_primary and row.origins:
        return _word(row, "street")
    return place.source, "", place.created_at


def _link_label(link: origins.Link, named: Mapping[str, str]) -> str:
    if link.kind == "external_id":
        return _("Number at %(source)s") % {"source": named.get(link.scope, link.scope)}
    return kind_label(link.kind)


def kind_label(kind: str) -> str:
    """A kind of identifier as people call it."""
    return str(_KINDS.get(kind, kind))
