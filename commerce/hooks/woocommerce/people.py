"""Customers of WooCommerce, and who bought an order."""

from collections.abc import Sequence

from commerce.hooks import customers, reading
from commerce.hooks.facts import Fact, PersonTold
from commerce.hooks.reading import Body, Telling
from commerce.hooks.woocommerce import clocks


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """A customer made or changed. WooCommerce itself keeps no consent to marketing."""
    number = reading.number(body, "id")
    address = address_of(reading.mapping(body, "billing"))
    raw = {
        **address,
        "external_id": number,
        "email": reading.text(body, "email", longest=320) or address.get("email", ""),
        **customers.named(body, address),
    }
    return [PersonTold(number=number, at=clocks.modified(body, telling), raw=reading.filled(raw))]


def address_of(body: Body) -> dict[str, str]:
    """The texts of an address object."""
    country, state = reading.text(body, "country", longest=80), reading.text(body, "state", longest=80)
    if country and state and len(state) <= 3 and state.isascii():
        state = f"{country}-{state}"
    found = customers.address(
        body, street=("address_1", "address_2"), postcode="postcode", country=country, province=state
    )
    return reading.filled({"email": reading.text(body, "email", longest=320)}) | found


def buyer(body: Body) -> dict[str, str]:
    """Who an order belongs to: the account, if there is one (0 is a guest), and the billing address."""
    number = reading.text(body, "customer_id", longest=200)
    return address_of(reading.mapping(body, "billing")) | ({"external_id": number} if number not in {"", "0"} else {})
