"""Companies with who works there, and leads, as rows of a file, in the columns that an import takes."""

import json
import uuid
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.crypto import subjects
from cdp.core.exports.registry import Kind
from customers.models import Company, CompanyKey, CompanyLink, Lead
from customers.rules import masking
from customers.selectors import files, leads, profiles

_FIRM = ("name", "industry", "domain", "country", "province", "city")
COMPANY_COLUMNS = (
    *("company.external_id", "company.employees", *(f"company.{name}" for name in _FIRM)),
    *(f"customer.{name}" for name in ("external_id", "email", "phone", "name", "job_title")),
)
_WORKS_THERE = (
    "EXISTS (SELECT 1 FROM customers_companylink works WHERE works.customer_id = c.id AND works.company_id IS NOT NULL)"
)
_LEAD = ("platform", "form", "form_id", "campaign", "campaign_id", "ad", "ad_id", "status")
LEAD_COLUMNS = (
    *("lead.id", "lead.arrived_at", "lead.is_organic", *(f"lead.{name}" for name in _LEAD), "lead.answers"),
    *(f"customer.{name}" for name in ("email", "phone", "line_id", "name", "company", "job_title")),
)
PORTION = 500


def company_pages() -> Iterator[list[str]]:
    """Every company, without people: nobody's data."""
    last = uuid.UUID(int=0)
    while companies := list(Company.objects.filter(id__gt=last).order_by("id")[:PORTION]):
        numbers = _numbers([company.id for company in companies])
        for company in companies:
            yield [*_firm(company, numbers), *[""] * 5]
        last = companies[-1].id


def company_rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """One row for each of these who works somewhere: the company and the person."""
    works = dict(
        CompanyLink.objects.filter(customer_id__in=customers, company__isnull=False).values_list(
            "customer_id", "company_id"
        )
    )
    companies = Company.objects.in_bulk(set(works.values()))
    numbers = _numbers(companies)
    for profile in profiles.opened(works, with_places=False, shown=False).values():
        company = companies.get(works[profile.id])
        if company is None:
            continue
        number = next((contact.value for contact in profile.external_ids), "")
        person = [number, profile.email, profile.phone, profile.name, profile.customer.job_title]
        yield profile.id, [*_firm(company, numbers), *person]


def _firm(company: Company, numbers: dict[uuid.UUID, str]) -> list[str]:
    size = company.size if company.employees is None else str(company.employees)
    return [numbers.get(company.id, ""), size, *(getattr(company, name) for name in _FIRM)]


def _numbers(companies: Sequence[uuid.UUID] | dict[uuid.UUID, Company]) -> dict[uuid.UUID, str]:
    rows = CompanyKey.objects.filter(company_id__in=list(companies), kind=CompanyKey.Kind.EXTERNAL).order_by("-id")
    return dict(rows.values_list("company_id", "value"))


def lead_rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """One row for each of their leads, with what they answered as JSON."""
    people = profiles.opened(customers, with_places=False, shown=False)
    keyring = subjects.load(customers)
    for lead in Lead.objects.filter(customer_id__in=customers).order_by("customer_id", "id").iterator():
        person = people.get(lead.customer_id)
        if person is None:
            continue
        told = [[one.question, one.answer] for one in leads.opened(lead, keyring).answers]
        organic = "" if lead.is_organic is None else str(lead.is_organic).lower()
        row = person.customer
        yield (
            lead.customer_id,
            [
                *(lead.external_id, lead.arrived_at.isoformat(), organic),
                *(str(getattr(lead, name)) for name in _LEAD),
                json.dumps(told, ensure_ascii=False) if told else "",
                *(person.email, person.phone, person.value("line"), person.name, row.company, row.job_title),
            ],
        )


COMPANIES = Kind(
    "companies",
    _("Companies"),
    COMPANY_COLUMNS,
    rows=company_rows,
    pages=company_pages,
    whose=_WORKS_THERE,
    hides=files.HIDES,
)
LEADS = Kind(
    "leads",
    _("Leads"),
    LEAD_COLUMNS,
    rows=lead_rows,
    whose="EXISTS (SELECT 1 FROM customers_lead raised WHERE raised.customer_id = c.id)",
    hides={**files.HIDES, "lead.answers": masking.text},
)
