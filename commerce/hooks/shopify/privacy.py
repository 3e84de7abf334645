"""The three privacy topics every Shopify app must answer, and the removal of the app. People decide, not we."""

from collections.abc import Sequence

from commerce.hooks import reading
from commerce.hooks.facts import Fact, NoticeTold
from commerce.hooks.reading import Body, Telling


def data_request(body: Body, telling: Telling) -> Sequence[Fact]:
    """A customer wants to see what we hold of them."""
    request = reading.text(reading.mapping(body, "data_request"), "id", longest=200)
    return [_about_customer("data_request", body, request or _number(body))]


def customer_redact(body: Body, telling: Telling) -> Sequence[Fact]:
    """A customer wants to be forgotten."""
    return [_about_customer("customer_redact", body, _number(body))]


def shop_redact(body: Body, telling: Telling) -> Sequence[Fact]:
    """The store left 48 hours ago; all its customers are to be forgotten."""
    return [NoticeTold("shop_redact", reference=reading.number(body, "shop_id"), named=_named(body))]


def uninstalled(body: Body, telling: Telling) -> Sequence[Fact]:
    """The app was removed: nothing more will come until somebody connects the store again."""
    day = telling.received_at.date().isoformat()
    return [NoticeTold("uninstalled", reference=f"{reading.number(body, 'id')} {day}")]


def _about_customer(kind: str, body: Body, reference: str) -> NoticeTold:
    customer = reading.mapping(body, "customer")
    person = {
        "external_id": reading.text(customer, "id", longest=200),
        "email": reading.text(customer, "email", longest=320),
        "phone": reading.text(customer, "phone", longest=60),
    }
    return NoticeTold(kind, reference=reference, person=reading.filled(person), named=_named(body))


def _number(body: Body) -> str:
    return reading.number(reading.mapping(body, "customer"), "id")


def _named(body: Body) -> dict[str, object]:
    return {
        name: body[name]
        for name in ("shop_domain", "customer", "orders_requested", "orders_to_redact", "data_request")
        if name in body
    }
