"""Shares of answers: satisfied of all, tops of a scale, those who chose an option of those who saw it."""

import math
from dataclasses import dataclass

from surveys.rules.statistics import Z95, Interval, Sampled, two_sided

_TRACE = 1e-17  # what a sum of floats no longer notices
_MANY = 10_000
_TRACE_OF_LOGS = 1e-7  # how far rounding moves the logarithm of a term


@dataclass(frozen=True)
class Share(Sampled):
    """So many of so many."""

    hits: int
    n: int

    def __post_init__(self) -> None:
        """Raises ValueError for more hits than answers."""
        if not 0 <= self.hits <= self.n:
            raise ValueError(f"{self.hits} of {self.n}")

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.hits / self.n if self.n else None


def interval(of: Share) -> Interval | None:
    """Where the share of all people lies in 95 of 100 cases (Wilson's score interval); None of nothing."""
    if not of.n:
        return None
    share, squared = of.hits / of.n, Z95**2
    centre = (share + squared / (2 * of.n)) / (1 + squared / of.n)
    half = Z95 / (1 + squared / of.n) * math.sqrt(share * (1 - share) / of.n + squared / (4 * of.n**2))
    # The ends are exact where nobody or everybody did; floating point would leave a trace below 0.
    return (0.0 if not of.hits else centre - half), (1.0 if of.hits == of.n else centre + half)


def differ(first: Share, second: Share) -> float | None:
    """With what probability chance alone makes two shares of different people differ as much (pooled z, two-sided).

    None where either is empty. Nobody or everybody in both is no difference: 1.
    """
    if not first.n or not second.n:
        return None
    pooled = (first.hits + second.hits) / (first.n + second.n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / second.n))
    return two_sided((second.hits / second.n - first.hits / first.n) / error) if error else 1.0


def against_chance(of: Share, ways: int) -> float | None:
    """With what probability people who choose one of so many ways blindly hit one of them so often or so seldom (exact
    binomial, two-sided: all numbers of hits that are no likelier than this one; by z where so many terms would say the
    same). None of nothing.
    """
    if not of.n:
        return None
    if ways == 2:
        return against_half(of)
    p = 1 / ways
    if of.n > _MANY:
        return two_sided((of.hits - of.n * p) / math.sqrt(of.n * p * (1 - p)))
    whole = math.lgamma(of.n + 1)

    def likely(hits: int) -> float:
        ways_to = whole - math.lgamma(hits + 1) - math.lgamma(of.n - hits + 1)
        return ways_to + hits * math.log(p) + (of.n - hits) * math.log(1 - p)

    limit = likely(of.hits) + _TRACE_OF_LOGS
    return min(1.0, math.fsum(math.exp(found) for k in range(of.n + 1) if (found := likely(k)) <= limit))


def against_half(of: Share) -> float | None:
    """With what probability people without a preference choose so unevenly between two (exact binomial, two-sided)."""
    if not of.n:
        return None
    tail = min(of.hits, of.n - of.hits)
    # The tail as a multiple of its last term, whose logarithm is small enough for a float also of a million answers.
    term = total = 1.0
    for k in range(tail, 0, -1):
        term *= k / (of.n - k + 1)
        total += term
        if term < _TRACE * total:
            break
    last = math.lgamma(of.n + 1) - math.lgamma(tail + 1) - math.lgamma(of.n - tail + 1) - of.n * math.log(2)
    return min(1.0, 2 * total * math.exp(last))
