"""Which company somebody belongs to, and what a client tells of that company, in a group call or among the traits."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cdp.core.models import Source
from customers.models import CompanyLink
from customers.rules import companies as rules
from customers.rules import names
from customers.services import buckets
from customers.services.companies import company_import, keeping, linking
from events.rules import scrubbing, visits
from events.rules.tracking import Tracked

TRAITS = {
    "name": ("name", "company", "companyName"),
    "industry": ("industry",),
    "employees": ("employees", "employee_count", "employeeCount", "size"),
    "domain": ("website", "domain", "url"),
    "country": ("country",),
    "province": ("state", "province", "region"),
    "city": ("city",),
}
"""Ours, and how clients call them; those of a place may stand under `address`."""
LONGEST = 500
_NOBODY = frozenset(buckets.IDS)


def take(told: Sequence[tuple[Tracked, uuid.UUID]], *, source: Source, now: datetime) -> None:
    """Companies that these events tell of, in their order, and who belongs to them.

    The same statements however many; nothing at all where none tells of a company.
    """
    calls: list[tuple[rules.CompanyInput, uuid.UUID]] = []
    for event, customer in told:
        found = visits.company_of(event)
        if found is None or (event.kind == "group" and not _names_company(found[0])):
            continue
        company = company_of(found[0] if _names_company(found[0]) else "", found[1])
        if company.is_named:
            calls.append((company, customer))
    if not calls:
        return
    written = keeping.write_many([company for company, _customer in calls], source=source, now=now)
    wanted = {
        customer: company
        for (_told, customer), company in zip(calls, written.companies, strict=True)
        if customer not in _NOBODY
    }
    linking.assign(wanted, how=CompanyLink.How.GROUP, now=now)


def _names_company(group_id: str) -> bool:
    """Whether a group's id may lie in the clear, as companies do: somebody's address or phone is no company, and would
    outlive the person there.
    """
    return bool(group_id) and not scrubbing.is_personal(group_id)


def company_of(group: str, traits: Mapping[str, Any]) -> rules.CompanyInput:
    """The company of a call, without what cannot be read and what is somebody's: an event is no form. A text that
    is longer than can be kept is cut short, so that the company is at least named.
    """
    address = traits.get("address")
    places: Mapping[str, Any] = address if isinstance(address, Mapping) else {}
    raw = {"external_id": group}
    for field, called in TRAITS.items():
        found = next((traits[name] for name in called if _is_plain(traits.get(name))), None)
        if found is None:
            found = next((places[name] for name in called if _is_plain(places.get(name))), None)
        if found is not None and not scrubbing.is_personal(str(found)):
            raw[field] = _shortened(str(found), company_import.TEXTS.get(field, LONGEST))
    company, _faults = company_import.read(raw)
    return company


def _shortened(text: str, longest: int) -> str:
    plain = names.display(text)
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
