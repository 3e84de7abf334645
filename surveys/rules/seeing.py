"""Who was shown which question and offered which option: derived from what they answered, by the conditions of the
version they answered.

Nothing of it is kept. The same function that led somebody from page to page (`flow`) is asked again with the answers
that conditions ask about, once for each way in which those can be told apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from surveys.rules import sending
from surveys.rules.conditions import judging, tree
from surveys.rules.conditions.tree import Answered, Leaf
from surveys.rules.flow import Prepared
from surveys.rules.kinds import Row
from surveys.rules.kinds.choices import Chosen

ANY_WORDS = "…"
"""Stands for words that somebody wrote: whether there are any is all that may be asked here."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One row of an answer."""

    question: str
    item: str
    code: str
    number: Decimal | None


Given = tuple[Piece, ...]
"""What one response answers to the questions that conditions ask about."""


@dataclass(frozen=True)
class Seen:
    """How many were shown each question, and offered each `(question, option)` that has a condition of its own."""

    questions: Counter[str] = field(default_factory=Counter)
    options: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Way:
    """What people with the same answers see."""

    questions: frozenset[str]
    options: frozenset[tuple[str, str]]


def asked_about(prepared: Prepared) -> frozenset[str] | None:
    """The questions whose answers lead this way or that; None where one of them is compared by its words, which only
    their own key opens.
    """
    known = {question.key: question for question in prepared.definition.questions()}
    found = set()
    for leaf in _leaves(prepared):
        key = leaf.question.partition(".")[0]
        if known[key].IS_WORDS and not isinstance(leaf, Answered):
            return None
        found.add(key)
    return frozenset(found)


class Ways:
    """The ways through one version, each walked once."""

    def __init__(self, prepared: Prepared) -> None:
        """Nothing is walked yet."""
        self.prepared = prepared
        self._questions = {question.key: question for question in prepared.definition.questions()}
        self._leaves = tuple(dict.fromkeys(_leaves(prepared)))
        self._walked: dict[tuple[bool, ...], Way] = {}

    def of(self, given: Given) -> Way:
        """What somebody with these answers was shown."""
        rows: dict[str, tuple[Row, ...]] = {}
        for piece in given:
            if piece.question in self._questions:
                text = ANY_WORDS if self._questions[piece.question].IS_WORDS else ""
                row = Row(piece.item, piece.number, piece.code, text)
                rows[piece.question] = (*rows.get(piece.question, ()), row)
        known = sending.known(self._questions, rows)
        # Conditions ask of nothing else, and only of what came before them: alike here, alike on the whole way.
        told = tuple(judging.holds(leaf, known) for leaf in self._leaves)
        if told not in self._walked:
            self._walked[told] = self._walk(known)
        return self._walked[told]

    def _walk(self, known: Mapping[str, judging.Answer]) -> Way:
        route = self.prepared.route(known)
        options = set()
        for step in route.steps:
            for pointer, question in step.questions:
                if isinstance(question, Chosen) and any(option.when for option in question.options):
                    offered = self.prepared.offered(pointer, question, route.known)
                    options |= {(question.key, key) for key in offered}
        return Way(frozenset(route.shown()), frozenset(options))


def seen(ways: Ways, told: Iterable[tuple[Given, int]]) -> Seen:
    """Sum over responses, given with how many answer alike."""
    found = Seen()
    for given, count in told:
        way = ways.of(given)
        for key in way.questions:
            found.questions[key] += count
        for option in way.options:
            found.options[option] += count
    return found


def _leaves(prepared: Prepared) -> list[Leaf]:
    return [leaf for condition in prepared.conditions.values() for leaf in tree.leaves(condition)]
