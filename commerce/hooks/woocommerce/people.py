"""Customers of WooCommerce, and who bought an order."""

from collections.abc import Sequence

from commerce.hooks import reading
from commerce.hooks.facts import Fact, NoticeTold, PersonTold
from commerce.hooks.reading import Body, Telling
from commerce.hooks.woocommerce import clocks


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """A customer made or changed. WooCommerce itself keeps no consent to marketing."""
    number = reading.number(body, "id")
    address = address_of(reading.mapping(body, "billing"))
    given, family = reading.text(body, "first_name", longest=120), reading.text(body, "last_name", longest=120)
    raw = {
        **address,
        "external_id": number,
        "email": reading.text(body, "email", longest=320) or address.get("email", ""),
        "given_name": given if given or family else address.get("given_name", ""),
        "family_name": family if given or family else address.get("family_name", ""),
    }
    return [PersonTold(number=number, at=clocks.modified(body, telling), raw=reading.filled(raw))]


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """The store deleted a customer: what that means for us is for people to decide."""
    number = reading.number(body, "id")
    return [NoticeTold("customer_deleted", reference=number, person={"external_id": number}, named={"id": number})]


def address_of(body: Body) -> dict[str, str]:
    """The texts of an address object."""
    country, state = reading.text(body, "country", longest=80), reading.text(body, "state", longest=80)
    if country and state and len(state) <= 3 and state.isascii():
        state = f"{country}-{state}"
    street = [reading.text(body, "address_1", longest=150), reading.text(body, "address_2", longest=148)]
    return reading.filled(
        {
            "given_name": reading.text(body, "first_name", longest=120),
            "family_name": reading.text(body, "last_name", longest=120),
            "email": reading.text(body, "email", longest=320),
            "phone": reading.text(body, "phone", longest=60),
            "company": reading.text(body, "company", longest=200),
            "street": ", ".join(part for part in street if part),
            "city": reading.text(body, "city", longest=120),
            "province": state,
            "postcode": reading.text(body, "postcode", longest=12),
            "country": country,
        }
    )


def buyer(body: Body) -> dict[str, str]:
    """Who an order belongs to: the account, if there is one (0 is a guest), and the billing address."""
    number = reading.text(body, "customer_id", longest=200)
    return address_of(reading.mapping(body, "billing")) | ({"external_id": number} if number not in {"", "0"} else {})
