"""Every way through a questionnaire, tried before it is published.

Conditions can tell only some answers apart: of a scale asked about as `>= 9`, all answers up to 8 are alike. One answer
of each such group stands for all, so a walk over groups is a walk over all answers. What no walk reaches nobody sees.
Answers that nobody can give stand for none: days out of their bounds, options that are not offered, too many at once.
"""

import contextlib
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from surveys.rules.conditions import judging, tree
from surveys.rules.conditions.judging import Answer
from surveys.rules.conditions.tree import Among, Compared, Leaf
from surveys.rules.flow import Prepared, Route
from surveys.rules.kinds import Domain, Question, Refused
from surveys.rules.kinds.choices import Chosen
from surveys.rules.kinds.words import Date

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
    stuck: frozenset[str]
    """The pointers of questions that offer somebody fewer options than have to be chosen."""


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
    stuck: set[str] = set()

    for together in itertools.islice(itertools.product(*choices), MOST_WAYS):
        answers = {key: value for one in together for key, value in one.items()}
        told: list[tuple[str, bool]] = []
        route = prepared.route(answers, asked=lambda pointer, held, told=told: told.append((pointer, held)))  # type: ignore[misc]
        if not all(_is_possible(prepared, pointer, question, route, stuck) for pointer, question in _chosen(route)):
            continue
        for pointer, held in told:
            outcomes[pointer].add(held)
        reached.update(pointer for step in route.steps for pointer, _question in step.questions)
        ends.add(route.end)
    return Walk(
        is_whole=ways <= MOST_WAYS,
        ways=min(ways, MOST_WAYS),
        reached=frozenset(reached),
        outcomes={pointer: frozenset(found) for pointer, found in outcomes.items()},
        ends=frozenset(ends),
        stuck=frozenset(stuck),
    )


def _chosen(route: Route) -> Iterator[tuple[str, Chosen]]:
    for step in route.steps:
        for pointer, question in step.questions:
            if isinstance(question, Chosen):
                yield pointer, question


def _is_possible(prepared: Prepared, pointer: str, question: Chosen, route: Route, stuck: set[str]) -> bool:
    """Whether what was answered on this way is offered on it; notes in `stuck` where too little is."""
    if not any(option.when for option in question.options):
        return True
    offered = prepared.offered(pointer, question, route.known)
    domain = question.domain()
    free = [key for key in offered if key not in domain.alone]
    if len(free) < max(1, domain.least) and len(free) == len(offered):
        stuck.add(pointer)
    answer = route.known.get(question.key, ())
    return set((answer,) if isinstance(answer, str) else answer or ()) <= set(offered)  # type: ignore[arg-type]


def _answers(question: Question, asked_about: Mapping[str, Sequence[Leaf]]) -> Iterator[dict[str, Answer]]:
    """One set of answers for each group that conditions can tell apart; no answer too where none is required."""
    domain = question.domain()
    if isinstance(question, Date):
        domain = replace(domain, values=tuple(_days(question, asked_about.get(question.key, ()))))
    apart = {option.key for option in question.options if option.when} if isinstance(question, Chosen) else set()
    by_key: list[list[tuple[str, Answer]]] = []
    if domain.lines and (leaves := asked_about.get(question.key)):
        # Asked about as a whole, a matrix is the set of what was chosen in any line.
        whole = replace(domain, is_several=True)
        by_key.append([(question.key, answer) for answer in _groups(whole, leaves, apart)])
    for key in (f"{question.key}.{line}" for line in domain.lines) if domain.lines else (question.key,):
        if leaves := asked_about.get(key):
            found = _groups(domain, leaves, apart)
            by_key.append([(key, answer) for answer in found])
    if not question.required or not by_key:
        yield {}
    for together in itertools.product(*by_key) if by_key else ():
        yield dict(together)


def _groups(domain: Domain, leaves: Sequence[Leaf], apart: Collection[str]) -> list[Answer]:
    """One answer for each way in which these comparisons can come out; options in `apart`, which are not offered to
    everybody, stand for themselves alone.
    """
    named = {value for leaf in leaves for value in _literals(leaf)} | set(apart)
    candidates: list[Answer] = list(_around(leaves)) if domain.values is None else list(domain.values)
    if domain.is_several:
        candidates = list(_sets(domain, [str(value) for value in candidates], named))
    found: dict[tuple[bool, ...], Answer] = {}
    for candidate in candidates:
        chosen = set(candidate) if isinstance(candidate, tuple) else {candidate}
        outcome = (
            *(judging.holds(leaf, {leaf.question: candidate}) for leaf in leaves),
            *(key in chosen for key in apart),
        )
        found.setdefault(outcome, candidate)
    return list(found.values())


def _sets(domain: Domain, values: Sequence[str], named: Collection[object]) -> Iterator[tuple[str, ...]]:
    """What may be chosen together: every combination of the options that matter, filled up with others where more have
    to be chosen.
    """
    first = [value for value in values if value in named][:MOST_TOGETHER]
    rest = sorted((value for value in values if value not in first), key=lambda value: value in named)
    free = [value for value in rest if value not in domain.alone]
    for size in range(len(first) + 1):
        for some in itertools.combinations(first, size):
            filled = some if domain.alone.intersection(some) else (*some, *free[: max(0, domain.least - size)])
            if filled and domain.takes(filled):
                yield filled
    for value in rest:
        others = [] if value in domain.alone else [one for one in free if one != value]
        filled = (value, *others[: max(0, domain.least - 1)])
        if domain.takes(filled):
            yield filled


def _days(question: Date, leaves: Sequence[Leaf]) -> Iterator[str]:
    """Each day that is named, the one before and the one behind it, and the bounds; of those the question takes."""
    bounds = [day for day in (question.earliest, question.latest) if day]
    named = {dt.date.fromisoformat(day) for day in (*bounds, "2000-01-01")}
    for leaf in leaves:
        for value in _literals(leaf):
            with contextlib.suppress(ValueError):  # compared with what is no day
                named.add(dt.date.fromisoformat(str(value)))
    for day in sorted({day + dt.timedelta(days=step) for day in named for step in (-1, 0, 1)}):
        with contextlib.suppress(Refused):
            question.take(day.isoformat())
            yield day.isoformat()


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
