"""What of an anonymous survey may leave as a file: what the results page shows of it, and no more.

A row with all that one person answered would tell more of them than any two filters together, which are refused on the
page. So a file has one row for each answer there is, with how many gave it; words stand by themselves, in the order of
their random ids, without anything beside them. Below five answers a question is not in it.
"""

import uuid
from collections.abc import Iterator, Mapping

from surveys.models import Survey
from surveys.rules.definition import Definition
from surveys.rules.files import flat
from surveys.rules.results import Bar, Result
from surveys.selectors import wording
from surveys.selectors.exporting.columns import labels, part_text
from surveys.selectors.results import overview, words
from surveys.selectors.results.scope import Filter

COLUMNS = ("question", "text", "scheme", "versions", "part", "answer", "label", "count", "people", "words")


def rows(survey: Survey, chosen: Filter) -> Iterator[list[str]]:
    """The rows; none where the filter leaves too few."""
    found = overview.read(survey, chosen)
    shown = [one for one in found.results if not one.is_hidden]
    for one in shown:
        yield from _counted(one)
    for one in shown:
        yield from _said(survey, found.versions, chosen, one)


def _counted(one: Result) -> Iterator[list[str]]:
    names = labels(one.asked.question)
    for part, bar in _bars(one):
        label = names.get(bar.code, "" if part else bar.code)
        yield [*_head(one), part, bar.code, label, str(bar.count), str(one.n), ""]
    if not any(True for _bar in _bars(one)) and not one.asked.question.IS_WORDS:
        yield [*_head(one), "", "", "", "", str(one.n), ""]


def _bars(one: Result) -> Iterator[tuple[str, Bar]]:
    for bar in one.bars:
        yield "", bar
    for line in one.lines:
        for bar in line.bars:
            yield part_text(one.asked.question, line.key), bar


def _said(survey: Survey, versions: Mapping[int, Definition], chosen: Filter, one: Result) -> Iterator[list[str]]:
    """Words, with addresses and numbers to call masked for everybody: nobody can be asked whether they may leave."""
    before: uuid.UUID | None = None
    while found := words.written(survey, versions, chosen, question=one.asked.key, before=before, shows_people=False):
        for said in found:
            if said.version in one.asked.versions:
                part = f"{said.item}.{flat.WORDS}" if said.item else ""
                yield [*_head(one), part, "", "", "1", str(one.n), said.text]
        before = found[-1].id


def _head(one: Result) -> list[str]:
    asked = one.asked
    return [asked.key, wording.text(asked.question.text), asked.scheme, " ".join(map(str, sorted(asked.versions)))]
