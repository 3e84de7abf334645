"""What of anonymous answers may be told without telling who said what: never fewer than five, by no subtraction.

Every shown number is a sum over groups of people. With one filter at a time three things are asked of it, before
anything is counted for it (ADR 28):

- the question of the filter divides everybody into groups of five or more (or none): what is left of all others when
  the shown ones are taken away is then never fewer;
- beside every other filter that might be asked for: where one lies wholly inside of the other (or they do not touch,
  or leave nobody out together), what one has more than the other is five or more;
- a table of two questions is shown whole or not at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surveys.rules.statistics import TOO_FEW


@dataclass(frozen=True)
class Overlap:
    """Two filters over the same people: how many pass both, only the first, only the second, neither."""

    both: int
    first: int
    second: int
    neither: int


def may_divide(groups: Iterable[int]) -> bool:
    """Whether people may be told apart into groups of these sizes: none is of one to four."""
    return all(not 0 < size < TOO_FEW for size in groups)


def may_stand_beside(overlap: Overlap) -> bool:
    """Whether both may be shown: where one of the four parts is empty, each of the others is a difference somebody can
    compute, so none may be of one to four.
    """
    parts = (overlap.both, overlap.first, overlap.second, overlap.neither)
    return all(parts) or may_divide(parts)


def overlaps(chosen: int, everybody: int, others: Mapping[object, tuple[int, int]]) -> list[Overlap]:
    """A filter that `chosen` pass beside others, each given as (how many pass it, how many pass both). Those that are
    refused by themselves are left out: nothing is ever shown of them.
    """
    return [
        Overlap(both, chosen - both, size - both, everybody - chosen - size + both)
        for size, both in others.values()
        if may_divide((size, everybody - size))
    ]
