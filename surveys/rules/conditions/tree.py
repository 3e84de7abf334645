"""A condition that was understood. Made by `reading.read`, decided by `judging.holds`."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

Literal = str | Decimal | bool


@dataclass(frozen=True)
class Compared:
    """The answer to a question against a value: `op` is one of = != < <= > >=."""

    question: str
    op: str
    value: Literal
    at: int = 0


@dataclass(frozen=True)
class Among:
    """The answer is one of these values (`in`), or one of the options somebody chose is (`has`)."""

    question: str
    values: tuple[Literal, ...]
    at: int = 0


@dataclass(frozen=True)
class Answered:
    """The question was answered at all."""

    question: str
    at: int = 0


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True)
class All:
    """Every one holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class Any:
    """At least one holds."""

    conditions: tuple["Condition", ...]


Leaf = Compared | Among | Answered
Condition = Leaf | Not | All | Any


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every comparison in it, in the order written."""
    if isinstance(condition, Not):
        yield from leaves(condition.condition)
    elif isinstance(condition, All | Any):
        for part in condition.conditions:
            yield from leaves(part)
    else:
        yield condition


def questions(condition: Condition) -> tuple[str, ...]:
    """The questions it asks about, each once, in the order written."""
    return tuple(dict.fromkeys(leaf.question for leaf in leaves(condition)))


def written(condition: Condition) -> str:
    """The condition as text that `reading.read` understands as the same condition."""
    return _written(condition, inside=None)


def _written(condition: Condition, *, inside: type[All] | type[Any] | None) -> str:
    match condition:
        case Compared(question, op, value):
            return f"{{{question}}} {op} {_literal(value)}"
        case Among(question, values):
            return f"{{{question}}} in ({', '.join(map(_literal, values))})"
        case Answered(question):
            return f"{{{question}}} answered"
        case Not(part):
            return f"not ({_written(part, inside=None)})"
        case All(parts):
            text = " and ".join(_written(part, inside=All) for part in parts)
            return f"({text})" if inside else text
        case Any(parts):
            text = " or ".join(_written(part, inside=Any) for part in parts)
            return f"({text})" if inside else text


def _literal(value: Literal) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "'" + value.replace("'", "''") + "'"
