"""A questionnaire as columns of a table: one row for each response, as many columns as a question has parts.

A choice of several has a column for each option, a ranking one for each option with its place, a matrix one for each
line; words beside an "other" stand in a column of their own. What `cells` writes `value` reads again; it also reads
what other tools write: labels in any language, several choices in one cell, "9 - Very likely".
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.rules.definition import Definition
from surveys.rules.kinds import Question, Row
from surveys.rules.kinds.choices import Chosen, Matrix, Multiple, Poll, Ranking, Single
from surveys.rules.kinds.scales import Scale, YesNo
from surveys.rules.kinds.words import Consent, Date

PREFIX = "answer."
WORDS = "words"
CHOSEN, LEFT = "1", "0"
YES = frozenset({"yes", "y", "true", "1", "ใช่", "예", "네", "like", "ชอบ", "좋아요"})
NO = frozenset({"no", "n", "false", "0", "ไม่", "ไม่ใช่", "아니요", "아니오", "dislike", "ไม่ชอบ", "싫어요"})
TICKED = frozenset({"1", "true", "yes", "y", "x", "✓", "✔", "v", "o", "checked", "selected", "ใช่", "예"})
LEFT_OUT = frozenset({"", "0", "false", "no", "n", "-", "unchecked", "not selected", "ไม่", "아니요"})
_NUMBER = re.compile(r"\s*(\d{1,4})(?:\.0+)?\s*(?:[-–—:.(=/]?\s*[^\d\s].*|)", re.DOTALL)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_TAG = re.compile(r"<[^<>]*>|<[^<>]*$")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})
Day = Callable[[str], str]
"""A day as a file writes it → in ISO form; as it came where it is none."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of answers: the question, and the option, line or word it is about."""

    question: str
    part: str = ""

    @property
    def name(self) -> str:
        """As it is called in files of ours: `answer.heard`, `answer.bought.tea`, `answer.heard.other.words`."""
        return f"{PREFIX}{self.question}" + (f".{self.part}" if self.part else "")


def parts(question: Question) -> list[str]:
    """What a question has columns for, in its order; the empty one is the answer as a whole."""
    match question:
        case Multiple() | Ranking():
            found = [option.key for option in question.options]
        case Matrix():
            return [line.key for line in question.lines]
        case _:
            found = [""]
    return found + [f"{option.key}.{WORDS}" for option in _others(question)]


def columns(definition: Definition) -> list[Column]:
    """All columns of a questionnaire."""
    return [Column(question.key, part) for question in definition.questions() for part in parts(question)]


def cells(question: Question, rows: Sequence[Row]) -> dict[str, str]:
    """The codes of an answer by the part they stand under; empty without one."""
    if not rows:
        return {}
    words = {f"{row.code}.{WORDS}": row.text for row in rows if row.text and isinstance(question, Chosen)}
    match question:
        case Multiple():
            chosen = {row.code for row in rows}
            return {option.key: CHOSEN if option.key in chosen else LEFT for option in question.options} | words
        case Ranking():
            return {row.item: str(int(row.number or 0)) for row in rows} | words
        case Matrix():
            return {row.item: row.code for row in rows}
        case Scale():
            return {"": str(int(rows[0].number or 0))}
        case _ if question.IS_WORDS:
            return {"": rows[0].text}
        case _:
            return {"": rows[0].code} | words


def value(question: Question, given: Mapping[str, str], *, day: Day = str) -> Any:
    """The JSON value of the cells of one row, by part; None where they are empty. What cannot be read is given back as
    it came, for `Question.take` to refuse: nothing is guessed and nothing lost.
    """
    given = {part: cell.strip() for part, cell in given.items() if cell.strip()}
    words = {part.removesuffix(f".{WORDS}"): cell for part, cell in given.items() if part.endswith(f".{WORDS}")}
    told = {part: cell for part, cell in given.items() if not part.endswith(f".{WORDS}")}
    if not told and not words:
        return None
    match question:
        case Multiple():
            return _several(question, told, words)
        case Ranking():
            return _placed(question, told, words)
        case Matrix():
            return {line: _code(question, cell) for line, cell in told.items()} or None
        case Single():
            return _one(question, told.get("", ""), words)
        case _:
            return _alone(question, told.get("", ""), day)


def _alone(question: Question, cell: str, day: Day) -> Any:
    """What a question says that has but one cell."""
    match question:
        case Scale():
            return match[1] if (match := _NUMBER.fullmatch(cell)) else cell
        case YesNo() | Consent():
            return _yes_or_no(cell)
        case Poll():
            return _named({one.key: one.text.values() for one in question.pictures}).get(same(cell), cell)
        case Date():
            return match[1] if (match := _DAY.fullmatch(cell)) else day(cell)
        case _:
            return cell


def same(text: str) -> str:
    """A label as it is compared with others: without case, markup, and the ways of writing quotes and dashes."""
    return " ".join(unicodedata.normalize("NFKC", _TAG.sub(" ", text).translate(_QUOTES)).casefold().split())


def split(cell: str, labels: Iterable[str]) -> list[str]:
    """The choices of one cell that holds several, divided by a comma or a semicolon; labels may have either inside, so
    the longest known one is taken first. What is no label stays as it came, a piece at a time.
    """
    known = sorted((label for label in labels if label), key=len, reverse=True)
    found, rest = [], cell.strip()
    while rest:
        taken = next((label for label in known if _begins(rest, label)), None)
        if taken is None:
            taken = re.split(r"\s*[;,\n]\s*", rest, maxsplit=1)[0]
        if taken:
            found.append(taken)
        rest = re.sub(r"^\s*[;,\n]?\s*", "", rest[len(taken) :], count=1)
    return found


def _begins(rest: str, label: str) -> bool:
    return (
        rest[: len(label)].casefold() == label.casefold()
        and re.match(r"\s*(?:[;,\n]|$)", rest[len(label) :]) is not None
    )


def _several(question: Multiple, told: Mapping[str, str], words: Mapping[str, str]) -> Any:
    found: list[Any] = []
    for part, cell in told.items():
        if not part:
            found += [_choice(question, one, words) for one in split(cell, _labels(question))]
            continue
        option = question.option(part)
        name = same(cell)
        if name in TICKED or name in {same(text) for text in (option.key, *option.text.values())}:
            found.append(_with_words(option.key, words))
        elif name in LEFT_OUT:
            continue
        elif option.other:
            found.append({"key": option.key, "text": words.get(option.key) or cell})
        else:
            found.append(cell)
    taken = {one["key"] if isinstance(one, dict) else one for one in found}
    found += [{"key": key, "text": text} for key, text in words.items() if key not in taken]
    return found or None


def _placed(question: Ranking, told: Mapping[str, str], words: Mapping[str, str]) -> Any:
    if "" in told:
        return [_choice(question, one, words) for one in split(told[""], _labels(question))]
    places: dict[int, str] = {}
    for part, cell in told.items():
        match = _NUMBER.fullmatch(cell)
        if match is None or int(match[1]) in places:
            return dict(told)  # no order: two on one place, or no number
        places[int(match[1])] = part
    return [_with_words(places[place], words) for place in sorted(places)] or None


def _one(question: Single, cell: str, words: Mapping[str, str]) -> Any:
    if not cell:  # words beside an "other" say that it was chosen
        return next(({"key": key, "text": text} for key, text in words.items()), None)
    return _choice(question, cell, words)


def _choice(question: Chosen, cell: str, words: Mapping[str, str]) -> Any:
    key = _code(question, cell)
    if key == cell and all(option.key != cell for option in question.options):
        # Google Forms writes what was typed beside "Other" instead of it.
        other = next(iter(_others(question)), None)
        return {"key": other.key, "text": cell} if other is not None else cell
    return _with_words(key, words)


def _with_words(key: str, words: Mapping[str, str]) -> Any:
    return {"key": key, "text": words[key]} if words.get(key) else key


def _code(question: Chosen, cell: str) -> str:
    named = _named({option.key: option.text.values() for option in question.options})
    return named.get(same(cell), cell)


def _named(options: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Labels and keys as they are compared → key. A key is meant before a label of another option that reads alike."""
    labels = {same(text): key for key, texts in options.items() for text in texts}
    return {**labels, **{same(key): key for key in options}}


def _labels(question: Chosen) -> list[str]:
    return [text for option in question.options for text in (*option.text.values(), option.key)]


def _yes_or_no(cell: str) -> str:
    name = same(cell)
    return "yes" if name in YES else "no" if name in NO else cell


def _others(question: Question) -> list[Any]:
    return [option for option in question.options if option.other] if isinstance(question, Chosen) else []
