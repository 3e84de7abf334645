"""What a form sends, as the JSON values that questions take: nothing is judged here.

Every control of a question is called `q.<question>`; what belongs to one of its parts has the part behind it: the words
of an "other" `q.<question>.<option>.words`, a place of a ranking `q.<question>.1`, a line of a matrix
`q.<question>.<line>`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from surveys.rules.kinds import Consent, Matrix, Multiple, Question, Ranking, Single
from surveys.rules.kinds.choices import Chosen

Fields = Mapping[str, Sequence[str]]
"""A form as it was sent: each name with all of its values."""


def name(question: str, *parts: str) -> str:
    """What a control is called."""
    return ".".join(["q", question, *parts])


def values(questions: Iterable[Question], fields: Fields) -> dict[str, Any]:
    """`{question: JSON value}` for each of these questions; None where nothing was answered."""
    return {question.key: value(question, fields) for question in questions}


def is_there(question: Question, fields: Fields) -> bool:
    """Whether anything was filled in for this question, shown or not."""
    control = name(question.key)
    names = [one for one in fields if one == control or one.startswith(f"{control}.")]
    return any(_one(fields, one).strip() for one in names)


def value(question: Question, fields: Fields) -> Any:
    """The answer to one question as JSON value; None for none."""
    match question:
        case Matrix():
            lines = {line.key: _one(fields, name(question.key, line.key)) for line in question.lines}
            return {line: option for line, option in lines.items() if option} or None
        case Ranking():
            placed = [_one(fields, name(question.key, str(place))) for place in range(1, question.places + 1)]
            return [_chosen(question, key, fields) for key in placed if key] or None
        case Multiple():
            return [_chosen(question, key, fields) for key in fields.get(name(question.key), ()) if key] or None
        case Single():
            key = _one(fields, name(question.key))
            return _chosen(question, key, fields) if key else None
        case Consent():
            return True if _one(fields, name(question.key)) == "yes" else None
        case _:
            return _one(fields, name(question.key)) or None


def _one(fields: Fields, control: str) -> str:
    """The last value, as a browser's own form data has it."""
    given = fields.get(control, ())
    return given[-1] if given else ""


def _chosen(question: Chosen, key: str, fields: Fields) -> str | dict[str, str]:
    """A choice; with the words beside it where it asks for some."""
    words = _one(fields, name(question.key, key, "words")).strip()
    asks = any(option.key == key and option.other for option in question.options)
    return {"key": key, "text": words} if asks and words else key
