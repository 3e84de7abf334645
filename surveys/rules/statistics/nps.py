"""The Net Promoter Score of either scale, how sure it is, and whether it moved.

A scale is part of the published question. Answers of two scales are never counted together: without a zero the same
people give another score (answers at random: -45.5 on 0 to 10, -40 on 1 to 10).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from surveys.rules.statistics import Z95, Interval, Sampled, two_sided


class WrongScale(ValueError):
    """An answer that the scale does not have, or two scales in one sum."""


@dataclass(frozen=True)
class Scheme:
    """How a scale is read: promoters from 9, passives from 7, detractors below."""

    key: str
    lowest: int
    highest: int = 10
    passives_from: int = 7
    promoters_from: int = 9


ZERO_TO_TEN = Scheme("nps_0_10", 0)
"""The standard, and the only one that is called NPS."""
ONE_TO_TEN = Scheme("nps_1_10", 1)
"""As some shops ask: shown as "NPS (1-10 variant)"."""
SCHEMES = {scheme.key: scheme for scheme in (ZERO_TO_TEN, ONE_TO_TEN)}


@dataclass(frozen=True)
class Bands(Sampled):
    """How many promoters, passives and detractors gave an answer on one scale."""

    scheme: Scheme
    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors

    def __add__(self, other: "Bands") -> "Bands":
        """Both together. Raises WrongScale."""
        if other.scheme != self.scheme:
            raise WrongScale(f"{self.scheme.key} and {other.scheme.key}")
        return Bands(
            self.scheme,
            self.promoters + other.promoters,
            self.passives + other.passives,
            self.detractors + other.detractors,
        )


def bands(answers: Mapping[int, int], scheme: Scheme) -> Bands:
    """The bands of `{answer: how often}`. Raises WrongScale for an answer that the scale does not have."""
    found = [0, 0, 0]
    for answer, count in answers.items():
        if not scheme.lowest <= answer <= scheme.highest:
            raise WrongScale(f"{answer} on {scheme.key}")
        found[(answer >= scheme.passives_from) + (answer >= scheme.promoters_from)] += count
    detractors, passives, promoters = found
    return Bands(scheme, promoters, passives, detractors)


def score(of: Bands) -> float | None:
    """100 x (promoters - detractors) / n, from counts: -100 to 100; None where nobody answered."""
    return 100 * (of.promoters - of.detractors) / of.n if of.n else None


def interval(of: Bands) -> Interval | None:
    """Where the score of all people lies in 95 of 100 cases, by the adjusted Wald method, cut at -100 and 100.

    Three quarters of a person are added to promoters and detractors each and three people in all, before the plain
    formula is used, which alone is far too sure of itself under some 30 answers. Its centre is the adjusted score.
    """
    if not of.n:
        return None
    n = of.n + 3
    centre, error = _wald((of.promoters + 0.75) / n, (of.detractors + 0.75) / n, n)
    return max(-100.0, 100 * centre - 100 * Z95 * error), min(100.0, 100 * centre + 100 * Z95 * error)


def margin(of: Bands) -> float | None:
    """Half the width of the plain 95 % interval in points, as most tools print it: for comparing with them."""
    if not of.n:
        return None
    return 100 * Z95 * _wald(of.promoters / of.n, of.detractors / of.n, of.n)[1]


def ratio(of: Bands) -> float | None:
    """Detractors for each promoter: what some shops keep beside the 1-10 variant, and no NPS. None without any."""
    return of.detractors / of.promoters if of.promoters else None


@dataclass(frozen=True)
class Change:
    """By how many points a score moved, how far that is from chance, and with what probability chance does as much."""

    points: float
    z: float
    p: float


def change(before: Bands, after: Bands) -> Change | None:
    """The difference of two scores of different people (of the same ones: `repeated`). None where either has no
    answers. Raises WrongScale.

    The adjusted counts give the errors, so that ten answers that all agree are not taken for a certainty.
    """
    if before.scheme != after.scheme:
        raise WrongScale(f"{before.scheme.key} and {after.scheme.key}")
    first, second = score(before), score(after)
    if first is None or second is None:
        return None
    z = (second - first) / (100 * math.hypot(*(_adjusted(of) for of in (before, after))))
    return Change(second - first, z, two_sided(z))


def _adjusted(of: Bands) -> float:
    n = of.n + 3
    return _wald((of.promoters + 0.75) / n, (of.detractors + 0.75) / n, n)[1]


def _wald(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    """The difference of two shares of one sample, and its standard error."""
    difference = promoters - detractors
    return difference, math.sqrt(max(0.0, promoters + detractors - difference**2) / n)
