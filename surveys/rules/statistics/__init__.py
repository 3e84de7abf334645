"""What may be said of answers and how surely: scores, shares, ranks, changes, weights. Counts in, numbers out.

Every result without answers is None, never 0 or NaN. Rounding is left to whoever shows a number.
"""

from statistics import NormalDist
from typing import Protocol

TOO_FEW = 5
"""Under so many answers nothing is shown: one could tell who said what."""
LOW = 30
"""Under so many answers a number wears the mark "low"."""
Z95 = NormalDist().inv_cdf(0.975)

Interval = tuple[float, float]


class Counted(Protocol):
    """Something that is known of `n` answers."""

    @property
    def n(self) -> int:
        """How many answered."""


class Sampled:
    """What every number says of itself that is known of `n` answers."""

    @property
    def is_hidden(self: Counted) -> bool:
        """Whether so few answered that nothing may be shown."""
        return self.n < TOO_FEW

    @property
    def is_low(self: Counted) -> bool:
        """Whether it wears the mark "low"."""
        return self.n < LOW


def two_sided(z: float) -> float:
    """The probability of a standard normal value at least this far from zero, to either side."""
    return 2 * (1 - NormalDist().cdf(abs(z)))
