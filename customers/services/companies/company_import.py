"""Importing companies from a file, and who belongs to them where the rows say so."""

import dataclasses
from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cdp.core import pipeline
from cdp.core.imports import registry
from customers.models import CompanyLink
from customers.rules import companies as rules
from customers.rules import identifiers, people, places
from customers.rules.unreadable import Unreadable
from customers.services import identity, import_trace, people_import, standing
from customers.services.companies import keeping, linking, undoing_companies

PREFIX = "company."
TARGETS = {
    "company.name": _("Name of the company"),
    "company.external_id": _("Number of the company"),
    "company.industry": _("Industry"),
    "company.employees": _("Employees"),
    "company.country": _("Country of the company"),
    "company.province": _("Province of the company"),
    "company.city": _("City of the company"),
    "company.domain": _("Web address of the company"),
}
TEXTS = {"name": rules.LONGEST_NAME, "industry": rules.LONGEST_INDUSTRY, "city": 120}
NEW_COMPANIES = "companies_new"
"""What a check counts beside people: companies that would be made."""
CONTACT = ("external_id", "email", "phone", "name", "given_name", "family_name", "job_title", "line_id")
"""Of whom a row may tell beside the company: somebody who works there."""
SYNONYMS = {
    "name": "company.name",
    "company": "company.name",
    "company name": "company.name",
    "account name": "company.name",
    "organisation": "company.name",
    "organization": "company.name",
    "บริษัท": "company.name",
    "ชื่อบริษัท": "company.name",
    "회사": "company.name",
    "회사명": "company.name",
    "id": "company.external_id",
    "record id": "company.external_id",
    "company id": "company.external_id",
    "account id": "company.external_id",
    "sector": "company.industry",
    "อุตสาหกรรม": "company.industry",
    "ประเภทธุรกิจ": "company.industry",
    "업종": "company.industry",
    "산업": "company.industry",
    "number of employees": "company.employees",
    "employee count": "company.employees",
    "company size": "company.employees",
    "size": "company.employees",
    "headcount": "company.employees",
    "จำนวนพนักงาน": "company.employees",
    "พนักงาน": "company.employees",
    "직원수": "company.employees",
    "직원 수": "company.employees",
    "country region": "company.country",
    "ประเทศ": "company.country",
    "국가": "company.country",
    "state": "company.province",
    "region": "company.province",
    "state region": "company.province",
    "จังหวัด": "company.province",
    "town": "company.city",
    "อำเภอ": "company.city",
    "website": "company.domain",
    "web site": "company.domain",
    "url": "company.domain",
    "company domain name": "company.domain",
    "เว็บไซต์": "company.domain",
    "홈페이지": "company.domain",
    "contact email": "customer.email",
    "e mail": "customer.email",
    "อีเมล": "customer.email",
    "이메일": "customer.email",
    "contact name": "customer.name",
    "contact phone": "customer.phone",
    "ผู้ติดต่อ": "customer.name",
    "ชื่อผู้ติดต่อ": "customer.name",
    "อีเมลผู้ติดต่อ": "customer.email",
    "เบอร์ผู้ติดต่อ": "customer.phone",
    "เบอร์โทรผู้ติดต่อ": "customer.phone",
    "โทรศัพท์ผู้ติดต่อ": "customer.phone",
    "담당자": "customer.name",
    "담당자명": "customer.name",
    "담당자 이메일": "customer.email",
    "담당자 연락처": "customer.phone",
    "담당자 전화번호": "customer.phone",
}


@dataclasses.dataclass(slots=True)
class Told:
    """A row: the company, and the person it names, if it names one."""

    line: int
    company: rules.CompanyInput
    person: people.Person | None


class Handler:
    """Rows of a file of companies."""

    def __init__(self, context: registry.Context) -> None:
        """Find the cells of this file."""
        self.context = context
        self.people = people_import.Columns(context)
        self.foresight = people_import.Foresight(context.source, context.now)
        self.companies = keeping.Foresight()

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> list[Told]:
        """A company for each row that names one; what else cannot be read is left out of it."""
        found = []
        for line, cells in rows:
            company, faults = self._company(cells)
            if not company.is_named:
                fault = next(iter(faults), ("company.name", self._cell(cells, "company.name"), "no_company_named"))
                reject(line, *fault)
                continue
            person, troubles = self.people.clean(self.people.raw(cells))
            faults += [(people_import.PREFIX + one.field, one.value, one.problem.code) for one in troubles]
            for fault in faults:
                warn(line, *fault)
            found.append(Told(line, company, person if person.is_identified else None))
        return found

    def _company(self, cells: Sequence[str]) -> tuple[rules.CompanyInput, list[tuple[str, str, str]]]:
        told = {name.removeprefix(PREFIX): self._cell(cells, name) for name in TARGETS}
        return read(told)

    def _cell(self, cells: Sequence[str], target: str) -> str:
        return self.context.cell(cells, target).strip()

    def write(self, parsed: Sequence[Told]) -> registry.Counts:
        """Find or make the companies, resolve the people and let them belong there."""
        source, now = self.context.source, self.context.now
        gone = self._forgotten(parsed)
        left_out = {line for line, _target, _value, _code in gone}
        parsed = [one for one in parsed if one.line not in left_out]
        written = keeping.write_many([one.company for one in parsed], source=source, now=now)
        named = [(one, company) for one, company in zip(parsed, written.companies, strict=True) if one.person]
        undoing_companies.note(written, import_id=self.context.import_id, now=now)
        twins = _twins(parsed, written)
        if not named:
            known = len(set(written.companies)) - written.created
            return registry.Counts(written.created, known, notes=twins, refused=gone)
        persons = [one.person for one, _company in named if one.person]
        watch = import_trace.Watch(self.context)
        found = identity.resolve_many(
            persons,
            source=source,
            now=now,
            lane=pipeline.BULK,
            before_change=watch.before,
            by=people_import.fact_of(self.context),
        )
        watch.after(persons, found)
        who = standing.hold({one.customer for one in found})
        wanted = {
            who[one.customer]: company
            for one, (_told, company) in zip(found, named, strict=True)
            if one.customer in who
        }
        before = undoing_companies.links(wanted)
        contacts = linking.assign(wanted, how=CompanyLink.How.EXTERNAL, now=now)
        undoing_companies.note_links(before, import_id=self.context.import_id, customers=wanted)
        return registry.Counts(
            written.created,
            len(set(written.companies)) - written.created,
            also={"contacts": contacts} if contacts else {},
            notes=twins,
            refused=gone,
        )

    def _forgotten(self, parsed: Sequence[Told]) -> list[registry.Told]:
        """The rows whose contact was forgotten: they are left out, company and all, for people to decide about."""
        named = [(one.person, one.line) for one in parsed if one.person]
        persons, lines = [person for person, _line in named], [line for _person, line in named]
        return people_import.forgotten(persons, lines, source=self.context.source)

    def foresee(self, parsed: Sequence[Told]) -> registry.Counts:
        """How many companies and people would be new, which companies look like one another, and which rows are about
        somebody who was forgotten.
        """
        named = [(one.person, one.line) for one in parsed if one.person]
        counts = self.foresight.people([person for person, _line in named], [line for _person, line in named])
        gone = {line for line, *_rest in counts.refused}
        left = [one for one in parsed if one.line not in gone]
        written = self.companies.tell([one.company for one in left], source=self.context.source)
        also = {**counts.also, NEW_COMPANIES: written.created}
        return dataclasses.replace(counts, also=also, notes=[*counts.notes, *_twins(left, written)])


def _twins(told: Sequence[Told], written: keeping.Written) -> list[registry.Told]:
    """The rows whose company has the web address of another one: a branch of its house, or the same under two names."""
    return [
        (told[position].line, f"{PREFIX}domain", told[position].company.domain, "domain_of_another")
        for position in written.shared
    ]


def read(told: dict[str, str]) -> tuple[rules.CompanyInput, list[tuple[str, str, str]]]:
    """A company from raw texts by field, and what could not be read: target, value, reason code."""
    faults: list[tuple[str, str, str]] = []
    found: dict[str, object] = {}
    for name, longest in TEXTS.items():
        text = people.plain(told.get(name, ""))
        if len(text) > longest:
            faults.append((PREFIX + name, text, "too_long"))
        else:
            found[name] = text
    readers: dict[str, Callable[[str], object]] = {
        "country": places.country,
        "province": lambda text: places.province(text, str(found.get("country") or settings.CDP_SHOP_COUNTRY)),
        "employees": rules.size,
        "domain": rules.domain,
        "external_id": identifiers.external_id,
    }
    for name, reader in readers.items():
        text = told.get(name, "")
        if not text:
            continue
        try:
            found["size" if name == "employees" else name] = reader(text)
        except Unreadable as problem:
            if problem.code != "missing":
                faults.append((PREFIX + name, text, problem.code))
    return rules.CompanyInput(**found), faults  # type: ignore[arg-type]


KIND = registry.Kind(
    key="companies",
    label=_("Companies"),
    targets={
        **TARGETS,
        **people_import.qualified({name: people_import.TARGETS[name] for name in CONTACT}),
    },
    handler=Handler,
    senses=people_import.senses,
    required=(("company.name", "company.external_id"),),
    synonyms=SYNONYMS,
    identifiers=frozenset({"company.external_id", "customer.external_id", "customer.phone"}),
    chunk=2000,
    is_undoable=True,
)
