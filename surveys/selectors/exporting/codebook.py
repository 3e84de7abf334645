"""The book beside a file of answers: what each column asks in every language, what its codes mean, how many answered.

A row for each column and code, as whoever opens the file in a spreadsheet or a statistics package wants to look it up.
"""

from collections.abc import Iterator

from surveys.models import Survey
from surveys.rules.files import flat
from surveys.rules.kinds import LANGUAGES, Language, Question, Texts
from surveys.rules.kinds.choices import Chosen, Matrix, Multiple, Poll, Ranking
from surveys.rules.kinds.scales import Scale, YesNo
from surveys.rules.kinds.words import Consent
from surveys.rules.results import Result
from surveys.selectors.exporting.columns import Laid, laid, part_text, question_of
from surveys.selectors.results import overview
from surveys.selectors.results.scope import Filter, definitions

COLUMNS = (
    *("column", "question", "kind", "scheme", "versions", "part"),
    *(f"text_{language}" for language in LANGUAGES),
    *("code",),
    *(f"label_{language}" for language in LANGUAGES),
    *("asked", "answered"),
)
_YES_NO = {"yes": ("Yes", "ใช่", "예"), "no": ("No", "ไม่", "아니요")}


def rows(survey: Survey, chosen: Filter | None = None) -> Iterator[list[str]]:
    """The lines of the book. `asked`: how many of those who completed it saw the question, of a column that is one
    option how many could choose it; empty where nobody can say or may know.
    """
    versions = definitions(survey)
    found = overview.read(survey, chosen)
    results = {(one.asked.key, one.asked.scheme): one for one in found.results}
    for column in laid(versions):
        asked = column.asked
        result = results.get((asked.key, asked.scheme))
        answered = "" if result is None or (survey.is_anonymous and result.is_hidden) else str(result.n)
        seen = _seen(result, column.part) if result is not None and answered else None
        question = question_of(versions[max(asked.versions)], asked.key)
        head = [
            *(column.name, asked.key, str(type(question).__struct_config__.tag), asked.scheme),
            *(" ".join(map(str, sorted(asked.versions))), column.part),
            *(_text(question, column, language) for language in LANGUAGES),
        ]
        tail = ["" if seen is None else str(seen), answered]
        for code, labels in codes(question, column.part).items() or {"": ("", "", "")}.items():
            yield [*head, code, *labels, *tail]


def _seen(result: Result, part: str) -> int | None:
    own = next((bar.of for bar in result.bars if bar.code == part), None) if part else None
    return result.saw if own is None else own


def codes(question: Question, part: str) -> dict[str, tuple[str, ...]]:
    """What may stand in a column, with its labels in every language; empty for numbers of a place, days and words."""
    if part.endswith(f".{flat.WORDS}") or question.IS_WORDS:
        return {}
    match question:
        case Multiple():
            option = next((one for one in question.options if one.key == part), None)
            return {flat.CHOSEN: _labels(option.text) if option else ("",) * 3, flat.LEFT: ("", "", "")}
        case Ranking():
            return {}
        case Matrix() | Chosen():
            return {option.key: _labels(option.text) for option in question.options}
        case Poll():
            return {picture.key: _labels(picture.text) for picture in question.pictures}
        case YesNo() | Consent():
            return dict(_YES_NO)
        case Scale():
            lowest, highest = question.ends()
            ends = {lowest: _labels(question.low), highest: _labels(question.high)}
            return {str(number): ends.get(number, ("", "", "")) for number in range(lowest, highest + 1)}
        case _:
            return {}


def _labels(texts: Texts) -> tuple[str, ...]:
    return tuple(texts.get(language, "") for language in LANGUAGES)


def _text(question: Question, column: Laid, language: Language) -> str:
    text = question.text.get(language, "")
    part = part_text(question, column.part, language) if text else ""
    return f"{text} – {part}" if part else text
