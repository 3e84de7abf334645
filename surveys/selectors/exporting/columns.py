"""The columns of a survey's answers over all its versions. What was asked on another scale has columns of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.rules import results
from surveys.rules.definition import Definition
from surveys.rules.files import flat
from surveys.rules.files.flat import Column
from surveys.rules.kinds import Question
from surveys.rules.kinds.choices import Chosen, Matrix, Ranking
from surveys.rules.kinds.words import Consent
from surveys.rules.results import Asked
from surveys.selectors import wording


@dataclass(frozen=True)
class Laid:
    """One column: its name in the file, what it asks, and which part of it."""

    name: str
    asked: Asked
    part: str

    @property
    def is_words(self) -> bool:
        """Whether somebody's own words stand in it."""
        return self.asked.question.IS_WORDS or self.part.endswith(f".{flat.WORDS}")


def laid(versions: Mapping[int, Definition]) -> list[Laid]:
    """All columns, the questions of the newest version first. An older scale of the same question is marked with the
    first version that had it: answers on two scales never share a column.
    """
    found, seen = [], set()
    for asked in results.asked(versions):
        mark = f"@v{min(asked.versions)}" if asked.key in seen else ""
        seen.add(asked.key)
        parts: dict[str, None] = {}
        for number in asked.versions:
            parts |= dict.fromkeys(flat.parts(question_of(versions[number], asked.key)))
        for part in parts:
            name = Column(asked.key + mark, part).name
            found.append(Laid(name, asked, part))
    return found


def question_of(definition: Definition, key: str) -> Question:
    """That question of a version."""
    return next(one for one in definition.questions() if one.key == key)


def labels(question: Question) -> dict[str, str]:
    """What a code of a question is called, in the language in force."""
    if isinstance(question, Consent):
        return {"yes": _("Yes"), "no": _("No")}
    return wording.choices(question)


def labelled(question: Question, part: str, cell: str, words: Mapping[str, str]) -> str:
    """A cell with the label instead of its code. Numbers, places and words stay."""
    if not cell or part.endswith(f".{flat.WORDS}") or question.IS_WORDS:
        return cell
    if isinstance(question, Chosen) and not isinstance(question, Matrix) and part:
        if isinstance(question, Ranking):
            return cell
        return words.get(part, part) if cell == flat.CHOSEN else ""
    return words.get(cell, cell)


def headings(columns: list[Laid]) -> dict[str, str]:
    """What a spreadsheet shows above each column: what was asked, and its name in brackets."""
    return {one.name: f"{_asked(one)} [{one.name.removeprefix(flat.PREFIX)}]" for one in columns}


def _asked(one: Laid) -> str:
    text = wording.text(one.asked.question.text)
    part = part_text(one.asked.question, one.part)
    return f"{text} – {part}" if part else text


def part_text(question: Question, part: str, language: str = "") -> str:
    """What a part of a question is called: its option or its line."""
    key = part.removesuffix(f".{flat.WORDS}")
    if isinstance(question, Matrix):
        return next((wording.text(line.text, language) for line in question.lines if line.key == key), key)
    if isinstance(question, Chosen) and key:
        return next((wording.text(option.text, language) for option in question.options if option.key == key), key)
    return ""
