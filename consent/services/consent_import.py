"""Importing what people allowed elsewhere: one row is one statement.

Imported grants need no double opt-in. A row must name somebody we know or will know: people who are new are made.
"""

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import mapping, registry, tracing
from consent.models import ConsentState
from consent.rules.ledger import YES
from consent.selectors import jurisdiction, ledger, purposes
from consent.services import grants, import_undo
from customers.rules import people
from customers.services import identity, import_trace, people_import, standing

TARGETS = {
    "consent.purpose": _("Purpose"),
    "consent.channel": _("Channel"),
    "consent.granted": _("Allowed"),
    "consent.opted_out": _("Opted out"),
    "consent.at": _("When"),
    "consent.evidence": _("Evidence"),
}
SYNONYMS = {
    "purpose": "consent.purpose",
    "channel": "consent.channel",
    "consent": "consent.granted",
    "opt in": "consent.granted",
    "opt out": "consent.opted_out",
    "opted out": "consent.opted_out",
    "unsubscribed": "consent.opted_out",
    "allowed": "consent.granted",
    "timestamp": "consent.at",
    "date": "consent.at",
    "วัตถุประสงค์": "consent.purpose",
    "목적": "consent.purpose",
    "ช่องทาง": "consent.channel",
    "채널": "consent.channel",
    "ความยินยอม": "consent.granted",
    "동의": "consent.granted",
    "วันที่": "consent.at",
    "날짜": "consent.at",
}
AGREES = _("Agrees")
_EMAIL, _SMS = "marketing/email", "marketing/sms"
_MEANT = {
    mapping.plain(name): choice
    for choice, names in {
        _EMAIL: (
            "newsletter, newsletters, newsletter opt in, newsletter subscription, subscribed to newsletter,"
            " mailing list, email opt in, email marketing, accepts email marketing, email consent,"
            " รับข่าวสาร, ต้องการรับข่าวสาร, ยินยอมรับข่าวสาร, สมัครรับข่าวสาร, รับข่าวสารทางอีเมล, รับข่าวสารทางอีเมล์,"
            " รับอีเมลข่าวสาร, รับจดหมายข่าว, จดหมายข่าว, สมัครจดหมายข่าว,"
            " 뉴스레터, 뉴스레터 수신, 뉴스레터 구독, 소식지 수신, 이메일 수신, 메일 수신, 이메일 마케팅 수신"
        ),
        _SMS: (
            "sms opt in, sms marketing, sms marketing consent, accepts sms marketing, sms consent,"
            " รับ sms, ยินยอมรับ sms, รับข่าวสารทาง sms, รับข้อความ sms, sms 수신, 문자 수신, sms 마케팅 수신"
        ),
    }.items()
    for name in names.split(", ")
}
"""Headers that name a permission and the way it is for. One that says only marketing leaves the way open."""
_WHETHER = re.compile(r"(?:동의)?(?:여부)?(?:yn)?\Z")
"""Korean headers often end in “agreed”, “whether” or “(Y/N)”."""
LONGEST_EVIDENCE = 2000
JUST_BEFORE = timedelta(microseconds=1)
Slot = tuple[uuid.UUID, str, str]
NOTHING_SAID = frozenset(
    {
        *(
            "never_subscribed",
            "never subscribed",
            "nonsubscribed",
            "non-subscribed",
            "not_subscribed",
            "not subscribed",
        ),
        *("pending", "unconfirmed", "transactional", "unknown", "not specified", "not_set"),
    }
)
"""What audiences write of people who said neither yes nor no: that is no statement."""
UNREACHED = frozenset({"cleaned", "bounced", "complained", "suppressed"})
"""What audiences write of addresses to which nothing may be sent any more, whatever was allowed once."""


@dataclass(slots=True)
class Statement:
    """A row that can be recorded once its person is known."""

    line: int
    person: people.Person
    purpose: str
    channel: str
    granted: bool
    at: datetime | None  # None: the file does not say when
    evidence: str


class Handler:
    """Rows of a consents file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.people = people_import.Columns(context)
        self.offered = purposes.channels()
        self.style = context.style("consent.at")
        self.foresight = people_import.Foresight(context.source, context.now)

    def parse(
        self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject
    ) -> Sequence[Statement]:
        """A statement for each good row."""
        found = []
        for line, cells in rows:
            person, faults = self.people.clean(self.people.raw(cells))
            try:
                if not person.is_somebody:
                    raise self.people.nobody(cells, faults)
                if self.context.cell(cells, "consent.granted").strip().casefold() in NOTHING_SAID or self._is_silent(
                    cells
                ):
                    continue
                found.append(self._statement(line, person, cells))
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
                continue
            for fault in faults:
                warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
            if len(evidence := people.plain(self.context.cell(cells, "consent.evidence"))) > LONGEST_EVIDENCE:
                # Its beginning is kept: the statement itself is never lost for what stands beside it.
                warn(line, "consent.evidence", evidence, "too_long")
        return found

    def _statement(self, line: int, person: people.Person, cells: Sequence[str]) -> Statement:
        purpose = self.context.cell(cells, "consent.purpose").strip().casefold()
        if purpose not in self.offered:
            raise registry.RowRefused("consent.purpose", purpose, "unknown_purpose")
        channel = self.context.cell(cells, "consent.channel").strip().casefold()
        if channel not in self.offered[purpose]:
            raise registry.RowRefused("consent.channel", channel, "unknown_channel")
        at, target = self.context.cell(cells, "consent.at"), "consent.granted"
        if not (granted := self.context.cell(cells, target)) and "consent.opted_out" in self.context.columns:
            target, granted = "consent.opted_out", self.context.cell(cells, "consent.opted_out")
        try:
            is_reached = granted.strip().casefold() not in UNREACHED
            allowed = is_reached and values.boolean(granted) == (target == "consent.granted")
        except ValueProblem as problem:
            raise registry.RowRefused(target, granted, problem.code) from problem
        try:
            when = values.moment(at, zone=self.context.zone_of("consent.at"), **self.style) if at else None
        except ValueProblem as problem:
            raise registry.RowRefused("consent.at", at, problem.code) from problem
        if when and when > self.context.now + grants.AHEAD:
            raise registry.RowRefused("consent.at", at, "in_the_future")
        evidence = people.plain(self.context.cell(cells, "consent.evidence") or self._in_words(granted))[
            :LONGEST_EVIDENCE
        ]
        return Statement(line, person, purpose, channel, allowed, when, evidence)

    def _is_silent(self, cells: Sequence[str]) -> bool:
        """Whether nobody opted out and nothing says that they ever opted in."""
        out = self.context.cell(cells, "consent.opted_out")
        if "consent.opted_out" not in self.context.columns or self.context.cell(cells, "consent.granted"):
            return False
        try:
            return not values.boolean(out)
        except ValueProblem as problem:
            return problem.code == "missing"

    def _in_words(self, granted: str) -> str:
        """The heading and the answer, where the file has no words of its own for what was agreed to."""
        told = [target for target in ("consent.granted", "consent.opted_out") if target in self.context.columns]
        return f"{self.context.name_of(told[0])}: {granted.strip()}" if told else ""

    def foresee(self, parsed: Sequence[Statement]) -> registry.Counts:
        """How many of the people would be new."""
        return self.foresight.people(
            [statement.person for statement in parsed], [statement.line for statement in parsed]
        )

    def write(self, parsed: Sequence[Statement]) -> registry.Counts:
        """Resolve the people, record their statements; a repeated import records nothing new."""
        if not parsed:
            return registry.Counts()
        watch, people_ = import_trace.Watch(self.context), [statement.person for statement in parsed]
        resolutions = identity.resolve_many(
            people_,
            source=self.context.source,
            now=self.context.now,
            lane=pipeline.BULK,
            before_change=watch.before,
            by=people_import.fact_of(self.context),
        )
        watch.after(people_, resolutions)
        gone = people_import.refused(people_, [statement.line for statement in parsed], resolutions)
        # Merged meanwhile, they are judged by what the one who stands for them said.
        found = standing.hold({resolution.customer for resolution in resolutions})
        customers = set(found.values())
        last, here = self._said(customers), self._said_here(customers)
        rows, lines, repeated = [], [], 0
        for statement, resolution in zip(parsed, resolutions, strict=True):
            if resolution.outcome is identity.Outcome.SUPPRESSED:
                continue
            customer = found.get(resolution.customer, resolution.customer)
            slot = (customer, statement.purpose, statement.channel)
            if statement.at is None and slot in here and (statement.granted or not here[slot]):
                # Without a time of its own the same word again is nothing new, and an old list that says yes must
                # not undo what the person said since. A no is always heard.
                repeated += 1
                continue
            here[slot] = statement.granted
            row = self._row(statement, customer, last.get(slot))
            if slot not in last or row.at >= last[slot][1]:
                last[slot] = (statement.granted, row.at)
            rows.append(row)
            lines.append(statement.line)
        rows, too_young = self._of_age(rows, lines)
        gone += too_young
        counts = grants.record_many(rows, actor=self.context.actor, now=self.context.now)
        if counts.records:
            written = [[who.bytes, record.bytes] for who, record in counts.records]
            tracing.note(self.context.import_id, import_undo.MADE, written)
        return registry.Counts(counts.written, counts.repeated + repeated, refused=gone)

    def _of_age(
        self, rows: Sequence[grants.GrantRow], lines: Sequence[int]
    ) -> tuple[list[grants.GrantRow], list[registry.Told]]:
        """Without a "yes" of children: their guardians have to say it, and a file proves nothing of them."""
        today = self.context.now.date()
        young = jurisdiction.needing_guardian([(row.customer, row.purpose) for row in rows if row.granted], on=today)
        kept, refused = [], []
        for row, line in zip(rows, lines, strict=True):
            if row.granted and (row.customer, row.purpose) in young:
                refused.append((line, "consent.granted", row.purpose, "needs_guardian"))
            else:
                kept.append(row)
        return kept, refused

    def _said(self, customers: Collection[uuid.UUID]) -> dict[Slot, tuple[bool, datetime]]:
        """The latest word of these customers by purpose and channel, and when it was said."""
        states = ConsentState.objects.filter(customer_id__in=customers)
        return {
            (customer, purpose, channel): (granted, at)
            for customer, purpose, channel, granted, at in states.values_list(
                "customer_id", "purpose", "channel", "is_granted", "at"
            )
        }

    def _said_here(self, customers: Collection[uuid.UUID]) -> dict[Slot, bool]:
        """The latest word that this source has told of them: each source has its own record of a person."""
        records = ledger.counting(customers).filter(source=self.context.source.key)
        return {
            (customer, purpose, channel): status in YES
            for customer, purpose, channel, status in records.order_by("at", "id").values_list(
                "customer_id", "purpose", "channel", "status"
            )
        }

    def _row(self, statement: Statement, customer: uuid.UUID, last: tuple[bool, datetime] | None) -> grants.GrantRow:
        at = statement.at or self.context.now
        if statement.at is None and statement.granted and last is not None and not last[0]:
            # Nobody knows when this yes was said; it is kept, behind a no that it must not undo.
            at = last[1] - JUST_BEFORE
        return grants.GrantRow(
            customer=customer,
            purpose=statement.purpose,
            channel=statement.channel,
            granted=statement.granted,
            at=at,
            source=self.context.source.key,
            method="import",
            evidence={"text": statement.evidence} if statement.evidence else None,
        )


def _choices() -> dict[str, str]:
    return {
        f"{wording.key}/{channel}": f"{AGREES}: {wording.name} · {purposes.channel_name(channel)}"
        for wording in purposes.offered(get_language() or "")
        for channel in wording.channels
        if wording.key != purposes.SPECIAL
    }


def _constants(choice: str) -> dict[str, str]:
    purpose, _slash, channel = choice.partition("/")
    return {"consent.purpose": purpose, "consent.channel": channel}


def _meant(column: str, values_: Sequence[str]) -> str:
    """The permission that a column seems to tell: by its name, and only if its values are a yes or a no each."""
    name = mapping.plain(column)
    choice = _MEANT.get(name) or _MEANT.get(_WHETHER.sub("", name), "")
    told = [value for value in values_ if value.strip().casefold() not in NOTHING_SAID and not values.is_missing(value)]
    return choice if choice and told and all(map(_is_answer, told)) and choice in _choices() else ""


def _is_answer(value: str) -> bool:
    if value.strip().casefold() in UNREACHED:
        return True
    try:
        values.boolean(value)
    except ValueProblem:
        return False
    return True


BESIDE = registry.Beside("consents", "consent.granted", choices=_choices, constants=_constants, meant=_meant)
"""A column of a customers file like “마케팅 수신 동의” is a statement by each of them, its words the evidence."""
KIND = registry.Kind(
    key="consents",
    label=_("Consents"),
    targets={**TARGETS, **people_import.qualified(people_import.TARGETS)},
    handler=Handler,
    senses=people_import.senses,
    required=(
        ("consent.purpose",),
        ("consent.channel",),
        ("consent.granted", "consent.opted_out"),
        tuple(people_import.PREFIX + name for name in people.IDENTIFYING),
    ),
    synonyms={
        **{name: people_import.PREFIX + target for name, target in people_import.SYNONYMS.items()},
        **SYNONYMS,
    },
    identifiers=frozenset(people_import.PREFIX + name for name in ("external_id", "member_number", "phone")),
    is_undoable=True,
)
