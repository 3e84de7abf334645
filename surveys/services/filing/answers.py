"""Importing answers that were given elsewhere: one row is one sending.

Which questionnaire they are to is said (`response.survey`), or told by the columns. Where there is none yet, it is made
of the file itself. A row without anybody's address answers as one of the bucket customers.
"""

import datetime as dt
import functools
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from cdp.core import jobs
from cdp.core.files import safety, values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import reading, registry
from cdp.core.models import Job
from cdp.core.structures import Invalid
from customers.rules import people, provenance
from customers.selectors import lineage
from customers.services import import_strangers, people_import
from customers.services.identity import deciding
from surveys.models import Survey
from surveys.rules import mapping, sending
from surveys.rules.files import flat, matching, proposing
from surveys.rules.flow import Prepared
from surveys.rules.kinds import Why
from surveys.rules.sending import Fault
from surveys.rules.words import plain_sentence
from surveys.selectors import questionnaires
from surveys.selectors.results import scope
from surveys.services import publishing
from surveys.services.addresses import free_slug
from surveys.services.filing import keeping, making
from surveys.services.filing.keeping import Sent

SURVEY, ANSWER, NOTHING = "response.survey", "answer", "response.nothing"
NO_QUESTION, MADE = "no_question", "survey_made"
FITS = 0.6
"""The share of a file's columns that a questionnaire has to know before it is taken for the one that is meant."""
MOST_TRIED = 100
TARGETS = {
    SURVEY: _("Survey (its address)"),
    "response.external_id": _("Number of the response"),
    "response.id": _("Our own number of the response"),
    "response.version": _("Version of the survey"),
    "response.language": _("Language of the response"),
    "response.started_at": _("Begun at"),
    "response.ended_at": _("Sent in at"),
    "response.store": _("Store"),
    NOTHING: _("What stands for no answer"),
    ANSWER: _("Answer to the question of its name"),
}
PEOPLE = ("external_id", "email", "phone", "name", "member_number")
NAMES = {
    **dict.fromkeys(
        ("respondent id", "response id", "submission id", "response number", "응답자 id", "รหัสผู้ตอบ"),
        "response.external_id",
    ),
    **dict.fromkeys(("timestamp", "start date", "date created", "ประทับเวลา", "타임스탬프"), "response.started_at"),
    **dict.fromkeys(("end date", "submitted at", "submit date", "date submitted"), "response.ended_at"),
    "username": "customer.email",
}
NOT_TAKEN = frozenset(("response.mode", "response.state", "response.flags"))
"""Columns of our own files that say what we know already."""


@dataclass(frozen=True)
class Target:
    """A questionnaire and how the file's columns answer it. `survey`: None for one that a check would make."""

    survey: Survey | None
    versions: Mapping[int, Prepared]
    newest: int
    columns: Mapping[str, Sequence[tuple[int, str]]]
    """Question → the places of its columns, each with the part it stands for."""

    @property
    def language(self) -> str:
        """The first language it speaks."""
        return self.versions[self.newest].definition.languages[0]


@dataclass(frozen=True)
class Told:
    """A row that can be written once its person is known."""

    sent: Sent
    survey: Survey | None
    person: people.Person | None


class Handler:
    """Rows of a file of answers."""

    def __init__(self, context: registry.Context) -> None:
        """Find the questionnaire, or make it. Raises JobFailed."""
        self.context = context
        self.people = people_import.Columns(context)
        self.foresight = people_import.Foresight(context.source, context.now, joins=False)
        self.places = {
            position: context.survey.columns[position]
            for target, position in context.columns.items()
            if target.startswith(f"{ANSWER}:") and context.survey.columns[position] not in NOT_TAKEN
        }
        self.styles = {name: context.style(f"response.{name}") for name in ("started_at", "ended_at")}
        self.targets: dict[str, Target] = {}
        self.made: dict[str, int] = {}
        self.nothing = context.constants.get(NOTHING, "").strip()
        self.fixed = context.constants.get(SURVEY, "")
        if self.fixed or SURVEY not in context.columns:
            target = self._target(self.fixed)
            self.fixed = self.fixed or (target.survey.slug if target.survey else "")
            self.targets[self.fixed] = target
        self.seen: Counter[bytes] = Counter()
        self.remarks: Mapping[str, int] = {**self.made, **self._unasked()}

    # --- which questionnaire ---

    def _target(self, slug: str) -> Target:
        survey = questionnaires.find(slug) if slug else self._fitting()
        if survey is None:
            return self._made(slug)
        if survey.is_anonymous:
            raise jobs.JobFailed(
                gettext_noop("“%(survey)s” is anonymous: answers of people cannot be imported into it."),
                {"survey": slug},
            )
        if not survey.version:
            raise jobs.JobFailed(
                gettext_noop("Publish “%(survey)s” first: answers need its questions."), {"survey": slug}
            )
        target = self._matched(survey)
        if not target.columns:
            raise jobs.JobFailed(
                gettext_noop("None of the columns is a question of “%(survey)s”."), {"survey": survey.slug}
            )
        return target

    def _matched(self, survey: Survey | None, read: Prepared | None = None) -> Target:
        if survey is not None:
            numbers = sorted(scope.definitions(survey), reverse=True)
            versions = {number: questionnaires.version(survey.id, number) for number in numbers}
        else:
            assert read is not None, "a questionnaire that is not there yet was read from the file"  # noqa: S101
            versions = {1: read}
        order = sorted(versions, reverse=True)
        places = list(self.places)
        found = matching.matched([versions[one].definition for one in order], [self.places[place] for place in places])
        columns: dict[str, list[tuple[int, str]]] = {}
        for index, column in found.items():
            columns.setdefault(column.question, []).append((places[index], column.part))
        return Target(survey, versions, survey.version if survey else 1, columns)

    def _fitting(self) -> Survey | None:
        """The one questionnaire that knows most of the columns."""
        best: tuple[float, Survey] | None = None
        found = questionnaires.published().filter(is_anonymous=False).order_by("-created_at", "-id")[:MOST_TRIED]
        for survey in found if self.places else ():
            known = sum(len(columns) for columns in self._matched(survey).columns.values()) / len(self.places)
            if known >= FITS and (best is None or known > best[0]):
                best = known, survey
        return best[1] if best else None

    def _made(self, slug: str) -> Target:
        """One made of the file. A check makes none and judges by what would be made."""
        job = Job.objects.get(id=self.context.import_id)
        title = making.title_of(job.title)
        try:
            look = making.look(job.params["file"], self.context.survey)
        except reading.UnableToRead as problem:
            raise jobs.JobFailed(str(problem)) from problem
        # What the mapping says already is no question.
        taken = set(self.context.columns.values()) - set(self.places)
        language = proposing.language_of(self.context.survey.columns)
        proposals = [
            proposing.as_kind(one, proposing.LEFT_OUT, look, language=language) if taken & set(one.positions) else one
            for one in making.proposals(look)
        ]
        try:
            read = making.read(proposals, title=title, language=language)
        except Invalid as invalid:
            raise jobs.JobFailed(gettext_noop("No question could be made of the columns of this file.")) from invalid
        self.made = {MADE: sum(1 for _question in read.questions())}
        if job.params["dry_run"]:
            return self._matched(None, Prepared(read))
        draft = proposing.definition(proposals, title=title, language=language)
        try:
            survey = making.make(
                slug=slug or free_slug(title), name=title, draft=draft, actor=self.context.actor, at=self.context.now
            )
        except (publishing.UnableToChange, publishing.UnableToPublish) as unable:
            raise jobs.JobFailed(
                gettext_noop("The survey could not be made of this file: %(why)s"), {"why": str(unable)}
            ) from unable
        return self._matched(survey)

    def _unasked(self) -> Mapping[str, int]:
        """How many columns answer no question."""
        if len(self.targets) != 1:
            return {}
        (target,) = self.targets.values()
        used = {place for columns in target.columns.values() for place, _part in columns}
        count = len(set(self.places) - used)
        return {NO_QUESTION: count} if count else {}

    # --- rows ---

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Told]:
        """A sending for each row; answers that are refused are told, the rest of the row stays."""
        found = []
        for line, cells in rows:
            try:
                told = self._told(line, cells, warn)
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
            else:
                found.append(told)
        return found

    def _told(self, line: int, cells: Sequence[str], warn: registry.Reject) -> Told:
        target = self._target_of(self._cell(cells, SURVEY))
        number, ours = self._number(cells)
        prepared, version = self._version(target, self._cell(cells, "response.version"))
        questions = {one.key: one for one in prepared.definition.questions()}
        given = {}
        for key, columns in target.columns.items():
            if (question := questions.get(key)) is not None:
                parts = {part: self._plain(place, cells[place]) for place, part in columns if cells[place].strip()}
                if (value := flat.value(question, parts, day=functools.partial(self._day, columns[0][0]))) is not None:
                    given[key] = value
        judged = sending.judge(prepared, given)
        for fault in judged.refused:
            self._warn(line, target, fault, warn)
        started_at, ended_at = self._times(cells)
        person = self._person(line, cells, judged, warn)
        language = self._cell(cells, "response.language").lower()[:2]
        store = people.plain(self._cell(cells, "response.store"))[:60]
        sent = Sent(
            line=line,
            number=number,
            judged=judged,
            version=version,
            language=language if language in prepared.definition.languages else target.language,
            started_at=started_at,
            ended_at=ended_at,
            ours=ours,
            context={"store": store} if store else {},
        )
        return Told(sent, target.survey, person)

    def _target_of(self, slug: str) -> Target:
        slug = self.fixed or slug
        if slug not in self.targets:
            if not slug or questionnaires.find(slug) is None:
                raise registry.RowRefused(SURVEY, slug, "unknown_survey")
            self.targets[slug] = self._target(slug)
        return self.targets[slug]

    def _number(self, cells: Sequence[str]) -> tuple[str, uuid.UUID | None]:
        """The row's own number; without one it is known by what it says, and by how often that was said before."""
        ours = None
        if told := self._cell(cells, "response.id"):
            try:
                ours = uuid.UUID(told)
            except ValueError as problem:
                raise registry.RowRefused("response.id", told, "not_a_number") from problem
        number = people.plain(self._cell(cells, "response.external_id"))
        if len(number) > 190:
            raise registry.RowRefused("response.external_id", number, "too_long")
        if number or ours is not None:
            return number or str(ours), ours
        content = hashlib.sha256(json.dumps([cells[place] for place in sorted(self._original())]).encode()).digest()
        self.seen[content] += 1
        return f"file/{content.hex()[:32]}/{self.seen[content]}", None

    def _original(self) -> set[int]:
        return {*self.places, *self.context.columns.values()}

    @staticmethod
    def _version(target: Target, told: str) -> tuple[Prepared, int]:
        number = int(told) if told.isascii() and told.isdigit() and len(told) < 6 else target.newest
        number = number if number in target.versions else target.newest
        return target.versions[number], number

    def _times(self, cells: Sequence[str]) -> tuple[dt.datetime, dt.datetime]:
        begun, ended = (self._moment(f"response.{name}", cells) for name in ("started_at", "ended_at"))
        at = min(ended or begun or self.context.now, self.context.now)  # clocks of others are a little ahead at times
        return min(begun or at, at), at

    def _moment(self, target: str, cells: Sequence[str]) -> dt.datetime | None:
        told = self._cell(cells, target)
        try:
            style = self.styles[target.partition(".")[2]]
            at = values.moment(told, zone=self.context.zone_of(target), **style) if told else None
        except ValueProblem as problem:
            raise registry.RowRefused(target, told, problem.code) from problem
        if at is not None and at > self.context.now + provenance.AHEAD:
            raise registry.RowRefused(target, told, "in_the_future")
        return at

    def _day(self, place: int, told: str) -> str:
        name = self.context.survey.columns[place]
        try:
            dayfirst, era = self.context.survey.dayfirst.get(name), self.context.survey.eras.get(name, "")
            at = values.moment(told, zone=self.context.zone, dayfirst=dayfirst, era=era)
            return at.astimezone(self.context.zone).date().isoformat()
        except ValueProblem:
            return told

    def _person(
        self, line: int, cells: Sequence[str], judged: sending.Judged, warn: registry.Reject
    ) -> people.Person | None:
        raw = {**mapping.told(judged.route.shown(), judged.rows), **self.people.raw(cells)}
        if not raw:
            return None
        person, faults = self.people.clean(raw)
        for fault in faults:
            warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
        return person if person.is_identified else None

    def _warn(self, line: int, target: Target, fault: Fault, warn: registry.Reject) -> None:
        place = next(iter(target.columns.get(fault.question, ())), None)
        column = f"{ANSWER}:{self.places[place[0]]}" if place else fault.question
        value = fault.value if isinstance(fault.value, str) else json.dumps(fault.value, ensure_ascii=False)
        warn(line, column, value, code_of(fault.why))

    def _cell(self, cells: Sequence[str], target: str) -> str:
        position = self.context.columns.get(target)
        constant = self.context.constants.get(target, "")
        return constant if position is None else cells[position].strip() or constant

    def _plain(self, place: int, cell: str) -> str:
        """A cell of a file of ours has an apostrophe before what a spreadsheet would run."""
        if self.nothing and cell.strip() == self.nothing:
            return ""
        return safety.bare(cell) if self.places[place].startswith(flat.PREFIX) else cell

    # --- writing ---

    def foresee(self, parsed: Sequence[Told]) -> registry.Counts:
        """How many of the responses and of the people would be new."""
        named = [(one.person, one.sent.line) for one in parsed if one.person is not None]
        ahead = self.foresight.people([person for person, _line in named], [line for _person, line in named])
        created = 0
        for survey, some in _by_survey(parsed):
            numbers = {one.sent.number: one.sent.ours for one in some}
            there = keeping.known(survey, numbers, source=self.context.source.key) if survey else set()
            created += len(set(numbers) - there)
        found = registry.Counts(
            created,
            len(parsed) - created,
            also=ahead.also,
            notes=ahead.notes,
            refused=ahead.refused,
            remarks=self.remarks,
        )
        self.remarks = {}
        return found

    def write(self, parsed: Sequence[Told]) -> registry.Counts:
        """Resolve the people, write what they answered; a repeated import writes nothing new."""
        named = [(one.person, one.sent.line) for one in parsed if one.person is not None]
        persons, lines = [person for person, _line in named], [line for _person, line in named]
        numbered = [bool(person.external_id or person.member_number) for person in persons]
        resolutions, gone = import_strangers.resolve(self.context, persons, lines, are_sure=numbered)
        left_out = {line for line, _target, _value, _code in gone}
        decided = dict(zip(lines, deciding.decided_by(persons, resolutions, source=self.context.source), strict=True))
        found = {line: resolution.customer for line, resolution in zip(lines, resolutions, strict=True)}
        stands = lineage.standing({customer for customer in found.values() if customer is not None})
        made = known = 0
        for survey, some in _by_survey(parsed):
            sent = [
                replace(one.sent, owner=stands.get(found[one.sent.line]), resolved_by=decided[one.sent.line])
                if one.sent.line in found
                else one.sent
                for one in some
                if one.sent.line not in left_out
            ]
            assert survey is not None, "only a check has none"  # noqa: S101
            kept = keeping.keep(
                survey, sent, source=self.context.source.key, import_id=self.context.import_id, at=self.context.now
            )
            made, known = made + kept.made, known + kept.known
        counts = registry.Counts(made, known, refused=gone, remarks=self.remarks)
        self.remarks = {}
        return counts


def _by_survey(parsed: Sequence[Told]) -> list[tuple[Survey | None, list[Told]]]:
    found: dict[object, tuple[Survey | None, list[Told]]] = {}
    for one in parsed:
        found.setdefault(one.survey.id if one.survey else None, (one.survey, []))[1].append(one)
    return list(found.values())


def code_of(why: Why) -> str:
    """The reason code of a refused answer, for the report of an import."""
    return f"answer.{why.value}"


def surveys() -> list[tuple[str, str]]:
    """The questionnaires that take answers of a file: address and name."""
    rows = questionnaires.published().filter(is_anonymous=False).order_by("-created_at", "-id")
    return [(row.slug, row.name) for row in rows[:500]]


REASONS = {
    **{code_of(why): lazy(plain_sentence, str)(why) for why in Why},
    NO_QUESTION: _("Columns that answer no question of this survey were left out:"),
    MADE: _("No survey asks this yet, so one is made of the columns. Its questions:"),
    "unknown_survey": _("There is no survey with this address."),
}
KIND = registry.Kind(
    key="responses",
    label=_("Answers to a survey"),
    targets={
        **TARGETS,
        **people_import.qualified({name: people_import.TARGETS[name] for name in PEOPLE}),
    },
    handler=Handler,
    synonyms={
        **{
            name: people_import.PREFIX + target
            for name, target in people_import.SYNONYMS.items()
            if target in {"email", "phone"}
            or (target == "external_id" and any(word in name for word in ("cust", "ลูกค้า", "고객")))
        },
        **NAMES,
    },
    identifiers=frozenset({"response.external_id", "customer.external_id", "customer.phone", "customer.member_number"}),
    rest=ANSWER,
    chunk=1000,
    is_undoable=True,
    remembers=True,  # rows without a number are told apart by how often the same was said before
    asks={"survey": SURVEY},
    choices={SURVEY: surveys},
)
