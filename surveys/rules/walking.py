"""Every way through a questionnaire, tried before it is published.

Conditions can tell only some answers apart: of a scale asked about as `>= 9`, all answers up to 8 are alike. One answer
of each such group stands for all, so a walk over groups is a walk over all answers. What no walk reaches nobody sees.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveys.rules.conditions import judging, tree
from surveys.rules.conditions.judging import Answer
from surveys.rules.conditions.tree import Among, Compared, Leaf
from surveys.rules.flow import Prepared
from surveys.rules.kinds import Question

MOST_WAYS = 20_000
"""Beyond it nothing is claimed: a wrong "nobody can reach this" would be worse than none."""
MOST_TOGETHER = 8
"""So many options of one question are tried in all combinations; the rest one by one."""
_OTHER = "\uffff"


@dataclass(frozen=True)
class Walk:
    """What was seen on all ways. `is_whole` is false where there are too many to try."""

    is_whole: bool
    ways: int
    reached: frozenset[str]
    """The pointers of questions somebody sees."""
    outcomes: Mapping[str, frozenset[bool]]
    """For each condition that was asked: whether it held, did not, or either."""
    ends: frozenset[str]


def walk(prepared: Prepared) -> Walk:
    """Try all ways."""
    asked_about: dict[str, list[Leaf]] = defaultdict(list)
    for condition in prepared.conditions.values():
        for leaf in tree.leaves(condition):
            asked_about[leaf.question].append(leaf)
    choices = [list(_answers(question, asked_about)) for question in prepared.definition.questions()]
    ways = 1
    for kinds_of_answer in choices:
        ways *= len(kinds_of_answer)
    outcomes: dict[str, set[bool]] = defaultdict(set)
    reached: set[str] = set()
    ends: set[str] = set()

    def asked(pointer: str, held: bool) -> None:  # noqa: FBT001  (the shape of flow.Asked)
        outcomes[pointer].add(held)

    for together in itertools.islice(itertools.product(*choices), MOST_WAYS):
        answers = {key: value for one in together for key, value in one.items()}
        route = prepared.route(answers, asked=asked)
        reached.update(pointer for step in route.steps for pointer, _question in step.questions)
        ends.add(route.end)
    return Walk(
        is_whole=ways <= MOST_WAYS,
        ways=min(ways, MOST_WAYS),
        reached=frozenset(reached),
        outcomes={pointer: frozenset(found) for pointer, found in outcomes.items()},
        ends=frozenset(ends),
    )


def _answers(question: Question, asked_about: Mapping[str, Sequence[Leaf]]) -> Iterator[dict[str, Answer]]:
    """One set of answers for each group that conditions can tell apart; no answer too where none is required."""
    domain = question.domain()
    by_key: list[list[tuple[str, Answer]]] = []
    if domain.lines and (leaves := asked_about.get(question.key)):
        # Asked about as a whole, a matrix is the set of what was chosen in any line.
        by_key.append([(question.key, answer) for answer in _groups(domain.values, leaves, is_several=True)])
    for key in (f"{question.key}.{line}" for line in domain.lines) if domain.lines else (question.key,):
        if leaves := asked_about.get(key):
            found = _groups(domain.values, leaves, is_several=domain.is_several)
            by_key.append([(key, answer) for answer in found])
    if not question.required or not by_key:
        yield {}
    for together in itertools.product(*by_key) if by_key else ():
        yield dict(together)


def _groups(values: Sequence[Answer] | None, leaves: Sequence[Leaf], *, is_several: bool) -> list[Answer]:
    """One answer for each way in which these comparisons can come out."""
    candidates: list[Answer] = list(_around(leaves)) if values is None else list(values)
    if is_several:
        named = {value for leaf in leaves for value in _literals(leaf)}
        first = [value for value in candidates if value in named][:MOST_TOGETHER]
        rest = [value for value in candidates if value not in first]
        sets = [
            combination for size in range(len(first) + 1) for combination in itertools.combinations(first, size)
        ] + [(value,) for value in rest]
        candidates = [tuple(str(value) for value in one) for one in sets if one]
    found: dict[tuple[bool, ...], Answer] = {}
    for candidate in candidates:
        outcome = tuple(judging.holds(leaf, {leaf.question: candidate}) for leaf in leaves)
        found.setdefault(outcome, candidate)
    return list(found.values())


def _around(leaves: Sequence[Leaf]) -> Iterator[Answer]:
    """Of words and dates: each value that is named, one before it, one behind it, and something else."""
    yield _OTHER
    for value in {value for leaf in leaves for value in _literals(leaf)}:
        if isinstance(value, str):
            yield from (value, value + "\u0000", value[:-1] + chr(max(0, ord(value[-1]) - 1)) if value else "\u0000")
        else:
            yield value


def _literals(leaf: Leaf) -> tuple[str | Decimal | bool, ...]:
    match leaf:
        case Compared(_question, _op, value):
            return (value,)
        case Among(_question, values):
            return values
    return ()
