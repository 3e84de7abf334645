"""Phrases that are said together become themes. Only numbers come in and go out: what they mean is not known here."""

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

Text = tuple[Hashable, Sequence[int]]
"""Who said it and its phrases."""


@dataclass(frozen=True)
class Group:
    """A theme: its phrases, the leading one first. `known` is the theme it goes on with, None for a new one."""

    terms: tuple[int, ...]
    known: Hashable | None = None


def group(
    texts: Sequence[Text], known: Sequence[tuple[Hashable, Sequence[int]]] = (), leading: Collection[int] = ()
) -> list[Group]:
    """Themes of these texts: those that are known, in their order, with what newly belongs to them, then new ones, the
    most said first. `leading` are phrases that lead a theme before any others (concepts). The same texts in any order
    give the same themes.
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
    taken = {term for _theme, terms in known for term in terms}
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

    groups = [Group((*terms, *joined(terms)), theme) for theme, terms in known]
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


def _people(texts: Sequence[Text]) -> dict[int, set[Hashable]]:
    people: dict[int, set[Hashable]] = defaultdict(set)
    for who, terms in texts:
        for term in terms:
            people[term].add(who)
    return people


def _together(texts: Sequence[Text], said: Collection[int]) -> dict[tuple[int, int], int]:
    pairs: dict[tuple[int, int], set[Hashable]] = defaultdict(set)
    for who, terms in texts:
        kept = sorted({term for term in terms if term in said})
        for at, one in enumerate(kept):
            for other in kept[at + 1 :]:
                pairs[one, other].add(who)
    return {pair: len(who) for pair, who in pairs.items()}


def _closeness(term: int, leader: int, said: dict[int, int], together: dict[tuple[int, int], int], total: int) -> float:
    """How surely the term belongs to the leader; 0 where it does not."""
    if leader not in said or term == leader:
        return 0.0
    both = together.get((min(term, leader), max(term, leader)), 0)
    share = both / said[term]
    if both < LEAST_PEOPLE or share < SHARED:
        return 0.0
    lift = both * total / (said[term] * said[leader])
    # Where nearly everybody says the leader nothing can lift it.
    return share if lift >= min(LIFT, 0.9 * total / said[leader]) else 0.0
