"""Whether a condition holds for answers.

An answer is a number, a text, yes or no, a date in ISO form, or the options somebody chose. A comparison with a
question that was not answered (or not shown) does not hold, whichever way it compares: `{score} != 3` says something of
people who gave a score. `not ({score} = 3)` holds for the others too. Values of two kinds are never equal and never in
order.
"""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any as Any_

from surveys.rules.conditions.tree import All, Among, Answered, Any, Compared, Condition, Literal, Not

Answer = Literal | int | tuple[str, ...] | None
Answers = Mapping[str, Answer]

_ORDER: dict[str, Callable[[Any_, Any_], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether it holds."""
    match condition:
        case All(parts):
            return all(holds(part, answers) for part in parts)
        case Any(parts):
            return any(holds(part, answers) for part in parts)
        case Not(part):
            return not holds(part, answers)
        case Answered(question):
            return _is_answered(answers.get(question))
        case Among(question, values):
            answer = answers.get(question)
            return any(_equal(answer, value) for value in values)
        case Compared(question, op, value):
            return _compared(answers.get(question), op, value)


def _compared(answer: Answer, op: str, value: Literal) -> bool:
    if not _is_answered(answer):
        return False
    if op == "=":
        return _equal(answer, value)
    if op == "!=":
        return not _equal(answer, value)
    left, right = _plain(answer), _plain(value)
    comparable = type(left) is type(right) and isinstance(left, Decimal | str)
    return comparable and _ORDER[op](left, right)


def _equal(answer: Answer, value: Literal) -> bool:
    if isinstance(answer, tuple):
        return any(_equal(option, value) for option in answer)
    left, right = _plain(answer), _plain(value)
    return type(left) is type(right) and left == right


def _plain(value: Answer) -> object:
    """Numbers of one kind; a bool stays one, for Python takes it for a number."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _is_answered(answer: Answer) -> bool:
    return answer is not None and answer not in ((), "")
