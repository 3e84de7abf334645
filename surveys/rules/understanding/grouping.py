"""Phrases that are said together become themes. Only numbers come in and go out: what they mean is not known here.

Together is in one clause: who praises the scent and blames the courier in one text says two things of two subjects.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

LEAST_PEOPLE = 5
"""What fewer people say is no theme, and no word of one."""
COMMON = 0.3
"""What more than this share of all texts say tells nothing apart."""
SHARED = 0.4
"""Of the texts with a phrase this share must be with the theme's leading one, for the phrase to belong to it."""
LIFT = 2.0
"""And that many times as many as chance would bring together."""
MOST_PHRASES = 12
MOST_THEMES = 40

STAYS = 0.5
"""A phrase leaves a theme that it belonged to when it is less than so many times as close as joining needs."""

Text = tuple[Hashable, Sequence[Sequence[int]]]
"""Who said it and the phrases of each of its clauses."""


@dataclass(frozen=True)
class Group:
    """A theme: its phrases, the leading one first. `known` is the theme it goes on with, None for a new one."""

    terms: tuple[int, ...]
    known: Hashable | None = None


def group(
    texts: Sequence[Text], known: Sequence[tuple[Hashable, Sequence[int]]] = (), leading: Collection[int] = ()
) -> list[Group]:
    """Themes of these texts: those that are known, in their order, with what newly belongs to them and without what is
    said of other things by now, then new ones, the most said first. `leading` are phrases that lead a theme before any
    others (concepts). The same texts in any order give the same themes.
    """
    people = _people(texts)
    total = max(1, len({who for who, _terms in texts}))
    # Of few texts nothing is too common yet.
    ceiling = max(COMMON * total, LEAST_PEOPLE * 3)
    said = {
        term: len(who)
        for term, who in people.items()
        if len(who) >= LEAST_PEOPLE and (len(who) <= ceiling or term in leading)
    }
    together = _together(texts, said)
    kept = [(theme, _still(terms, said, together, total)) for theme, terms in known]
    taken = {term for _theme, terms in kept for term in terms}
    order = sorted(said, key=lambda term: (term not in leading, -said[term], term))

    def joined(terms: Sequence[int]) -> list[int]:
        """`terms` with what newly belongs to them, by the closest first."""
        found = []
        for term in order:
            if term in taken or term in leading:
                continue
            close = max((_closeness(term, leader, said, together, total) for leader in terms[:3]), default=0.0)
            if close:
                found.append((-close, -said[term], term))
        room = max(0, MOST_PHRASES - len(terms))
        chosen = [term for _close, _said, term in sorted(found)[:room]]
        taken.update(chosen)
        return chosen

    groups = [Group((*terms, *joined(terms)), theme) for theme, terms in kept]
    for term in order:
        if term in taken or len(groups) - len(known) >= MOST_THEMES:
            continue
        taken.add(term)
        groups.append(Group((term, *joined([term]))))
    return groups


def telling(counts: Iterable[tuple[int, int]], everywhere: Counter[int], *, texts: int, most: int) -> list[int]:
    """The phrases that tell a theme best: (phrase, how many of its texts hold it) weighed by how rare it is elsewhere
    (class-based TF-IDF).
    """
    weighed = [(-count * math.log(1 + texts / max(1, everywhere[term])), term) for term, count in counts if count > 0]
    return [term for _weight, term in sorted(weighed)[:most]]


def _still(
    terms: Sequence[int], said: dict[int, int], together: dict[tuple[int, int], int], total: int
) -> Sequence[int]:
    """The phrases of a known theme that belong to it still: its first one, those that are close to its leading ones,
    and those of which too few speak to tell.
    """
    return [
        term
        for at, term in enumerate(terms)
        if at == 0
        or term not in said
        or terms[0] not in said
        or any(_closeness(term, leader, said, together, total, STAYS) for leader in terms[:3])
    ]


def _people(texts: Sequence[Text]) -> dict[int, set[Hashable]]:
    people: dict[int, set[Hashable]] = defaultdict(set)
    for who, clauses in texts:
        for terms in clauses:
            for term in terms:
                people[term].add(who)
    return people


def _together(texts: Sequence[Text], said: Collection[int]) -> dict[tuple[int, int], int]:
    pairs: dict[tuple[int, int], set[Hashable]] = defaultdict(set)
    for who, clauses in texts:
        for terms in clauses:
            kept = sorted({term for term in terms if term in said})
            for at, one in enumerate(kept):
                for other in kept[at + 1 :]:
                    pairs[one, other].add(who)
    return {pair: len(who) for pair, who in pairs.items()}


def _closeness(
    term: int, leader: int, said: dict[int, int], together: dict[tuple[int, int], int], total: int, least: float = 1
) -> float:
    """How surely the term belongs to the leader; 0 where it does not, by `least` times what is needed."""
    if leader not in said or term == leader:
        return 0.0
    both = together.get((min(term, leader), max(term, leader)), 0)
    share = both / said[term]
    if both < LEAST_PEOPLE * least or share < SHARED * least:
        return 0.0
    lift = both * total / (said[term] * said[leader])
    # Where nearly everybody says the leader nothing can lift it.
    return share if lift >= least * min(LIFT, 0.9 * total / said[leader]) else 0.0
