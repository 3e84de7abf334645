"""Scores: sums over answers, such as how ready somebody is to buy."""

from collections.abc import Mapping
from decimal import Decimal

from surveys.rules.conditions.judging import Answer
from surveys.rules.definition import Definition, Worth


def scores(definition: Definition, known: Mapping[str, Answer]) -> dict[str, float]:
    """Each score that anything was answered for. Of a scale its number counts times `weight`, of choices what each is
    worth times `weight`.
    """
    found = {}
    for score in definition.scores:
        parts = [part for worth in score.of if (part := _part(worth, known.get(worth.question))) is not None]
        if parts:
            found[score.key] = round(sum(parts), 6)
    return found


def _part(worth: Worth, answer: Answer) -> float | None:
    if answer is None or answer == ():
        return None
    if worth.options:
        chosen = answer if isinstance(answer, tuple) else (_named(answer),)
        return worth.weight * sum(worth.options.get(one, 0) for one in chosen)
    return worth.weight * float(answer) if isinstance(answer, Decimal | int) else None


def _named(answer: Answer) -> str:
    """An answer as the definition spells it in `options`: as checking does."""
    return str(answer)
