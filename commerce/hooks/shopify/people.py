"""Customers of Shopify, and who bought an order."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.hooks import customers, reading
from commerce.hooks.facts import ConsentTold, Fact, PersonTold
from commerce.hooks.reading import Body, Telling

SAYS = {"subscribed": True, "unsubscribed": False}
"""Every other state (not_subscribed, pending, invalid, redacted) says that nobody was asked or nothing is known."""


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """A customer made, changed, enabled or disabled."""
    at = reading.moment(body, "updated_at", telling) or telling.received_at
    raw = raw_of(body)
    return [
        PersonTold(number=reading.number(body, "id"), at=at, raw=raw, consents=tuple(_consents(body, telling, at=at)))
    ]


def raw_of(body: Body) -> dict[str, str]:
    """The texts of a customer object, with the default address."""
    address = address_of(reading.mapping(body, "default_address"))
    return reading.filled(
        {
            **address,
            "external_id": reading.text(body, "id", longest=200),
            "email": reading.text(body, "email", longest=320),
            "phone": reading.text(body, "phone", longest=60) or address.get("phone", ""),
            **customers.named(body, address),
            "language": reading.text(body, "locale", longest=20),
            "tags": reading.text(body, "tags", longest=2000),
        }
    )


def address_of(body: Body) -> dict[str, str]:
    """The texts of an address object."""
    country = reading.text(body, "country_code", longest=80) or reading.text(body, "country", longest=80)
    code = reading.text(body, "province_code", longest=20)
    if code and country and not code.startswith(f"{country}-"):
        code = f"{country}-{code}"
    return customers.address(
        body,
        street=("address1", "address2"),
        postcode="zip",
        country=country,
        province=code or reading.text(body, "province", longest=120),
    )


def buyer(body: Body) -> dict[str, str]:
    """Who an order or a checkout belongs to: the customer object first, then the fields and addresses beside it."""
    address = address_of(reading.mapping(body, "billing_address") or reading.mapping(body, "shipping_address"))
    return {
        **address,
        **reading.filled(
            {
                "email": reading.text(body, "contact_email", longest=320) or reading.text(body, "email", longest=320),
                "phone": reading.text(body, "phone", longest=60) or address.get("phone", ""),
                "language": reading.text(body, "customer_locale", longest=20),
            }
        ),
        **raw_of(reading.mapping(body, "customer")),
    }


def _consents(body: Body, telling: Telling, *, at: Any) -> list[ConsentTold]:
    found = []
    for name, channel in (("email_marketing_consent", "email"), ("sms_marketing_consent", "sms")):
        said = reading.mapping(body, name)
        granted = SAYS.get(reading.text(said, "state").lower())
        if granted is not None:
            when = reading.moment(said, "consent_updated_at", telling) or at
            found.append(ConsentTold(channel, granted, when, _evidence(said, ("state", "opt_in_level"))))
    # Before 2022 there was one flag for e-mail; false says nothing, because that is what it starts with.
    if "email_marketing_consent" not in body and body.get("accepts_marketing") is True:
        when = reading.moment(body, "accepts_marketing_updated_at", telling) or at
        found.append(ConsentTold("email", True, when, _evidence(body, ("accepts_marketing", "marketing_opt_in_level"))))
    return found


def _evidence(said: Body, names: Sequence[str]) -> Mapping[str, Any]:
    return {"store": "shopify"} | {name: said[name] for name in names if said.get(name) is not None}
