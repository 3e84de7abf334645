"""Which columns of a file answer which questions of a questionnaire: by our own names, else by what is asked."""

import re
from collections.abc import Iterable, Mapping, Sequence

from surveys.rules.definition import Definition
from surveys.rules.files import flat
from surveys.rules.files.flat import Column, same
from surveys.rules.files.proposing import heading, plain
from surveys.rules.kinds import Question
from surveys.rules.kinds.choices import Chosen, Matrix, Multiple, Ranking

CUT = 190
"""Names of columns are cut at two hundred signs: from here on a name may be the beginning of a question."""
_OURS = re.compile(
    r"(?:.*\[)?(?:answer\.)?(?P<question>[a-z][a-z0-9_]*)(?:@v\d+)?(?:\.(?P<part>[a-z0-9_.]+))?\]?", re.DOTALL
)
_PART = re.compile(r"(?P<question>.+?)\s*\[(?P<part>[^\[\]]+)\](?: \(\d+\))?", re.DOTALL)
_SCALE = re.compile(r"@v\d+")
_COPY = re.compile(r" \(\d+\)\Z")


def matched(definitions: Sequence[Definition], names: Sequence[str]) -> dict[int, Column]:
    """The place of each column that answers something; `definitions` with the newest first. Two columns of one name
    (Gender, Gender (2)) are for two questions of one text, in their order.
    """
    questions: dict[str, Question] = {}
    for definition in definitions:
        for question in definition.questions():
            questions.setdefault(question.key, question)
    texts = _texts(definitions)
    found: dict[int, Column] = {}
    taken: set[tuple[Column, str]] = set()
    for position, name in enumerate(names):
        # Of a question that changed its scale our own files have a column for each; a row has a value in one of them.
        scale = match[0] if (match := _SCALE.search(name)) else ""
        for column in _meant(name, questions, texts):
            if (column, scale) not in taken:
                taken.add((column, scale))
                found[position] = column
                break
    return found


def _texts(definitions: Iterable[Definition]) -> dict[str, list[Question]]:
    """Each way a question was ever put, as it is compared."""
    found: dict[str, list[Question]] = {}
    for definition in definitions:
        for question in definition.questions():
            for text in question.text.values():
                known = found.setdefault(plain(text), [])
                if all(one.key != question.key for one in known):
                    known.append(question)
    return found


def _meant(name: str, questions: Mapping[str, Question], texts: Mapping[str, list[Question]]) -> list[Column]:
    """What a column may be, the likeliest first."""
    if match := _OURS.fullmatch(name.strip()):
        question = questions.get(match["question"])
        part = match["part"] or ""
        if question is not None and (part in flat.parts(question) or (not part and "answer." in name)):
            return [Column(question.key, part)]
    found = [Column(question.key) for question in _asked(name, texts) if _stands_whole(question)]
    if match := _PART.fullmatch(name):
        found += [
            Column(question.key, part)
            for question in _asked(match["question"], texts)
            if (part := _part(question, match["part"])) is not None
        ]
    return found


def _stands_whole(question: Question) -> bool:
    """Whether one cell can hold an answer: of a matrix each line has its own."""
    return not isinstance(question, Matrix)


def _asked(name: str, texts: Mapping[str, list[Question]]) -> list[Question]:
    found: list[Question] = []
    for told in (name, _COPY.sub("", name)):
        wanted = plain(told)
        if wanted:
            found += [one for one in texts.get(wanted, ()) if one not in found]
        if len(told) >= CUT and wanted:
            found += [
                one for text, some in texts.items() if text.startswith(wanted) for one in some if one not in found
            ]
    return found


def _part(question: Question, told: str) -> str | None:
    """The option or line that stands in brackets; words beside the "other" of a single choice."""
    wanted = same(heading(told))
    if isinstance(question, Matrix):
        return next((line.key for line in question.lines if wanted in map(same, line.text.values())), None)
    if not isinstance(question, Chosen):
        return None
    option = next((one for one in question.options if wanted in map(same, one.text.values())), None)
    if option is None:
        return None
    if isinstance(question, Multiple | Ranking):
        return option.key
    return f"{option.key}.{flat.WORDS}" if option.other else None
