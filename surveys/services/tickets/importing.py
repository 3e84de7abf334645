"""Importing tickets that were kept elsewhere: one row is one ticket, with when it was answered and resolved."""

import dataclasses
import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import mapping, registry
from customers.rules import people
from customers.selectors import lineage
from customers.services import import_strangers, people_import
from customers.services.identity import deciding
from surveys.models import Ticket
from surveys.rules import markup, ratings
from surveys.services import rated
from surveys.services.tickets import telling, undoing
from surveys.services.tickets.telling import MessageInput, TicketInput

FOREIGN, BEFORE_OPENING = "ticket_of_another", "before_opening"
_NOBODY = uuid.UUID(int=0)
"""Whose a row is before its person is known."""
Channel, Priority, Status = Ticket.Channel, Ticket.Priority, Ticket.Status
TARGETS = {
    "ticket.external_id": _("Number of the ticket"),
    "ticket.channel": _("Channel"),
    "ticket.topic": _("Topic"),
    "ticket.priority": _("Priority"),
    "ticket.status": _("Status of the ticket"),
    "ticket.subject": _("Subject"),
    "ticket.words": _("What the customer said"),
    "ticket.opened_at": pgettext_lazy("ticket", "Opened"),
    "ticket.first_reply_at": _("First reply"),
    "ticket.resolved_at": _("Resolved"),
    "ticket.satisfaction": _("Satisfaction"),
    "ticket.scale": rated.LABEL,
}
SYNONYMS = {
    "ticket id": "ticket.external_id",
    "ticket number": "ticket.external_id",
    "case number": "ticket.external_id",
    "channel": "ticket.channel",
    "ช่องทาง": "ticket.channel",
    "채널": "ticket.channel",
    "topic": "ticket.topic",
    "category": "ticket.topic",
    "หัวข้อ": "ticket.topic",
    "주제": "ticket.topic",
    "priority": "ticket.priority",
    "ความเร่งด่วน": "ticket.priority",
    "우선순위": "ticket.priority",
    "status": "ticket.status",
    "สถานะ": "ticket.status",
    "상태": "ticket.status",
    "subject": "ticket.subject",
    "ticket subject": "ticket.subject",
    "หัวเรื่อง": "ticket.subject",
    "제목": "ticket.subject",
    "description": "ticket.words",
    "message": "ticket.words",
    "ticket description": "ticket.words",
    "รายละเอียด": "ticket.words",
    "내용": "ticket.words",
    "created": "ticket.opened_at",
    "created at": "ticket.opened_at",
    "opened at": "ticket.opened_at",
    "date": "ticket.opened_at",
    "วันที่": "ticket.opened_at",
    "접수일": "ticket.opened_at",
    "first response time": "ticket.first_reply_at",
    "first reply at": "ticket.first_reply_at",
    "first response": "ticket.first_reply_at",
    "resolved at": "ticket.resolved_at",
    "closed at": "ticket.resolved_at",
    "solved at": "ticket.resolved_at",
    "customer satisfaction rating": "ticket.satisfaction",
    "satisfaction": "ticket.satisfaction",
    "csat": "ticket.satisfaction",
    "ความพึงพอใจ": "ticket.satisfaction",
    "만족도": "ticket.satisfaction",
    **dict.fromkeys(rated.SYNONYMS, "ticket.scale"),
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "ticket.channel": {
        **{value: value for value in Channel.values},
        "e-mail": "email",
        "mail": "email",
        "อีเมล": "email",
        "이메일": "email",
        "call": "phone",
        "โทรศัพท์": "phone",
        "전화": "phone",
        "live chat": "chat",
        "แชต": "chat",
        "채팅": "chat",
        "store": "counter",
        "shop": "counter",
        "social media": "social",
        "facebook": "social",
        "instagram": "social",
        "website": "web",
        "form": "web",
    },
    "ticket.priority": {
        **{value: value for value in Priority.values},
        "critical": "urgent",
        "ด่วน": "urgent",
        "긴급": "urgent",
        "สูง": "high",
        "높음": "high",
        "medium": "normal",
        "ปกติ": "normal",
        "보통": "normal",
        "ต่ำ": "low",
        "낮음": "low",
    },
    "ticket.status": {
        **{value: value for value in Status.values},
        "new": "open",
        "in progress": "open",
        "เปิด": "open",
        "접수": "open",
        "closed": "resolved",
        "solved": "resolved",
        "done": "resolved",
        "ปิด": "resolved",
        "แก้ไขแล้ว": "resolved",
        "해결": "resolved",
        "완료": "resolved",
        "pending": "waiting",
        "pending customer response": "waiting",
        "on hold": "waiting",
        "รอลูกค้า": "waiting",
    },
}
"""What other systems call ours; for a word that none of them uses the usual value is taken, and said."""


@dataclass(slots=True)
class Told:
    """A row that can be written once its person is known."""

    line: int
    person: people.Person
    ticket: TicketInput


class Handler:
    """Rows of a file of tickets."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.people = people_import.Columns(context)
        columns = enumerate(context.survey.columns)
        self.original = [position for position, name in columns if name not in mapping.OWN_COLUMNS]
        self.foresight = people_import.Foresight(context.source, context.now, joins=False)

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Told]:
        """A ticket for each good row; a row that names nobody is refused."""
        found = []
        for line, cells in rows:
            person, faults = self.people.clean(self.people.raw(cells))
            try:
                if not person.is_identified:
                    raise registry.RowRefused("customer.email", "", "missing")
                ticket = self._told(line, cells, warn)
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
                continue
            for fault in faults:
                warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
            person.told_at = min(person.told_at or ticket.at, self.context.now)
            found.append(Told(line, person, ticket))
        return found

    def _told(self, line: int, cells: Sequence[str], warn: registry.Reject) -> TicketInput:
        subject = self._text(
            "ticket.subject", markup.text(self.context.cell(cells, "ticket.subject")), telling.LONGEST_SUBJECT
        )
        words = self._text("ticket.words", markup.text(self.context.cell(cells, "ticket.words")), telling.LONGEST_WORDS)
        if not words and not subject:
            raise registry.RowRefused("ticket.words", "", "missing")
        number = self._text("ticket.external_id", people.plain(self.context.cell(cells, "ticket.external_id")), 200)
        number = number or _number([cells[position] for position in self.original])
        at, opened, replied, resolved = self._times(line, cells, warn)

        def word(target: str, otherwise: str) -> str:
            raw = self.context.cell(cells, target)
            found = WORDS[target].get(" ".join(raw.casefold().split()), "")
            if raw.strip() and not found:
                warn(line, target, raw, "unknown_choice")
            return found or otherwise

        status = word("ticket.status", "")
        satisfaction = self._stars(cells)
        return TicketInput(
            customer=_NOBODY,
            external_id=number,
            channel=word("ticket.channel", Channel.OTHER),
            at=at,
            topic=people.plain(self.context.cell(cells, "ticket.topic"))[:60],
            subject=subject,
            priority=word("ticket.priority", Priority.NORMAL),
            messages=_said(number, at, words, replied, resolved, status, is_dated=opened is not None),
            satisfaction=satisfaction,
            satisfaction_at=resolved or replied or at,
            status=Status.RESOLVED if resolved else status,
            status_at=resolved or self.context.now,
            opened_by="customer",
            told_at=self.context.now,
        )

    def _times(
        self, line: int, cells: Sequence[str], warn: registry.Reject
    ) -> tuple[dt.datetime, dt.datetime | None, dt.datetime | None, dt.datetime | None]:
        """When it began, and when it is told to have been opened, first answered and resolved. What lies ahead, or
        before the opening, is told and left out: a clock that ran backwards would say anything. Without an opening the
        first that is told of it is one.
        """
        told: dict[str, dt.datetime | None] = {}
        for name in ("opened_at", "first_reply_at", "resolved_at"):
            target = f"ticket.{name}"
            moment, opened = self._moment(cells, target), told.get("opened_at")
            if moment is not None and moment > self.context.now:
                warn(line, target, self.context.cell(cells, target), "in_the_future")
                moment = None
            elif moment is not None and opened is not None and moment < opened:
                warn(line, target, self.context.cell(cells, target), BEFORE_OPENING)
                moment = None
            told[name] = moment
        known = [moment for moment in told.values() if moment is not None]
        return min(known, default=self.context.now), told["opened_at"], told["first_reply_at"], told["resolved_at"]

    def _stars(self, cells: Sequence[str]) -> int | None:
        stars = rated.stars(self.context, cells, rating="ticket.satisfaction", scale="ticket.scale")
        if stars is None:
            return None
        return max(1, min(5, int(stars + Decimal("0.5"))))

    def _moment(self, cells: Sequence[str], target: str) -> dt.datetime | None:
        told = self.context.cell(cells, target)
        try:
            return values.moment(told, zone=self.context.zone, **self.context.style(target)) if told else None
        except ValueProblem as problem:
            raise registry.RowRefused(target, told, problem.code) from problem

    @staticmethod
    def _text(target: str, text: str, longest: int) -> str:
        if len(text) > longest:
            raise registry.RowRefused(target, text, "too_long")
        return text

    def foresee(self, parsed: Sequence[Told]) -> registry.Counts:
        """How many of the people would be new."""
        return self.foresight.people([one.person for one in parsed], [one.line for one in parsed])

    def write(self, parsed: Sequence[Told]) -> registry.Counts:
        """Resolve the people, write their tickets; a repeated import writes nothing new."""
        if not parsed:
            return registry.Counts()
        persons, lines = [one.person for one in parsed], [one.line for one in parsed]
        resolutions, gone = import_strangers.resolve(self.context, persons, lines)
        left_out = {line for line, _target, _value, _code in gone}
        named_by = deciding.decided_by(persons, resolutions, source=self.context.source)
        stands = lineage.standing({resolution.customer for resolution in resolutions})
        kept = [
            (one, stands[resolution.customer], digest)
            for one, resolution, digest in zip(parsed, resolutions, named_by, strict=True)
            if one.line not in left_out and resolution.customer in stands
        ]
        told = telling.tell(
            [dataclasses.replace(one.ticket, customer=customer, named_by=digest) for one, customer, digest in kept],
            source=self.context.source.key,
            lane=pipeline.BULK,
        )
        undoing.note(told, source=self.context.source.key, import_id=self.context.import_id)
        foreign = [kept[place][0] for place in told.foreign]
        of_others = [(one.line, "ticket.external_id", one.ticket.external_id, FOREIGN) for one in foreign]
        return registry.Counts(len(told.created), len(told.updated), refused=[*gone, *of_others])


def _said(
    number: str,
    at: dt.datetime,
    words: str,
    replied: dt.datetime | None,
    resolved: dt.datetime | None,
    status: str,
    *,
    is_dated: bool,
) -> list[MessageInput]:
    """What a row tells as messages with numbers of their own, so that a later file adds what has happened since, and
    corrects the moments that it tells. A reply whose words are not told counts for the clock all the same.
    """
    waits = Status.WAITING if status == Status.WAITING else ""
    said = [MessageInput("in", at, words, number=f"{number}#asked", author="customer", corrects=is_dated)]
    if replied is not None:
        said.append(MessageInput("out", replied, number=f"{number}#replied", status=waits, corrects=True))
    elif waits:
        said.append(MessageInput("act", at, act="waits", status=waits))  # of one that is new
    if resolved is not None or status == Status.RESOLVED:
        moment = resolved or replied or at
        done = MessageInput("act", moment, number=f"{number}#resolved", status=Status.RESOLVED, act="resolved")
        said.append(dataclasses.replace(done, corrects=resolved is not None))
    return said


def _number(cells: Sequence[str]) -> str:
    """A row without a number of its own is known by what it says, so that the same file again brings nothing new."""
    return "file/" + hashlib.sha256("\n".join(cells).encode()).hexdigest()[:32]


# When a row was made is when the ticket was, not since when somebody is a customer.
_PEOPLE = {name: label for name, label in people_import.TARGETS.items() if name != "created_at"}
KIND = registry.Kind(
    key="tickets",
    label=_("Tickets"),
    targets={**TARGETS, **people_import.qualified(_PEOPLE)},
    handler=Handler,
    senses=people_import.senses,
    required=(("ticket.words", "ticket.subject"),),
    synonyms={
        **{name: people_import.PREFIX + target for name, target in people_import.SYNONYMS.items() if target in _PEOPLE},
        **SYNONYMS,
    },
    identifiers=frozenset(people_import.PREFIX + name for name in ("external_id", "member_number", "phone")),
    is_undoable=True,
    choices={"ticket.scale": rated.choices},
    measured={"ticket.scale": ("ticket.satisfaction", ratings.measured)},
)
