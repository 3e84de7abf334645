"""Means of answers that are numbers, and whether they moved. Small samples are judged by Student's t."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from surveys.rules.statistics import Interval, Sampled

_TURNS = 300
_NEAR = 1e-14
_TINY = 1e-300


@dataclass(frozen=True)
class Mean(Sampled):
    """So many answers, their mean and their standard deviation (of a sample; None for one answer)."""

    n: int
    value: float | None
    deviation: float | None

    @property
    def error(self) -> float | None:
        """The standard error of the mean; None for fewer than two answers."""
        return None if self.deviation is None else self.deviation / math.sqrt(self.n)


def mean(answers: Mapping[float, float]) -> Mean:
    """The mean of `{answer: how often}`; weighted counts are taken too."""
    n = sum(answers.values())
    if not n:
        return Mean(0, None, None)
    value = sum(answer * count for answer, count in answers.items()) / n
    squares = sum(count * (answer - value) ** 2 for answer, count in answers.items())
    return Mean(round(n), value, math.sqrt(squares / (n - 1)) if n > 1 else None)


def interval(of: Mean) -> Interval | None:
    """Where the mean of all people lies in 95 of 100 cases: mean ± t·s/√n. None for fewer than two answers."""
    if of.value is None or of.error is None:
        return None
    half = quantile(0.975, of.n - 1) * of.error
    return of.value - half, of.value + half


def differ(first: Mean, second: Mean) -> float | None:
    """With what probability chance alone makes two means of different people differ as much (Welch, two-sided).

    None where either has fewer than two answers. Where nothing varies on either side there is nothing to judge by.
    """
    if first.value is None or second.value is None or first.error is None or second.error is None:
        return None
    squared = first.error**2 + second.error**2
    if not squared:
        return None
    freedom = squared**2 / (first.error**4 / (first.n - 1) + second.error**4 / (second.n - 1))
    return 2 * (1 - distribution(abs(first.value - second.value) / math.sqrt(squared), freedom))


@functools.lru_cache(maxsize=1024)
def quantile(share: float, freedom: float) -> float:
    """Where that share of Student's t lies below, by halving: 2.228 for 0.975 and 10 degrees of freedom."""
    if share < 0.5:
        return -quantile(1 - share, freedom)
    low, high = 0.0, 1.0
    while distribution(high, freedom) < share:
        high *= 2
    for _turn in range(200):
        middle = (low + high) / 2
        if distribution(middle, freedom) < share:
            low = middle
        else:
            high = middle
        if high - low < _NEAR * high:
            break
    return (low + high) / 2


def distribution(t: float, freedom: float) -> float:
    """Which share of Student's t lies below `t`."""
    tail = _beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
    return tail if t < 0 else 1 - tail


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function (DLMF 8.17.22), on the side where its fraction runs fast."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Its continued fraction, by Lentz's method."""
    c, d = 1.0, 1 / _clear(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _TURNS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _clear(1 + even * d), _clear(1 + even / c)
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _clear(1 + odd * d), _clear(1 + odd / c)
        found *= d * c
        if abs(d * c - 1) < _NEAR:
            break
    return found


def _clear(value: float) -> float:
    """Never zero, which nothing could be divided by."""
    return value if abs(value) > _TINY else _TINY
