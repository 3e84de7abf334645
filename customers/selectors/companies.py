"""Companies for staff: the list, one of them with its people, and the company of one customer."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from cdp.core import audit, pages, panels, timeline
from cdp.core.crypto import index, subjects
from cdp.core.models import AuditEntry
from customers.models import Company, CompanyKey, CompanyLink
from customers.rules import companies as rules
from customers.selectors import profiles, staff

PAGE = pages.SIZE
CONTACTS = 50
RECENT_PEOPLE, RECENT = 20, 6
HISTORY = 20
MOST_FOUND = 50
BY_RULE = (CompanyLink.How.NAME, CompanyLink.How.DOMAIN)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list. Companies are no people, so all of it may stand in addresses."""

    query: str = ""
    industry: str = ""
    size: str = ""
    province: str = ""

    @property
    def given(self) -> dict[str, str]:
        """The filters in force by name."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


def listed(filters: Filters) -> QuerySet[Company]:
    """The companies that pass the filters, in no order. A text is looked for in the name."""
    rows = Company.objects.all()
    if filters.query:
        found = set(exact(filters.query))
        named = rows.filter(name__icontains=filters.query)
        rows = named | rows.filter(id__in=found) if found else named
    if filters.industry:
        rows = rows.filter(industry=filters.industry)
    if filters.size:
        rows = rows.filter(size=filters.size)
    if filters.province:
        rows = rows.filter(province=filters.province)
    return rows


def exact(text: str) -> list[uuid.UUID]:
    """The companies that have this name, domain or number."""
    digests = [index.digest("company.domain", f"\n{text.strip().casefold()}")]
    if name := rules.key(text):
        digests.append(index.digest("company.name", f"\n{name}"))
    found = CompanyKey.objects.filter(digest__in=digests).values_list("company_id", flat=True)
    return list(found)


def page(
    filters: Filters, *, older_than: uuid.UUID | None = None, newer_than: uuid.UUID | None = None, size: int = PAGE
) -> pages.Page[Company]:
    """The page after `older_than`, or before `newer_than`, or the first."""
    return pages.page(listed(filters), older_than=older_than, newer_than=newer_than, size=size)


def count(filters: Filters) -> tuple[int, bool]:
    """How many pass the filters, and whether that is all of them: counting stops where nobody reads on."""
    return pages.count(listed(filters))


def sizes(companies: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many people of ours belong to each of these companies; one query."""
    rows = CompanyLink.objects.filter(company_id__in=list(companies)).values_list("company_id").annotate(n=Count("id"))
    return dict(rows.order_by())


def industries() -> list[str]:
    """The usual industries, from the planner's statistics: no scan at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT most_common_vals::text::text[] FROM pg_stats WHERE tablename = %s AND attname = 'industry'",
            [Company._meta.db_table],
        )
        row = cursor.fetchone()
    return sorted(value for value in (row[0] if row and row[0] else []) if value)


def any_at_all() -> bool:
    """Whether any company is known."""
    return Company.objects.exists()


def find(company: uuid.UUID) -> Company | None:
    """One company."""
    return Company.objects.filter(id=company).first()


def numbers(company: uuid.UUID) -> list[CompanyKey]:
    """Its numbers in other systems and its domains."""
    kinds = [CompanyKey.Kind.EXTERNAL, CompanyKey.Kind.DOMAIN]
    return list(CompanyKey.objects.filter(company_id=company, kind__in=kinds).order_by("kind", "source", "value")[:50])


def contacts(company: uuid.UUID) -> list[CompanyLink]:
    """Who of the customers belongs to it, last added first, at most CONTACTS."""
    return list(CompanyLink.objects.filter(company_id=company).order_by("-id")[:CONTACTS])


def number_of_contacts(company: uuid.UUID) -> int:
    """How many belong to it."""
    return CompanyLink.objects.filter(company_id=company).count()


def recent(company: uuid.UUID) -> list[timeline.Entry]:
    """What its newest people did last, in short: orders, leads, notes and what else rooms tell."""
    rows = CompanyLink.objects.filter(company_id=company).order_by("-id")
    people = list(rows.values_list("customer_id", flat=True)[:RECENT_PEOPLE])
    if not people:
        return []
    question = timeline.Question(people, None, RECENT, subjects.load(people))
    return timeline.entries(question, only=("order", "refund", "lead", "note", "message"))


@dataclass(frozen=True, slots=True)
class Change:
    """Something staff did with a company."""

    at: dt.datetime
    author: str
    text: str


def history(company: uuid.UUID) -> list[Change]:
    """Who changed what of a company, newest first, at most HISTORY."""
    actions = [audit.Action.COMPANY_CREATED, audit.Action.COMPANY_UPDATED, audit.Action.COMPANIES_MERGED]
    found = AuditEntry.objects.filter(object_id=str(company), action__in=actions)
    rows = list(found.order_by("-at", "-id")[:HISTORY])
    names = staff.names(row.actor_id for row in rows)
    return [Change(row.at, names.get(str(row.actor_id), ""), _words(row)) for row in rows]


def _words(row: AuditEntry) -> str:
    if row.action == audit.Action.COMPANY_CREATED:
        return gettext("Written down")
    if row.action == audit.Action.COMPANIES_MERGED:
        return gettext("Merged with another company")
    return gettext("Facts changed")


def of_customer(customer: uuid.UUID) -> CompanyLink | None:
    """The company of one customer with how that is known; None where nothing says so or staff said to none."""
    link = CompanyLink.objects.filter(customer_id=customer, company__isnull=False).select_related("company").first()
    return link if link and link.company_id else None


def offered(text: str) -> list[Company]:
    """Companies whose name has this text, for choosing one; at most MOST_FOUND."""
    return list(listed(Filters(query=text.strip()[:200])).order_by("-id")[:MOST_FOUND]) if text.strip() else []


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The company of a customer on the customer's page."""
    may_edit = question.reader.can("customers.edit")
    link = of_customer(question.customer)
    if link is None and not may_edit:
        return None
    told = "" if link else _told(question)
    return (
        {
            "link": link,
            "company": link.company if link else None,
            "may_edit": may_edit,
            "customer_id": question.customer,
            "told": told,
        }
        if link or told
        else None
    )


def _told(question: panels.Question) -> str:
    """The company in the customer's own words, where it names one."""
    profile = profiles.asked_about(question)
    words = profile.customer.company if profile else ""
    return words if rules.key(words) else ""


def said(customers: Collection[uuid.UUID], without: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Who of these belongs to a company, or to none, because somebody said so, `without` these links. What only the
    rules found is derived and speaks for nobody.
    """
    found = CompanyLink.objects.filter(customer_id__in=customers).exclude(how__in=BY_RULE).exclude(id__in=without)
    return set(found.order_by().values_list("customer_id", flat=True))
