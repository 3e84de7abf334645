"""Whether those who answered are like those who were asked, and what they would have said if they were."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

LARGEST = 5.0
"""No group's weight is more than so many times the median weight: a handful must not speak for a city."""


def difference(answered: tuple[float, float], asked: tuple[float, float]) -> float | None:
    """How far two means lie apart in standard deviations: `(mean, standard deviation)` of each.

    Beyond 0.1 one looks, beyond 0.25 one worries. None where nothing varies on either side.
    """
    spread = math.sqrt((answered[1] ** 2 + asked[1] ** 2) / 2)
    return (answered[0] - asked[0]) / spread if spread else None


def difference_of_shares(answered: float, asked: float) -> float | None:
    """The same for two shares of 0 to 1."""
    return difference(
        (answered, math.sqrt(answered * (1 - answered))),
        (asked, math.sqrt(asked * (1 - asked))),
    )


@dataclass(frozen=True)
class Weights:
    """What one answer of each group counts for; 1 on average over the answers."""

    of: Mapping[str, float]
    effective: float
    """As many unweighted answers would be as sure (Kish): at most the number of answers."""


def weights(answered: Mapping[str, int], asked: Mapping[str, int]) -> Weights | None:
    """Weights that make those who answered as many of each group as were asked (post-stratification, cut at LARGEST).

    Groups in which nobody answered cannot be mended and are left out of both. None where nobody answered.
    """
    both = [group for group, count in answered.items() if count and asked.get(group)]
    n, total = sum(answered[group] for group in both), sum(asked[group] for group in both)
    if not n:
        return None
    plain = {group: (asked[group] / total) / (answered[group] / n) for group in both}
    top = LARGEST * _median(plain, answered)
    cut = {group: min(weight, top) for group, weight in plain.items()}
    mean = sum(cut[group] * answered[group] for group in both) / n
    found = {group: weight / mean for group, weight in cut.items()}
    squares = sum(answered[group] * found[group] ** 2 for group in both)
    return Weights(found, n**2 / squares)


def _median(weights_of: Mapping[str, float], answered: Mapping[str, int]) -> float:
    """The weight of the answer in the middle."""
    half, passed = sum(answered[group] for group in weights_of) / 2, 0
    for group in sorted(weights_of, key=weights_of.__getitem__):
        passed += answered[group]
        if passed >= half:
            return weights_of[group]
    raise AssertionError("weights of no answers")
