"""Whose law holds for a person, and for places as SQL knows them: the one function that everything asks.

`of_customer` and `of_customers` for people we know, `of_told` for what a form says beside that, `places` for set-based
statements (`rules.place_sql` gives the place of a row).
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from functools import lru_cache

from django.conf import settings

from consent.rules import jurisdiction as rules
from consent.rules.jurisdiction import Candidate, Law
from consent.selectors import packs
from customers.models import Customer

COLUMNS = ("country", "phone_country", "language")
"""Of the customer's row: what `of_told` asks for."""


def of_told(*, country: str = "", phone_country: str = "", language: str = "") -> Law:
    """The law for somebody of whom this is known."""
    return of_place(rules.place(country=country, phone_country=phone_country, language=language))


def of_place(place: str) -> Law:
    """The law for a place as `rules.place` names it."""
    return _of_place(place, settings.CDP_JURISDICTION, settings.CDP_SHOP_COUNTRY)


def of_any(*, countries: Iterable[str], languages: Iterable[str]) -> Law:
    """The law where several things are known of somebody, as a form may say something else than the profile: that of
    each country; where there is none, the shop's own with that of each language.
    """
    known = sorted({*countries} - {""})
    return (
        Law.of_all(of_told(country=one) for one in known)
        if known
        else Law.of_all(of_told(language=one) for one in sorted({*languages}) or [""])
    )


def of_customer(customer: uuid.UUID) -> Law:
    """The law for that customer; for nobody, the shop's own."""
    return of_customers([customer])[customer]


def of_customers(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, Law]:
    """The law for each of these."""
    rows = Customer.objects.filter(id__in=list(customers)).values_list("id", *COLUMNS)
    found = {
        row: of_told(country=country, phone_country=dialled, language=language)
        for row, country, dialled, language in rows
    }
    return {customer: found.get(customer) or of_place("") for customer in customers}


def needing_guardian(wanted: Collection[tuple[uuid.UUID, str]], *, on: dt.date) -> set[tuple[uuid.UUID, str]]:
    """Of these people and purposes those that somebody is too young to allow alone; who told no birthday is not."""
    rows = Customer.objects.filter(id__in={customer for customer, _purpose in wanted}, birth_date__isnull=False)
    born = dict(rows.values_list("id", "birth_date"))
    laws = of_customers(born)
    return {
        (customer, purpose)
        for customer, purpose in wanted
        if customer in born and not laws[customer].may_alone(purpose, born=born[customer], today=on)
    }


def of_person(person: Customer) -> Law:
    """The law for a customer whose row is at hand."""
    return of_told(country=person.country, phone_country=person.phone_country, language=person.language)


def places() -> dict[str, Law]:
    """Every place whose law is not the one of those of whom nothing is known; `""` stands for all others."""
    return _places(settings.CDP_JURISDICTION, settings.CDP_SHOP_COUNTRY)


def places_of(pack: str) -> tuple[list[str], bool]:
    """The places where that pack is among the laws, and whether it is wherever nothing else is known."""
    found = [place for place, law in places().items() if place and any(one.key == pack for one in law.packs)]
    return found, any(one.key == pack for one in of_place("").packs)


@lru_cache(maxsize=64)
def _places(_jurisdiction: str, _shop_country: str) -> dict[str, Law]:
    countries = [country for pack in packs.every().values() for country in sorted(pack.countries)]
    usual = of_place("")
    named = {place: of_place(place) for place in (*countries, *rules.languages())}
    return {"": usual} | {place: law for place, law in named.items() if place.isupper() or law != usual}


@lru_cache(maxsize=4096)
def _of_place(place: str, _jurisdiction: str, shop_country: str) -> Law:
    shop = packs.of_shop()
    if place.isupper():  # a country: its own law, or the shop's where it has none here
        return Law((Candidate(packs.by_country().get(place, shop).within(place), place),))
    # A shop in a country of its own law has mostly customers from there; that may ask for more, never for less.
    found = [Candidate(shop, shop_country if shop_country in shop.countries else "", is_guess=True)]
    hinted = rules.country_of_language(place) if place else ""
    if hinted in packs.by_country():
        found.append(Candidate(packs.by_country()[hinted], hinted, is_guess=True))
    return Law(tuple(dict.fromkeys(found)))
