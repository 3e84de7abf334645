"""How well people were served: how long they waited, what was promised, what they thought, and whether it moved."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from surveys.rules.statistics import Sampled, means, several, shares, two_sided
from surveys.rules.statistics.means import Mean
from surveys.rules.statistics.shares import Share

SURE = 0.05


@dataclass(frozen=True)
class Times(Sampled):
    """How long `n` tickets took in the shop's hours, in seconds: what half of them took at most, and nine of ten.

    `within` is how many kept the time that their priority promises, of those that are done or should be by now. `logs`
    are the logarithms: waiting times are lopsided, and only so are their means fit to be compared.
    """

    n: int
    median: float | None
    ninetieth: float | None
    within: Share
    logs: Mean


@dataclass(frozen=True)
class Figures(Sampled):
    """What is known of `n` tickets. `rated` is how many of the resolved ones were rated."""

    n: int
    first: Times
    whole: Times
    satisfaction: Mean
    rated: Share


NO_TIMES = Times(0, None, None, Share(0, 0), Mean(0, None, None))
NOTHING = Figures(0, NO_TIMES, NO_TIMES, Mean(0, None, None), Share(0, 0))


def changes(before: Figures, after: Figures) -> Mapping[str, float | None]:
    """With what probability chance alone sets two periods so far apart, all figures judged together (Holm): n, first,
    first_within, whole, whole_within, satisfaction. None where it cannot be said.
    """
    found: dict[str, float | None] = {
        "n": _counts(before.n, after.n),
        "first": means.differ(before.first.logs, after.first.logs),
        "first_within": shares.differ(before.first.within, after.first.within),
        "whole": means.differ(before.whole.logs, after.whole.logs),
        "whole_within": shares.differ(before.whole.within, after.whole.within),
        "satisfaction": means.differ(before.satisfaction, after.satisfaction),
    }
    known = {name: p for name, p in found.items() if p is not None}
    return {**found, **dict(zip(known, several.holm(list(known.values())), strict=True))}


def _counts(before: int, after: int) -> float | None:
    """Of two periods of one length in which things happen on their own."""
    return two_sided((after - before) / math.sqrt(before + after)) if before + after else None
