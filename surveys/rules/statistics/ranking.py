"""What many people's orders of preference say together: Borda's points, first places, how far they agree.

A ballot is the options somebody placed, best first. Who placed only some leaves the rest equal behind them: those share
the points that are left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class InvalidBallot(ValueError):
    """An option that is none, or one placed twice."""


@dataclass(frozen=True)
class Place:
    """One option in the order of all ballots."""

    option: str
    borda: float
    """0 to 1: 1 where everybody placed it first."""
    mean_rank: float
    first: float
    """The share of ballots that have it first."""
    histogram: tuple[int, ...]
    """How many placed it 1st, 2nd, …; who did not place it is in none."""


def places(ballots: Mapping[tuple[str, ...], int], options: Sequence[str]) -> list[Place]:
    """All options, most wanted first (ties by first places, then as given), of `{ballot: how many people}`.

    Empty ballots say nothing and do not count; without any other the list is empty. Raises InvalidBallot.
    """
    cast = _cast(ballots, options)
    n, m = sum(count for _ballot, count in cast), len(options)
    if not n:
        return []
    found = []
    for option in options:
        points, histogram = 0.0, [0] * m
        for ballot, count in cast:
            points += count * _points(option, ballot, m)
            if option in ballot:
                histogram[ballot.index(option)] += count
        borda = points / (n * (m - 1)) if m > 1 else 1.0
        found.append(Place(option, borda, m - points / n, histogram[0] / n, tuple(histogram)))
    return sorted(found, key=lambda place: (-round(place.borda, 12), -place.first))


def agreement(ballots: Mapping[tuple[str, ...], int], options: Sequence[str]) -> float | None:
    """Kendall's W: 0 where the orders have nothing in common, 1 where all are the same. Mended for shared places.

    None for fewer than two people or two options, or where nobody prefers anything. Raises InvalidBallot.
    """
    cast = _cast(ballots, options)
    n, m = sum(count for _ballot, count in cast), len(options)
    if n < 2 or m < 2:
        return None
    sums = [sum(count * (m - _points(option, ballot, m)) for ballot, count in cast) for option in options]
    mean = n * (m + 1) / 2
    spread = sum((total - mean) ** 2 for total in sums)
    ties = sum(count * (left**3 - left) for ballot, count in cast if (left := m - len(ballot)))
    possible = n**2 * (m**3 - m) - n * ties
    return 12 * spread / possible if possible else None


def _cast(ballots: Mapping[tuple[str, ...], int], options: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    known = set(options)
    for ballot in ballots:
        if len(set(ballot)) != len(ballot) or not known.issuperset(ballot):
            raise InvalidBallot(", ".join(ballot))
    return [(ballot, count) for ballot, count in ballots.items() if ballot and count]


def _points(option: str, ballot: tuple[str, ...], m: int) -> float:
    """From m - 1 for the first place down to 0 for the last; the rest share what the placed left over."""
    if option in ballot:
        return m - 1 - ballot.index(option)
    return (m - len(ballot) - 1) / 2
