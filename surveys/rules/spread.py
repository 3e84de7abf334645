"""How a score that people reached is spread: each value where there are few, equal steps where there are many."""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.rules.statistics import Sampled, means
from surveys.rules.statistics.means import Mean

MOST_VALUES = 11
STEPS = 10


@dataclass(frozen=True)
class Part:
    """So many reached at least `low` and less than `high`; the last part has its end, and a single value both."""

    low: float
    high: float
    count: int
    share: float


@dataclass(frozen=True)
class Spread(Sampled):
    """The mean of a score and its parts, the lowest first; of fewer than five people neither."""

    n: int
    mean: Mean | None = None
    parts: tuple[Part, ...] = ()


def spread(reached: Mapping[float, int]) -> Spread:
    """The figures of `{value: how many people}`."""
    n = sum(reached.values())
    if Spread(n).is_hidden:
        return Spread(n)
    mean = means.mean({value: float(count) for value, count in reached.items()})
    if len(reached) <= MOST_VALUES:
        return Spread(
            n, mean, tuple(Part(value, value, reached[value], reached[value] / n) for value in sorted(reached))
        )
    lowest, highest = min(reached), max(reached)
    step, counts = (highest - lowest) / STEPS, [0] * STEPS
    for value, count in reached.items():
        counts[min(STEPS - 1, int((value - lowest) / step))] += count
    return Spread(
        n,
        mean,
        tuple(
            Part(lowest + place * step, lowest + (place + 1) * step, count, count / n)
            for place, count in enumerate(counts)
        ),
    )
