"""Whether a mean or a share moved between two periods in which some people answered twice.

Somebody who answered in both moves little of their own: what they moved by is what varies, not how they differ from
others. Taking them for strangers would miss most real changes, and would not be true.
"""

import math
from collections.abc import Mapping

from surveys.rules.statistics import means, two_sided

NPS_TRACE = {1.0: 0.75, 0.0: 1.5, -1.0: 0.75}
"""People who are added to each side, as the adjusted score does: ten who all agree are no certainty."""
SHARE_TRACE = {1.0: 1.0, 0.0: 1.0}
"""The same for shares (Agresti and Caffo)."""


def differ(
    before: Mapping[float, float],
    after: Mapping[float, float],
    both: Mapping[tuple[float, float], float],
    trace: Mapping[float, float] | None = None,
) -> float | None:
    """With what probability chance alone moves the mean of `{value: how often}` as much (two-sided). `both`: how many
    said the first value before and the second after; they are in `before` and `after` too. With a `trace` by the normal
    distribution, else by Student's t of the smaller side. None where nothing varies, or a side has fewer than two.
    """
    n, m = sum(before.values()), sum(after.values())
    if n < 2 or m < 2:
        return None
    step = _mean(after) - _mean(before)
    olds, news = _added(before, trace or {}), _added(after, trace or {})
    whole_old, whole_new = sum(olds.values()), sum(news.values())
    old, new = _mean(olds), _mean(news)
    for (first, second), count in both.items():
        olds[first] -= count
        news[second] -= count
    squares = (
        sum(count * (value - old) ** 2 for value, count in olds.items()) / whole_old**2
        + sum(count * (value - new) ** 2 for value, count in news.items()) / whole_new**2
        + sum(
            count * ((second - new) / whole_new - (first - old) / whole_old) ** 2
            for (first, second), count in both.items()
        )
    )
    if squares <= 0:
        return None
    if trace:
        return two_sided(step / math.sqrt(squares))
    smaller = min(n, m)
    t = step / math.sqrt(squares * smaller / (smaller - 1))
    return 2 * (1 - means.distribution(abs(t), smaller - 1))


def _mean(of: Mapping[float, float]) -> float:
    return sum(value * count for value, count in of.items()) / sum(of.values())


def _added(of: Mapping[float, float], trace: Mapping[float, float]) -> dict[float, float]:
    return {value: of.get(value, 0.0) + trace.get(value, 0.0) for value in {*of, *trace}}
