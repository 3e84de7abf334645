"""The language for people we know, and for what somebody told just now: `customers.rules.tongues` in this shop."""

import uuid

from django.conf import settings

from customers.models import Customer
from customers.rules import tongues as rules


def of_told(*, language: str = "", country: str = "", phone_country: str = "") -> str:
    """For somebody of whom this is known."""
    return rules.of(language, country=country, phone_country=phone_country, shop_country=settings.CDP_SHOP_COUNTRY)


def of_person(person: Customer) -> str:
    """For a customer whose row is at hand."""
    return of_told(language=person.language, country=person.country, phone_country=person.phone_country)


def of_customer(customer: uuid.UUID, *, told: str = "") -> str:
    """For that customer; `told`, the language of the page or form they used, counts before what is known of them. For
    nobody, the shop's own.
    """
    if told[:2] in rules.LANGUAGES:
        return told[:2]
    person = Customer.objects.filter(id=customer).only("id", "language", "country", "phone_country").first()
    return of_person(person) if person else of_told()
