"""What may be said of answers and how surely: scores, shares, ranks, changes, weights. Counts in, numbers out.

Every result without answers is None, never 0 or NaN. Rounding is left to whoever shows a number.
"""

from statistics import NormalDist

TOO_FEW = 5
"""Under so many answers nothing is shown: one could tell who said what."""
LOW = 30
"""Under so many answers a number wears the mark "low"."""
Z95 = NormalDist().inv_cdf(0.975)

Interval = tuple[float, float]


def two_sided(z: float) -> float:
    """The probability of a standard normal value at least this far from zero, to either side."""
    return 2 * (1 - NormalDist().cdf(abs(z)))
