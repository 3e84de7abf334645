"""Who stands out among colleagues: a plain rule that can be told to whoever it is about.

A figure stands out where it is at least `FEWEST` and more than `TIMES` what is usual among the others, counted per day
on which each of them worked: who works every day does more than who helps on Saturdays. What is usual is the median of
the others, so that one of them alone does not move it. With fewer than `OTHERS` of them there is nothing usual.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

FEWEST = 5
TIMES = 3
OTHERS = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """How much somebody has of something, on how many days."""

    value: Decimal
    days: int

    @property
    def a_day(self) -> Decimal:
        """Per day worked."""
        return self.value / max(self.days, 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is usual among the others for so many days as this one worked (None where there are too few), and whether
    this one stands out.
    """

    usual: Decimal | None
    is_far: bool


def judge(figures: Mapping[str, Figure], *, fewest: Decimal = Decimal(FEWEST)) -> dict[str, Judged]:
    """Each of these beside all the others."""
    found = {}
    for name, one in figures.items():
        others = [other.a_day for key, other in figures.items() if key != name and other.days]
        usual = _usual(others) * max(one.days, 1) if len(others) >= OTHERS else None
        is_far = usual is not None and one.value >= fewest and one.value > TIMES * usual
        found[name] = Judged(usual, is_far)
    return found


def _usual(values: Sequence[Decimal]) -> Decimal:
    return Decimal(median(values))
