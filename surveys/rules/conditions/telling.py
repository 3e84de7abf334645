"""A condition as a JSON value, for the script that shows and hides questions of the page somebody looks at.

`["=", question, value]` and the other comparisons, `["in", question, [values]]`, `["answered", question]`,
`["not", condition]`, `["all", …]`, `["any", …]`. `static/js/ask.js` judges it as `judging` does; a test tries both with
the same cases.
"""

from decimal import Decimal
from typing import Any as Any_

from surveys.rules.conditions.judging import Answer
from surveys.rules.conditions.tree import All, Among, Answered, Any, Compared, Condition, Literal, Not


def told(condition: Condition) -> list[Any_]:
    """The condition as lists, texts, numbers, true and false."""
    match condition:
        case All(parts):
            return ["all", *map(told, parts)]
        case Any(parts):
            return ["any", *map(told, parts)]
        case Not(part):
            return ["not", told(part)]
        case Answered(question):
            return ["answered", question]
        case Among(question, values):
            return ["in", question, [_plain(value) for value in values]]
        case Compared(question, op, value):
            return [op, question, _plain(value)]


def answer(value: Answer) -> Any_:
    """An answer as the script compares it."""
    return list(value) if isinstance(value, tuple) else _plain(value) if value is not None else None


def _plain(value: Literal | int) -> Any_:
    return float(value) if isinstance(value, Decimal) else value
