"""What of a sending counts: each answer by itself, then the way it leads, then whether it was shown at all.

The same function judges a form that saves page by page, a whole questionnaire by REST and a line of a file. What is
refused is told with its question and its reason; the door decides whether the rest is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.rules import scoring
from surveys.rules.conditions.judging import Answer
from surveys.rules.flow import Prepared, Route
from surveys.rules.kinds import Question, Refused, Row, Why
from surveys.rules.kinds.choices import Chosen

FEW_QUESTIONS = 3
QUICKEST_SECONDS = 1.5
"""Hardly anybody reads and answers a question in less."""
MANY_LINES = 4
TOO_QUICK = "too_quick"
ALL_ALIKE = "all_alike"


@dataclass(frozen=True)
class Fault:
    """One answer that was not taken. `limit` is what would do, where one can say; `value` what was sent."""

    question: str
    why: Why
    limit: object = None
    value: Any = None


@dataclass(frozen=True)
class Judged:
    """What became of a sending."""

    rows: Mapping[str, tuple[Row, ...]]
    """The answers that count, by question: valid, and to questions that are shown."""
    refused: tuple[Fault, ...]
    missing: tuple[str, ...]
    """Questions that are shown, must be answered and are not."""
    route: Route
    scores: Mapping[str, float]

    @property
    def is_whole(self) -> bool:
        """Whether it can be sent in as it is."""
        return not self.refused and not self.missing


def judge(prepared: Prepared, values: Mapping[str, Any]) -> Judged:
    """Take `{question: JSON value}`. Empty values are no answers."""
    questions = {question.key: question for question in prepared.definition.questions()}
    rows: dict[str, tuple[Row, ...]] = {}
    refused: list[Fault] = []
    for key, value in values.items():
        question = questions.get(key)
        try:
            if question is None:
                raise Refused(Why.UNKNOWN)
            if taken := question.take(value):
                rows[key] = taken
        except Refused as refusal:
            refused.append(Fault(key, refusal.why, refusal.limit, value))
    route = _settled(prepared, questions, rows, refused, values)
    missing = tuple(key for key, question in route.shown().items() if question.required and key not in rows)
    return Judged(rows, tuple(refused), missing, route, scoring.scores(prepared.definition, route.known))


def _settled(
    prepared: Prepared,
    questions: Mapping[str, Question],
    rows: dict[str, tuple[Row, ...]],
    refused: list[Fault],
    values: Mapping[str, Any],
) -> Route:
    """The way that is left when no answer counts that nobody could give: taking one out may hide others, so it is
    asked again until nothing changes; each turn takes at least one out.
    """
    while True:
        route = prepared.route(known(questions, rows))
        shown = route.shown()
        out = {key: Why.HIDDEN for key in rows if key not in shown}
        out |= {key: Why.OPTION for key in rows if key not in out and not _is_offered(prepared, route, key, rows[key])}
        if not out:
            return route
        for key, why in out.items():
            del rows[key]
            refused.append(Fault(key, why, value=values.get(key)))


def _is_offered(prepared: Prepared, route: Route, key: str, rows: tuple[Row, ...]) -> bool:
    """Whether all that was chosen is offered to somebody with these answers."""
    for step in route.steps:
        for pointer, question in step.questions:
            if question.key == key and isinstance(question, Chosen):
                offered = prepared.offered(pointer, question, route.known)
                return all(row.code in offered for row in rows)
    return True


def known(questions: Mapping[str, Question], rows: Mapping[str, tuple[Row, ...]]) -> dict[str, Answer]:
    """Answers as conditions compare them: `{question: answer}`, and of a matrix each line too."""
    found: dict[str, Answer] = {}
    for key, taken in rows.items():
        question = questions[key]
        found[key] = question.answer(taken)
        for line in question.domain().lines:
            if row := next((row for row in taken if row.item == line), None):
                found[f"{key}.{line}"] = row.code
    return found


def flags(judged: Judged, *, seconds: float | None) -> list[str]:
    """What staff may want to look at twice: quicker than anybody reads, or the same in every line of a matrix."""
    found = []
    if seconds is not None and len(judged.rows) >= FEW_QUESTIONS and seconds < QUICKEST_SECONDS * len(judged.rows):
        found.append(TOO_QUICK)
    shown = judged.route.shown()
    for key, rows in judged.rows.items():
        if shown[key].domain().lines and len(rows) >= MANY_LINES and len({row.code for row in rows}) == 1:
            found.append(ALL_ALIKE)
            break
    return found
