"""Customers as rows of a file, in the columns that an import takes."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.exports.registry import Kind, Reach
from customers.models import ContactPoint, Customer
from customers.rules import masking
from customers.selectors import profiles

_PLAIN = tuple(name for name in Customer.PLAIN if name not in {"country", "province", "city", "postcode"})
COLUMNS = (
    *("customer.external_id", "customer.email", "customer.phone", "customer.line_id", "customer.member_number"),
    *("customer.name", "customer.given_name", "customer.family_name", "customer.birth_date"),
    *("customer.street", "customer.city", "customer.province", "customer.postcode", "customer.country"),
    *(f"customer.{name}" for name in _PLAIN),
    *("customer.interests", "customer.tags", "customer.created_at"),
)
_CONTACTS = (
    ContactPoint.Kind.EMAIL,
    ContactPoint.Kind.PHONE,
    ContactPoint.Kind.LINE,
    ContactPoint.Kind.MEMBER,
)


def rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """One row for each of these."""
    for profile in profiles.opened(customers, shown=False).values():
        row, place = profile.customer, profile.place
        cells = [
            next((contact.value for contact in profile.external_ids), ""),
            *(profile.value(kind) for kind in _CONTACTS),
            *(profile.name, profile.given_name, profile.family_name),
            row.birth_date.isoformat() if row.birth_date else "",
            place.street if place else "",
            *(row.city, row.province, row.postcode, row.country),
            *(str(getattr(row, name)) for name in _PLAIN),
            *(", ".join(row.interests), ", ".join(row.tags), row.created_at.isoformat()),
        ]
        yield row.id, cells


HIDES: Mapping[str, Callable[[str], str]] = {
    "customer.email": masking.email,
    "customer.phone": masking.phone,
    "customer.line_id": masking.text,
    "customer.street": masking.text,
    "customer.birth_date": masking.text,
}
"""What of a person whoever does not serve customers sees masked, in files as on pages."""
_CALLED = ("customer.name", "customer.given_name", "customer.family_name", "customer.language")
_HOME = tuple(f"customer.{name}" for name in ("street", "city", "province", "postcode", "country"))
_POINT = (
    "EXISTS (SELECT 1 FROM customers_contactpoint p WHERE p.customer_id = c.id AND p.kind = '{kind}'"
    " AND p.is_primary AND p.bounced_at IS NULL AND p.value IS NOT NULL)"
)
_HOUSE = (
    "EXISTS (SELECT 1 FROM customers_address a WHERE a.customer_id = c.id AND a.is_primary AND a.street IS NOT NULL)"
)


def _by(kind: ContactPoint.Kind, column: str) -> Reach:
    return Reach((column, *_CALLED), (column,), _POINT.format(kind=kind.value))


LISTS: Mapping[str, Reach] = {
    "email": _by(ContactPoint.Kind.EMAIL, "customer.email"),
    **{channel: _by(ContactPoint.Kind.PHONE, "customer.phone") for channel in ("sms", "phone", "kakao")},
    "line": _by(ContactPoint.Kind.LINE, "customer.line_id"),
    "post": Reach((*_CALLED, *_HOME), _HOME, _HOUSE),
}
"""What somebody who writes by that channel needs: where to, how people are called, in which language."""
KIND = Kind("customers", _("Customers"), COLUMNS, rows=rows, hides=HIDES, lists=LISTS)
