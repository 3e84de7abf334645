"""Importing customers from a file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import mapping, registry
from cdp.core.models import Source
from cdp.core.models.sources import SAMPLE
from customers.rules import name_columns, people
from customers.rules.provenance import Word
from customers.rules.unreadable import Unreadable
from customers.services import identity, import_trace

TARGETS = {
    "external_id": _("Customer number"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "name": pgettext_lazy("column", "Whole name"),
    "given_name": pgettext_lazy("column", "Given name alone"),
    "family_name": _("Family name"),
    "gender": _("Gender"),
    "birth_date": _("Birth date"),
    "language": _("Language"),
    "street": _("Street"),
    "city": _("City"),
    "province": _("Province"),
    "postcode": _("Postcode"),
    "country": _("Country"),
    "company": _("Company"),
    "job_title": _("Job title"),
    "income_band": _("Income band"),
    "income": _("Income (kept only as its band)"),
    "occupation": _("Occupation"),
    "education": _("Education"),
    "children": _("Children"),
    "nationality": _("Nationality"),
    "interests": _("Interests"),
    "line_id": _("LINE id"),
    "member_number": _("Member number"),
    "card_token": _("Card token"),
    "handle": _("Social account, as “instagram:name”"),
    "tags": _("Tags"),
    "created_at": _("Customer since"),
    "updated_at": _("Last changed"),
}
PREFIX = "customer."
TAGGING = f"{PREFIX}tag"
"""For a column that has no field: each value becomes a tag with the column's name before it, like “shoe size: 38”."""
_MOMENTS = {"created_at": "created_at", "told_at": "updated_at"}
"""Field of a person → target."""
IDENTIFYING = ("external_id", "email", "phone", "member_number", "line_id", "card_token", "handle")
"""Of the targets those of which one must be there for a row to name somebody."""
NAMELESS = "nameless"  # rows that name nobody, so that their words are not kept
NEW_PEOPLE, JOINED, ROUGHLY = "people", "people_joined", "people_roughly"
"""What a check counts beside rows: people who would be new, records of people we know that would become one with
another, and that somebody may have been counted twice.
"""
SYNONYMS = {
    "customer id": "external_id",
    "customer no": "external_id",
    "customer nr": "external_id",
    "customer number": "external_id",
    "customer code": "external_id",
    "cust id": "external_id",
    "cust no": "external_id",
    "client id": "external_id",
    "client no": "external_id",
    "หมายเลขลูกค้า": "external_id",
    "고객 id": "external_id",
    "고객코드": "external_id",
    "member no": "member_number",
    "member id": "member_number",
    "customerid": "external_id",
    "id": "external_id",
    "user id": "external_id",
    "รหัสลูกค้า": "external_id",
    "เลขที่ลูกค้า": "external_id",
    "고객번호": "external_id",
    "회원번호": "member_number",
    "รหัสสมาชิก": "member_number",
    "หมายเลขสมาชิก": "member_number",
    "e-mail": "email",
    "email address": "email",
    "อีเมล": "email",
    "อีเมล์": "email",
    "อีเมลล์": "email",
    "ที่อยู่อีเมล": "email",
    "이메일": "email",
    "이메일주소": "email",
    "메일": "email",
    "구매자이메일": "email",
    "주문자이메일": "email",
    "อีเมลผู้ซื้อ": "email",
    "buyer email": "email",
    "mobile": "phone",
    "telephone": "phone",
    "tel": "phone",
    "phone number": "phone",
    "phone no": "phone",
    "tel no": "phone",
    "mobile phone": "phone",
    "mobile number": "phone",
    "mobile no": "phone",
    "mobile phone number": "phone",
    "cell": "phone",
    "cell phone": "phone",
    "home phone": "phone",
    "work phone": "phone",
    "business phone": "phone",
    "primary phone": "phone",
    "โทรศัพท์": "phone",
    "โทร": "phone",
    "เบอร์": "phone",
    "มือถือ": "phone",
    "เบอร์มือถือ": "phone",
    "เบอร์โทรมือถือ": "phone",
    "โทรศัพท์มือถือ": "phone",
    "เบอร์ติดต่อ": "phone",
    "หมายเลขโทรศัพท์": "phone",
    "เบอร์โทร": "phone",
    "เบอร์โทรศัพท์": "phone",
    "전화번호": "phone",
    "전화": "phone",
    "휴대폰": "phone",
    "휴대폰번호": "phone",
    "휴대전화": "phone",
    "휴대전화번호": "phone",
    "핸드폰": "phone",
    "핸드폰번호": "phone",
    "연락처": "phone",
    "구매자연락처": "phone",
    "구매자 휴대폰": "phone",
    "구매자전화번호": "phone",
    "주문자연락처": "phone",
    "주문자 휴대폰": "phone",
    "주문자전화번호": "phone",
    "주문자 휴대폰번호": "phone",
    "เบอร์โทรผู้ซื้อ": "phone",
    "เบอร์ผู้ซื้อ": "phone",
    "full name": "name",
    "customer name": "name",
    "customer": "name",  # a number by this name is for people to say; a name taken for one would join its namesakes
    "ลูกค้า": "name",
    "고객": "name",
    "ชื่อ-นามสกุล": "name",
    "ชื่อ-สกุล": "name",
    "ชื่อและนามสกุล": "name",
    "ชื่อลูกค้า": "name",
    "이름": "name",
    "성명": "name",
    "성함": "name",
    "성": "family_name",
    "성씨": "family_name",
    "고객명": "name",
    "구매자": "name",
    "구매자명": "name",
    "주문자": "name",
    "주문자명": "name",
    "ผู้ซื้อ": "name",
    "ชื่อผู้ซื้อ": "name",
    "ผู้สั่งซื้อ": "name",
    "ชื่อผู้สั่งซื้อ": "name",
    "buyer name": "name",
    "first name": "given_name",
    "firstname": "given_name",
    "ชื่อ": "given_name",
    "ชื่อจริง": "given_name",
    "last name": "family_name",
    "lastname": "family_name",
    "surname": "family_name",
    "นามสกุล": "family_name",
    "สกุล": "family_name",
    "sex": "gender",
    "เพศ": "gender",
    "성별": "gender",
    "birthday": "birth_date",
    "date of birth": "birth_date",
    "dob": "birth_date",
    "วันเกิด": "birth_date",
    "วันเดือนปีเกิด": "birth_date",
    "생년월일": "birth_date",
    "생일": "birth_date",
    "address": "street",
    "address1": "street",
    "ที่อยู่": "street",
    "주소": "street",
    "town": "city",
    "อำเภอ": "city",
    "state": "province",
    "region": "province",
    "จังหวัด": "province",
    "zip": "postcode",
    "zip code": "postcode",
    "postal code": "postcode",
    "รหัสไปรษณีย์": "postcode",
    "우편번호": "postcode",
    "ประเทศ": "country",
    "국가": "country",
    "title": "job_title",
    "organisation": "company",
    "organization": "company",
    "signed up": "created_at",
    "วันที่สมัคร": "created_at",
    "가입일": "created_at",
    "updated": "updated_at",
    "updated on": "updated_at",
    "date updated": "updated_at",
    "last updated": "updated_at",
    "last update": "updated_at",
    "modified": "updated_at",
    "modified at": "updated_at",
    "modified on": "updated_at",
    "modified date": "updated_at",
    "date modified": "updated_at",
    "last modified": "updated_at",
    "last modified date": "updated_at",
    "lastmodifieddate": "updated_at",
    "last changed": "updated_at",
    "แก้ไขล่าสุด": "updated_at",
    "วันที่แก้ไข": "updated_at",
    "วันที่แก้ไขล่าสุด": "updated_at",
    "อัปเดตล่าสุด": "updated_at",
    "수정일": "updated_at",
    "최종수정일": "updated_at",
    "최종 수정일": "updated_at",
}


SEVERAL = frozenset({f"{PREFIX}email", f"{PREFIX}phone"})
"""What lists often have in several columns (telephone, mobile), each filled for some of the people only."""


def qualified(names: Mapping[str, Any]) -> dict[str, Any]:
    """Targets or synonyms with the `customer.` prefix, for kinds whose rows also name a customer."""
    return {f"{PREFIX}{name}": label for name, label in names.items()}


def senses(columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """A guessed mapping with its name columns as their values show them (registry.Kind.senses)."""
    ours = {target.removeprefix(PREFIX): name for target, name in columns.items() if target.startswith(PREFIX)}
    others = {target: name for target, name in columns.items() if not target.startswith(PREFIX)}
    return {**others, **qualified(name_columns.settle(ours, rows))}


def fact_of(context: registry.Context) -> str:
    """By what the people of this file were told of."""
    return f"import:{context.import_id}"


class Columns:
    """Takes the customer out of a row of any kind of file."""

    def __init__(self, context: registry.Context) -> None:
        """Find the cells of this file."""
        self.context = context
        self.cells = [
            (target.removeprefix(PREFIX), position)
            for target, position in context.columns.items()
            if target.startswith(PREFIX) and not target.startswith(f"{TAGGING}:")
        ]
        self.tagging = [
            (context.survey.columns[position], position)
            for target, position in context.columns.items()
            if target.startswith(f"{TAGGING}:")
        ]
        self.constants = {
            target.removeprefix(PREFIX): value
            for target, value in context.constants.items()
            if target.startswith(PREFIX)
        }
        self.otherwise, self.behind = (
            [(target.removeprefix(PREFIX), some) for target, some in context.further(option).items() if some]
            for option in ("otherwise", "behind")
        )
        self.positions = [position for _name, position in self.cells]
        self.positions += [position for _name, some in (*self.otherwise, *self.behind) for position in some]
        zone = context.zone
        assert isinstance(zone, ZoneInfo), "the shop's zone is a named one"  # noqa: S101
        self.rules = people.Rules(
            region=settings.CDP_SHOP_COUNTRY,
            today=context.now.astimezone(zone).date(),
            **context.style(f"{PREFIX}birth_date"),
        )
        self.is_sample = context.source.key == SAMPLE
        self.unused = list(self._unused())
        self.styles = {name: context.style(PREFIX + name) for name in _MOMENTS.values()}

    def raw(self, cells: Sequence[str]) -> dict[str, str]:
        """The raw fields of a row, blanks left out."""
        found = {name: value for name, position in self.cells if (value := cells[position])}
        for name, positions in self.otherwise:
            if values.is_missing(found.get(name, "")):
                found.update(next(([(name, cells[one])] for one in positions if not values.is_missing(cells[one])), []))
        for name, positions in self.behind:
            told = found.get(name, "")
            more = [cells[one] for one in positions if not values.is_missing(cells[one]) and cells[one] not in told]
            if more:
                found[name] = ", ".join([told, *more] if told else more)
        return {**self.constants, **found} if self.constants else found

    def tag(self, person: people.Person, cells: Sequence[str]) -> list[people.Fault]:
        """Give a person the tags that columns without a field say; what does not fit is told and left out."""
        faults, tags = [], dict.fromkeys(person.tags)
        for name, position in self.tagging:
            if values.is_missing(cells[position]):
                continue
            value = people.plain(cells[position])
            tag = f"{people.plain(name)}: {value}"
            if len(tag) > people.LONGEST_LISTED or len(tags) >= people.MOST_LISTED:
                faults.append(people.Fault(f"tag:{name}", value, Unreadable("too_long")))
            else:
                tags[tag] = None
        person.tags = tuple(tags)
        return faults

    def clean(self, raw: dict[str, str]) -> tuple[people.Person, list[people.Fault]]:
        """The standardised person and what could not be read. A row that says when it was changed tells what was so
        then, so that an older file does not undo a newer word.
        """
        moments = [(field, name, text) for field, name in _MOMENTS.items() if (text := raw.pop(name, ""))]
        person, faults = people.clean(raw, self.rules)
        faults += people.contradictions(person)
        person.is_sample = self.is_sample
        for field, name, text in moments:
            try:
                setattr(
                    person, field, values.moment(text, zone=self.context.zone_of(PREFIX + name), **self.styles[name])
                )
            except ValueProblem as problem:
                faults.append(people.unread(name, text, problem))
        return person, faults

    def nobody(self, cells: Sequence[str], faults: Sequence[people.Fault]) -> registry.RowRefused:
        """Why a row names nobody: the identifier that could not be read, the column that names somebody and is left
        out of the import, or that there is none.
        """
        fault = next((fault for fault in faults if fault.field in people.IDENTIFYING), None)
        if fault is not None:
            return registry.RowRefused(PREFIX + fault.field, fault.value, fault.problem.code)
        for name, position in self.unused:
            if cells[position]:
                return registry.RowRefused(name, cells[position], "named_by_unused")
        return registry.RowRefused(PREFIX + "email", "", "nobody_named")

    def _unused(self) -> Iterator[tuple[str, int]]:
        """Columns that by their names identify people, and that the mapping leaves out."""
        used = {*self.context.columns.values(), *self.positions}
        for position, name in enumerate(self.context.survey.columns):
            meant = mapping.guess(kind=KIND, header=[name]).columns
            if position not in used and any(PREFIX + field in meant for field in people.IDENTIFYING):
                yield name, position


class Foresight:
    """What resolving the people of a checked file would come to, chunk after chunk."""

    def __init__(self, source: Source, now: datetime, *, joins: bool = True) -> None:
        """Nobody told of yet. `joins` as in `identity.resolve_many`."""
        self._source = source
        self._word = Word(source.key, now)
        self._identity = identity.Foresight(joins=joins)

    def people(self, found: Sequence[people.Person], lines: Sequence[int] = ()) -> registry.Counts:
        """How many of them would be new customers; with their lines also which would be left out."""
        batch = identity.gather(found, self._source)
        batch.lines = lines
        return self.of(batch)

    def of(self, batch: identity.Batch) -> registry.Counts:
        """The same of people whose keys are made, and which of them are known by another name."""
        resolutions = self._identity.resolve(batch, self._word)
        also = {
            NEW_PEOPLE: _created(resolutions) - self._identity.fewer,
            **({JOINED: self._identity.joined} if self._identity.joined else {}),
            **({ROUGHLY: 1} if self._identity.is_rough else {}),
        }
        if not batch.lines:
            return registry.Counts(also=also)
        gone = refused(batch.people, batch.lines, resolutions)
        return registry.Counts(also=also, notes=_other_names(batch, resolutions), refused=gone)


class Handler:
    """Rows of a customers file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.columns = Columns(context)
        self.maker = identity.Maker(
            context.source, context.now, base=Word(context.source.key, context.now, fact_of(context))
        )
        self.foresight = Foresight(context.source, context.now)

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> identity.Batch:
        """A person for each row that names one, with what would be written if that one is new.

        A value that cannot be read costs the row only when nobody is left.
        """
        found, lines = [], []
        for line, cells in rows:
            person, faults = self.columns.clean(self.columns.raw(cells))
            if self.columns.tagging:
                faults += self.columns.tag(person, cells)
            if person.is_somebody:
                for fault in faults:
                    warn(line, PREFIX + fault.field, fault.value, fault.problem.code)
                found.append(person)
                lines.append(line)
                continue
            refusal = self.columns.nobody(cells, faults)
            reject(line, refusal.target, refusal.value, refusal.code)
        batch = identity.prepare(found, self.context.source, maker=self.maker)
        batch.lines = lines
        return batch

    def write(self, parsed: identity.Batch) -> registry.Counts:
        """Resolve everybody."""
        watch = import_trace.Watch(self.context)
        resolutions = identity.resolve_batch(
            parsed,
            source=self.context.source,
            now=self.context.now,
            lane=pipeline.BULK,
            before_change=watch.before,
            by=fact_of(self.context),
        )
        watch.after(parsed.people, resolutions, facts=parsed.facts())
        created, gone = _created(resolutions), refused(parsed.people, parsed.lines, resolutions)
        return registry.Counts(
            created, len(parsed) - created - len(gone), notes=_other_names(parsed, resolutions), refused=gone
        )

    def foresee(self, parsed: identity.Batch) -> registry.Counts:
        """Who of them would be new, and which rows would be taken as somebody known by another name."""
        return self.foresight.of(parsed)


def refused(
    told: Sequence[people.Person], lines: Sequence[int], resolutions: Sequence[identity.Resolution]
) -> list[registry.Told]:
    """The rows of people who were forgotten: a file does not bring them back."""
    suppressed = identity.Outcome.SUPPRESSED
    gone = [position for position, found in enumerate(resolutions) if found.outcome is suppressed]
    return [_suppressed(told[position], lines[position]) for position in gone]  # who travelled here is opened only now


def forgotten(told: Sequence[people.Person], lines: Sequence[int], *, source: Source) -> list[registry.Told]:
    """The same for people whom nobody resolves."""
    judged = zip(told, lines, identity.forgotten(told, source=source), strict=True)
    return [_suppressed(person, line) for person, line, is_gone in judged if is_gone]


def _suppressed(person: people.Person, line: int) -> registry.Told:
    field = next((field for field in people.IDENTIFYING if getattr(person, field)), "phone")
    return line, PREFIX + field, getattr(person, field) or person.unlisted_phone, "suppressed"


def _created(resolutions: Sequence[identity.Resolution]) -> int:
    return sum(1 for resolution in resolutions if resolution.outcome is identity.Outcome.CREATED)


def _other_names(batch: identity.Batch, resolutions: Sequence[identity.Resolution]) -> list[registry.Told]:
    """The rows whose e-mail belongs to somebody known by another name. That is one person (an address is a mailbox),
    which the keeper of the list should know.
    """
    return [
        (batch.lines[position], PREFIX + "email", batch.people[position].email, "other_name")
        for position, resolution in enumerate(resolutions)
        if resolution.is_other_name
    ]


KIND = registry.Kind(
    key="customers",
    label=_("Customers"),
    targets={**qualified(TARGETS), TAGGING: _("Tag with the name of the column")},
    many=frozenset({TAGGING}),
    handler=Handler,
    required=(tuple(PREFIX + name for name in people.IDENTIFYING),),
    synonyms={
        **{name: PREFIX + target for name, target in SYNONYMS.items()},
        "รหัส": PREFIX + "external_id",  # in a file of orders it may be a product's
    },
    identifiers=frozenset(PREFIX + name for name in ("external_id", "member_number", "phone")),
    several=SEVERAL,
    senses=senses,
    chunk=2000,
    is_pure=True,
    is_undoable=True,
)
