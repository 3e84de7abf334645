"""Which answers are looked at: filters as SQL over `a` (answers), `r` (responses), `c` (customers).

Of somebody known who answered several times the newest in the days, the version and the kind of answers (marked or
not) that are looked at counts, and only then the other filters choose: who is a promoter by now is no detractor as
well. What is surely theirs goes before what somebody sent under an address they typed. Answers of nobody known all
count.

Anonymous answers have the same columns in tables of their own, without customers, addresses, stores or times of day.
Where nothing of the response is asked, the answers are walked alone, on their index.
"""

# The strings put together here are our own words and parameter names; values only ever travel beside them.
# ruff: noqa: S608

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import EmptyResultSet

from cdp.core import audiences
from customers.services import buckets
from surveys.models import Response, Survey
from surveys.rules import results
from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Matrix
from surveys.rules.kinds.scales import Nps, Scale, YesNo
from surveys.rules.results import Asked
from surveys.selectors import questionnaires

DIMENSIONS: Mapping[str, str] = {
    "language": "r.language",
    "mode": "r.mode",
    "version": "r.version::text",
    "store": "r.context->>'store'",
}
ANONYMOUS_DIMENSIONS = frozenset({"language", "mode", "version"})
_AGE = "date_part('year', age(r.ended_at AT TIME ZONE %(zone)s, c.birth_date))"
PROFILE: Mapping[str, str] = {
    "gender": "c.gender",
    "age": f"(CASE WHEN c.birth_date IS NULL THEN '' ELSE (floor({_AGE} / 10) * 10)::int::text END)",
    "province": "c.province",
    "country": "c.country",
    "income_band": "c.income_band",
    "occupation": "c.occupation",
    "education": "c.education",
    "children": "c.children",
}
"""What answers are compared by besides: details of the profile, as they are now; age on the day of the answer."""
_LINK = "FROM surveys_invitation i WHERE i.customer_id = r.customer_id AND i.id = r.invitation_id"
LINKED: Mapping[str, str] = {
    "channel": f"(SELECT i.channel {_LINK})",
    "wave": f"(SELECT CASE WHEN i.reminded_at <= r.ended_at THEN 'late' ELSE 'early' END {_LINK})",
}
"""What is known of answers by a personal link: the way it went, and whether it took a reminder. Who answers late is
most like those who never do.
"""
LONGEST = 120


class UnableToFilter(ValueError):
    """A filter that means nothing; `name` says which."""

    def __init__(self, name: str) -> None:
        """Keep it."""
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Filter:
    """What is looked at; everything empty means all. Days are the shop's, both included. `clean` leaves out what was
    marked (too quick, all alike). `question` with `answer`: people who answered that: a number, a code, a band of NPS,
    `line:option` of a matrix; of a question that was asked in several ways the newest, or the one `scheme` names.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    version: int | None = None
    language: str = ""
    mode: str = ""
    store: str = ""
    segment: str = ""
    question: str = ""
    answer: str = ""
    scheme: str = ""
    clean: bool = False

    @property
    def given(self) -> list[str]:
        """The names of what is set; the answer and how it was asked go with the question."""
        return [one.name for one in fields(self) if getattr(self, one.name) and one.name not in {"answer", "scheme"}]


def read(survey: Survey, told: Mapping[str, str]) -> Filter:
    """The filter that a page or a caller asks for. Raises UnableToFilter."""
    text = {name: str(told.get(name) or "").replace("\0", "").strip()[:LONGEST] for name in NAMES}
    found = Filter(
        since=_day(text, "since"),
        until=_day(text, "until"),
        version=_whole(text, "version"),
        language=text["language"],
        mode=text["mode"],
        store=text["store"],
        segment=text["segment"],
        question=text["question"] if text["answer"] else "",
        answer=text["answer"] if text["question"] else "",
        scheme=text["scheme"] if text["question"] and text["answer"] else "",
        clean=text["clean"] not in {"", "0"},
    )
    if found.mode and found.mode not in Response.Mode.values:
        raise UnableToFilter("mode")
    if found.segment and found.segment not in dict(audiences.choices()):
        raise UnableToFilter("segment")
    if found.question:
        _answered(about_of(survey, found), found.answer)
    return found


NAMES = tuple(one.name for one in fields(Filter))
"""What a filter consists of, as an address names it."""


def definitions(survey: Survey) -> dict[int, Definition]:
    """Every published version, as `questionnaires` keeps them ready."""
    return {number: questionnaires.version(survey.id, number).definition for number in range(1, survey.version + 1)}


def about_of(survey: Survey, chosen: Filter) -> Asked:
    """The question whose answer is filtered by, in the way it is meant. Raises UnableToFilter."""
    for one in results.asked(definitions(survey)):
        if one.key == chosen.question and chosen.scheme in {"", one.scheme}:
            return one
    raise UnableToFilter("question")


@dataclass(frozen=True)
class Scope:
    """SQL of one filter: `answers` and `responses` are FROM and WHERE, to be selected from; `params` goes with all.

    `answers` are those of `every` response that passes, without those of `replaced` ones (empty: there are none). What
    is a sum over responses is counted quicker as the difference: leaving rows out one by one keeps PostgreSQL to one
    process, and those who answered twice are few.
    """

    survey: Survey
    chosen: Filter
    answers: str
    responses: str
    params: Mapping[str, Any]
    every: str
    replaced: str = ""


def scope(
    survey: Survey,
    chosen: Filter | None = None,
    *,
    with_people: bool = False,
    with_responses: bool = False,
    per: str = "",
    is_every: bool = False,
) -> Scope:
    """The SQL of what is looked at. `with_responses` also reads the responses of the answers, `with_people` the
    customers: for grouping by them. `per`: an expression over `r`, of which the newest answer of each person counts;
    `is_every`: all of them do.
    """
    chosen = chosen or Filter()
    if survey.is_anonymous:
        return _Anonymous(survey, chosen).scope(with_people=with_people, with_responses=with_responses)
    return _Named(survey, chosen, per, is_every).scope(with_people=with_people, with_responses=with_responses)


@dataclass
class _Named:
    survey: Survey
    chosen: Filter
    per: str
    is_every: bool

    def __post_init__(self) -> None:
        self.params: dict[str, Any] = {
            "survey": self.survey.id,
            "zone": settings.TIME_ZONE,
            "buckets": buckets.IDS[-1],
        }

    def scope(self, *, with_people: bool, with_responses: bool) -> Scope:
        when = self._when()
        by_response = self._by_response()
        replaced = "" if self.is_every else self._replaced(when)
        people = " JOIN customers_customer c ON c.id = r.customer_id" if with_people else ""
        responses = (
            f"FROM surveys_response r{people} WHERE r.survey_id = %(survey)s AND r.state = 'complete' AND NOT r.is_test"
            + "".join(f" AND r.ended_at {one}" for one in when)
            + (" AND r.version = %(version)s" if self.chosen.version else "")
            + "".join(f" AND {one}" for one in by_response)
            + (replaced and f" AND r.id NOT IN (SELECT old.id FROM ({replaced}) old)")
            + (f" AND {self._answer('r', 'r.id')}" if self.chosen.question else "")
        )
        joined, further = "", ""
        if by_response or with_people or with_responses:
            joined = " JOIN surveys_response r ON r.customer_id = a.customer_id AND r.id = a.response_id" + people
            further = "".join(f" AND {one}" for one in by_response)
        every = (
            f"FROM surveys_answer a{joined} WHERE a.survey_id = %(survey)s AND a.is_counted"
            + "".join(f" AND a.at {one}" for one in when)
            + (" AND a.version = %(version)s" if self.chosen.version else "")
            + further
            + (f" AND {self._answer('a', 'a.response_id')}" if self.chosen.question else "")
        )
        if not replaced:
            return Scope(self.survey, self.chosen, every, responses, self.params, every)
        answers = f"{every} AND a.response_id NOT IN (SELECT old.id FROM ({replaced}) old)"
        older = f"{every} AND (a.customer_id, a.response_id) IN (SELECT old.customer_id, old.id FROM ({replaced}) old)"
        return Scope(self.survey, self.chosen, answers, responses, self.params, every, older)

    def _replaced(self, when: list[str]) -> str:
        """Responses that a newer one of the same person replaces. Few people answer twice: who did is found first, and
        only theirs are put in order.
        """
        completed = (
            "FROM surveys_response r WHERE r.survey_id = %(survey)s AND r.state = 'complete' AND NOT r.is_test"
            " AND r.customer_id > %(buckets)s"
            + "".join(f" AND r.ended_at {one}" for one in when)
            + (" AND r.version = %(version)s" if self.chosen.version else "")
            + (" AND r.flags = '{}'" if self.chosen.clean else "")
        )
        within = f"r.customer_id, {self.per}" if self.per else "r.customer_id"
        return (
            "SELECT told.customer_id, told.id FROM (SELECT r.customer_id, r.id, row_number() OVER ("
            f"PARTITION BY {within} ORDER BY (r.resolved_by IS NOT NULL), r.ended_at DESC, r.id DESC) AS place"
            f" {completed} AND r.customer_id IN (SELECT r.customer_id {completed} GROUP BY 1 HAVING count(*) > 1)"
            ") told WHERE told.place > 1"
        )

    def _when(self) -> list[str]:
        zone, found = ZoneInfo(settings.TIME_ZONE), []
        if self.chosen.since:
            self.params["since"] = dt.datetime.combine(self.chosen.since, dt.time(), zone)
            found.append(">= %(since)s")
        if self.chosen.until and self.chosen.until < dt.date.max:
            self.params["until"] = dt.datetime.combine(self.chosen.until + dt.timedelta(days=1), dt.time(), zone)
            found.append("< %(until)s")
        return found

    def _by_response(self) -> list[str]:
        chosen, found = self.chosen, []
        if chosen.version:
            self.params["version"] = chosen.version
        for name, sql in DIMENSIONS.items():
            if name != "version" and getattr(chosen, name):
                self.params[name] = getattr(chosen, name)
                found.append(f"{sql} = %({name})s")
        if chosen.clean:
            found.append("r.flags = '{}'")
        if chosen.segment:
            sql, given = _audience(chosen.segment, "member")
            self.params |= given
            found.append(f"r.customer_id IN ({sql})")
        return found

    def _answer(self, whose: str, response: str) -> str:
        condition, params = _answered(about_of(self.survey, self.chosen), self.chosen.answer)
        self.params |= {"about": self.chosen.question, **params}
        return (
            f"EXISTS (SELECT 1 FROM surveys_answer f WHERE f.customer_id = {whose}.customer_id"
            f" AND f.response_id = {response} AND f.survey_id = %(survey)s AND f.question = %(about)s AND f.is_counted"
            f" AND {condition})"
        )


@dataclass
class _Anonymous:
    """The same for answers of nobody. What is asked of people or stores finds nothing to ask: such filters are refused
    by `guarding` before.
    """

    survey: Survey
    chosen: Filter

    def __post_init__(self) -> None:
        self.params: dict[str, Any] = {"survey": self.survey.id, "zone": settings.TIME_ZONE}

    def scope(self, *, with_people: bool, with_responses: bool) -> Scope:
        if with_people:
            raise UnableToFilter("people")
        chosen, when, by_response = self.chosen, [], []
        if chosen.since:
            self.params["since"] = chosen.since
            when.append(">= %(since)s")
        if chosen.until:
            self.params["until"] = chosen.until
            when.append("<= %(until)s")
        for name in ("language", "mode"):
            if getattr(chosen, name):
                self.params[name] = getattr(chosen, name)
                by_response.append(f"r.{name} = %({name})s")
        if chosen.version:
            self.params["version"] = chosen.version
        version = "{}.version = %(version)s" if chosen.version else "TRUE"
        further = "".join(f" AND {one}" for one in by_response)
        responses = (
            f"FROM surveys_anonymousresponse r WHERE r.survey_id = %(survey)s AND {version.format('r')}{further}"
            + "".join(f" AND r.at {one}" for one in when)
            + (f" AND {self._answer('r.id')}" if chosen.question else "")
        )
        joined = " JOIN surveys_anonymousresponse r ON r.id = a.response_id" if by_response or with_responses else ""
        answers = (
            f"FROM surveys_anonymousanswer a{joined} WHERE a.survey_id = %(survey)s AND {version.format('a')}{further}"
            + "".join(f" AND a.at {one}" for one in when)
            + (f" AND {self._answer('a.response_id')}" if chosen.question else "")
        )
        return Scope(self.survey, chosen, answers, responses, self.params, answers)

    def _answer(self, response: str) -> str:
        condition, params = _answered(about_of(self.survey, self.chosen), self.chosen.answer)
        self.params |= {"about": self.chosen.question, **params}
        return (
            f"EXISTS (SELECT 1 FROM surveys_anonymousanswer f WHERE f.response_id = {response}"
            f" AND f.survey_id = %(survey)s AND f.question = %(about)s AND {condition})"
        )


def _answered(about: Asked, answer: str) -> tuple[str, dict[str, Any]]:
    """SQL over `f` for who answered that where it was asked in this way. Raises UnableToFilter."""
    condition, params = _as_asked(about, answer)
    return f"f.version = ANY(%(asked)s) AND {condition}", {"asked": list(about.versions), **params}


def _as_asked(about: Asked, answer: str) -> tuple[str, dict[str, Any]]:
    question = about.question
    if isinstance(question, Nps) and answer in results.BANDS:
        lowest, highest = results.in_band(question.scheme, answer)
        return "f.number BETWEEN %(lowest)s AND %(highest)s", {"lowest": lowest, "highest": highest}
    if isinstance(question, Scale):
        lowest, highest = question.ends()
        steps = {str(step): step for step in range(lowest, highest + 1)}
        if answer not in steps:
            raise UnableToFilter("answer")
        return "f.number = %(answer)s", {"answer": steps[answer]}
    if question.IS_WORDS:
        raise UnableToFilter("answer")
    if isinstance(question, Matrix):
        line, _colon, code = answer.partition(":")
        return "f.item = %(line)s AND f.code = %(answer)s", {"line": line, "answer": code}
    if isinstance(question, YesNo) and answer not in {"yes", "no"}:
        raise UnableToFilter("answer")
    return "f.code = %(answer)s", {"answer": answer}


def without(chosen: Filter, *names: str) -> Filter:
    """The same filter without some of its parts."""
    return Filter(**{name: value for name, value in vars(chosen).items() if name not in names})


def members(of: Scope, segments: Sequence[str]) -> Scope:
    """The same answers once for each of these segments their person is in, named by `m.segment`."""
    parts, params = [], dict(of.params)
    for place, key in enumerate(segments):
        sql, given = _audience(key, f"segment{place}_")
        params |= {f"segment{place}": key, **given}
        parts.append(f"SELECT %(segment{place})s AS segment, one.id FROM ({sql}) one (id)")
    joined = f" JOIN ({' UNION ALL '.join(parts)}) m ON m.id = a.customer_id WHERE "
    answers, every, replaced = (sql.replace(" WHERE ", joined, 1) for sql in (of.answers, of.every, of.replaced))
    return replace(of, answers=answers, every=every, replaced=replaced, params=params)


def _audience(key: str, prefix: str) -> tuple[str, dict[str, Any]]:
    """The members of a segment as a subquery with named parameters: there may be a million of them."""
    try:
        sql, given = audiences.audience(key).query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::uuid WHERE FALSE", {}
    names = [f"{prefix}{place}" for place in range(len(given))]
    return sql % tuple(f"%({name})s" for name in names), dict(zip(names, given, strict=True))


def _day(text: Mapping[str, str], name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[name]) if text[name] else None
    except ValueError as error:
        raise UnableToFilter(name) from error


def _whole(text: Mapping[str, str], name: str) -> int | None:
    if not text[name]:
        return None
    if not text[name].isascii() or not text[name].isdigit() or len(text[name]) > 6:
        raise UnableToFilter(name)
    return int(text[name])
