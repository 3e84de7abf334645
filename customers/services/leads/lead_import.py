"""Importing leads from a file: what ad managers export, and lists that people keep."""

import json
import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import registry
from customers.rules import leads as rules
from customers.rules import people
from customers.services import identity, import_trace, people_import
from customers.services.leads import taking, undoing_leads

PREFIX, REST = "lead.", "lead.answer"
ANSWERS = "lead.answers"
TARGETS = {
    "lead.id": _("Number of the lead"),
    "lead.arrived_at": _("Arrived"),
    "lead.platform": _("Platform"),
    "lead.form": _("Form"),
    "lead.form_id": _("Number of the form"),
    "lead.campaign": _("Campaign"),
    "lead.campaign_id": _("Number of the campaign"),
    "lead.ad": _("Ad"),
    "lead.ad_id": _("Number of the ad"),
    "lead.is_organic": _("Without an ad"),
    "lead.status": pgettext_lazy("lead", "Status"),
    ANSWERS: _("Answers, as our own files have them"),
    REST: _("Answer of the form"),
}
SYNONYMS = {
    "lead id": "lead.id",
    "leadid": "lead.id",
    "submission id": "lead.id",
    "response id": "lead.id",
    "created time": "lead.arrived_at",
    "created at": "lead.arrived_at",
    "submitted at": "lead.arrived_at",
    "submission time": "lead.arrived_at",
    "timestamp": "lead.arrived_at",
    "date": "lead.arrived_at",
    "วันที่": "lead.arrived_at",
    "날짜": "lead.arrived_at",
    "channel": "lead.platform",
    "source": "lead.platform",
    "แพลตฟอร์ม": "lead.platform",
    "ช่องทาง": "lead.platform",
    "플랫폼": "lead.platform",
    "form name": "lead.form",
    "แบบฟอร์ม": "lead.form",
    "양식": "lead.form",
    "campaign name": "lead.campaign",
    "แคมเปญ": "lead.campaign",
    "캠페인": "lead.campaign",
    "ad name": "lead.ad",
    "โฆษณา": "lead.ad",
    "광고": "lead.ad",
    "lead status": "lead.status",
    "status": "lead.status",
    "สถานะ": "lead.status",
    "상태": "lead.status",
    "display name": "customer.name",
    "line user id": "customer.line_id",
    "user id": "customer.line_id",
    "userid": "customer.line_id",
    "work email": "customer.email",
    "phone number": "customer.phone",
    "company name": "customer.company",
}
LEFT = ("customer.external_id",)
"""A lead's own number is no customer's number."""
LONGEST_NUMBER = 200
TEST = "<test lead"
_ORGANIC = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
# Facebook writes what a value is before it, so that spreadsheets leave it alone: p:+66812345678, l:1029, z:10110.
_MARK = re.compile(r"^[a-z]{1,3}:(?=[+\d])")


class Handler:
    """Rows of a file of leads."""

    def __init__(self, context: registry.Context) -> None:
        """Find the cells of this file."""
        self.context = context
        self.people = people_import.Columns(context)
        rest = [
            (position, target.partition(":")[2])
            for target, position in context.columns.items()
            if target.startswith(f"{REST}:")
        ]
        self.rest = [(name, position) for position, name in sorted(rest)]  # in the order of the file
        self.style = context.style("lead.arrived_at")
        self.foresight = people_import.Foresight(context.source, context.now, joins=False)

    def parse(
        self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject
    ) -> list[tuple[int, rules.LeadInput]]:
        """A lead with its line for each row that names somebody."""
        found = []
        for line, cells in rows:
            raw = {name: _MARK.sub("", value.strip()) for name, value in self.people.raw(cells).items()}
            if any(cell.startswith(TEST) for cell in cells):
                reject(line, "customer.email", "", "test_lead")
                continue
            person, faults = self.people.clean(raw)
            try:
                if not person.is_identified:
                    raise self.people.nobody(cells, faults)
                found.append((line, self._lead(line, person, cells, warn)))
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
                continue
            for fault in faults:
                warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
        return found

    def _lead(self, line: int, person: people.Person, cells: Sequence[str], warn: registry.Reject) -> rules.LeadInput:
        told = {
            name: self._kept(line, PREFIX + name, self._cell(cells, PREFIX + name), longest, warn)
            for name, longest in rules.TEXTS.items()
        }
        answers = {
            name: self._kept(line, f"{REST}:{name}", cells[position], rules.LONGEST_ANSWER, warn)
            for name, position in self.rest
        }
        answers |= self._own(line, self._cell(cells, ANSWERS), warn)
        number = _MARK.sub("", self._cell(cells, "lead.id"))
        if len(number) > LONGEST_NUMBER:
            raise registry.RowRefused("lead.id", number, "too_long")
        at = self._moment(cells)
        platform = rules.platform(self._cell(cells, "lead.platform"))
        if not platform:
            if said := self._cell(cells, "lead.platform"):
                warn(line, "lead.platform", said, "unknown_choice")
            platform = "other"
        status = self._cell(cells, "lead.status")
        if status and not rules.status(status):
            warn(line, "lead.status", status, "unknown_choice")
        arrived = rules.arrived(at or self.context.now, now=self.context.now)
        person.created_at = person.created_at or arrived
        return rules.LeadInput(
            person=person,
            platform=platform,
            # Without a number of its own a lead is the same one when the same person answered the same form then.
            key=number or _made_key(person, told, at.isoformat() if at else ""),
            arrived_at=arrived,
            external_id=number,
            is_organic=_ORGANIC.get(self._cell(cells, "lead.is_organic").casefold()),
            answers=rules.answers(answers),
            status=rules.status(status) or "new",
            **rules.texts(
                {name: _MARK.sub("", value) if name.endswith("_id") else value for name, value in told.items()}
            ),
        )

    @staticmethod
    def _kept(line: int, target: str, text: str, longest: int, warn: registry.Reject) -> str:
        """A text that can be kept whole; a longer one is left out and named, never cut in silence."""
        if len(text) > longest and len(people.plain(text)) > longest:
            warn(line, target, text, "too_long")
            return ""
        return text

    @staticmethod
    def _own(line: int, text: str, warn: registry.Reject) -> dict[str, str]:
        """Answers of a file of ours: questions and answers as JSON."""
        if not text:
            return {}
        try:
            found = json.loads(text)
            return {str(question): str(answer)[: rules.LONGEST_ANSWER] for question, answer in found}
        except (ValueError, TypeError):
            warn(line, ANSWERS, text[:200], "unreadable")
            return {}

    def _moment(self, cells: Sequence[str]) -> Any:
        text = self._cell(cells, "lead.arrived_at")
        if not text:
            return None
        try:
            return values.moment(text, zone=self.context.zone, **self.style)
        except ValueProblem as problem:
            raise registry.RowRefused("lead.arrived_at", text, problem.code) from problem

    def _cell(self, cells: Sequence[str], target: str) -> str:
        return self.context.cell(cells, target).strip()

    def write(self, parsed: Sequence[tuple[int, rules.LeadInput]]) -> registry.Counts:
        """Take them; a lead that is here already is only completed."""
        leads, lines = [lead for _line, lead in parsed], [line for line, _lead in parsed]
        watch = import_trace.Watch(self.context)
        taken = taking.take(
            leads, source=self.context.source, now=self.context.now, lane=pipeline.BULK, before_change=watch.before
        )
        watch.after([lead.person for lead in leads], taken.resolutions)
        undoing_leads.note(taken, import_id=self.context.import_id)
        gone = people_import.refused([lead.person for lead in leads], lines, taken.resolutions)
        people_new = sum(one.outcome is identity.Outcome.CREATED for one in taken.resolutions)
        return registry.Counts(
            taken.created,
            len(parsed) - taken.created - len(gone),
            also={people_import.NEW_PEOPLE: people_new} if people_new else {},
            refused=gone,
        )

    def foresee(self, parsed: Sequence[tuple[int, rules.LeadInput]]) -> registry.Counts:
        """How many of the people would be new."""
        return self.foresight.people([lead.person for _line, lead in parsed], [line for line, _lead in parsed])


def _made_key(person: people.Person, told: dict[str, str], at: str) -> str:
    who = person.email or person.phone or person.line_id or person.member_number or person.external_id
    return "\n".join(["row", who, told["form"] or told["form_id"], told["campaign"] or told["campaign_id"], at])


KIND = registry.Kind(
    key="leads",
    label=_("Leads"),
    targets={
        **TARGETS,
        **{name: label for name, label in people_import.qualified(people_import.TARGETS).items() if name not in LEFT},
    },
    handler=Handler,
    senses=people_import.senses,
    required=(tuple(people_import.PREFIX + name for name in people.IDENTIFYING if name != "external_id"),),
    synonyms={
        **{
            name: people_import.PREFIX + target
            for name, target in people_import.SYNONYMS.items()
            if people_import.PREFIX + target not in LEFT
        },
        **SYNONYMS,
    },
    identifiers=frozenset({"customer.phone", "lead.id"}),
    rest=REST,
    chunk=2000,
    is_undoable=True,
)
