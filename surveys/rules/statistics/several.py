"""Judging many things at once: of twenty segments one differs "significantly" by chance alone."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.rules.statistics.shares import Share, against_half


@dataclass(frozen=True)
class Lead:
    """Which alternative was chosen most often (its place in the list), and with what probability people without a
    preference put one that far ahead of each other one.
    """

    index: int
    p: float


def lead(counts: Sequence[int]) -> Lead | None:
    """Who leads among alternatives of which everybody chose one: each pair is judged by those who chose one of the two
    (exact binomial), all pairs together by Holm. None where nothing was chosen or two are level at the top.
    """
    best = max(counts, default=0)
    if not best or counts.count(best) > 1:
        return None
    pairs = list(itertools.combinations(range(len(counts)), 2))
    chances = [against_half(Share(counts[a], counts[a] + counts[b])) for a, b in pairs]
    judged = dict(zip(pairs, holm([1.0 if p is None else p for p in chances]), strict=True))
    index = counts.index(best)
    return Lead(index, max(p for pair, p in judged.items() if index in pair))


def holm(probabilities: Sequence[float]) -> list[float]:
    """Each probability as it counts beside the others (Holm's method), in the order given; to be compared with 0.05."""
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    adjusted, so_far = [0.0] * len(probabilities), 0.0
    for rank, index in enumerate(order):
        so_far = max(so_far, min(1.0, (len(probabilities) - rank) * probabilities[index]))
        adjusted[index] = so_far
    return adjusted
