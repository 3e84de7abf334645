"""What many people's orders of preference say together: Borda's points, first places, how far they agree.

A ballot is the options somebody placed, best first. Who placed only some leaves the rest equal behind them: those share
the points that are left.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class InvalidBallot(ValueError):
    """An option that is none, one placed twice, or a place left out."""


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


Placed = Mapping[tuple[str, int, int], int]
"""How often an option stood at a place (1 is the first) of a ballot of so many options, as `(option, place, length)`:
all that these figures need of any number of ballots, in as many rows as there are such places.
"""


def places(placed: Placed, options: Sequence[str]) -> list[Place]:
    """All options, most wanted first (ties by first places, then as given). Without any ballot the list is empty.
    Raises InvalidBallot.
    """
    lengths, m = _lengths(placed, options), len(options)
    n = sum(lengths.values())
    if not n:
        return []
    found = []
    for option, points in _points(placed, lengths, options).items():
        histogram = [0] * m
        for (one, place, _length), count in placed.items():
            if one == option:
                histogram[place - 1] += count
        borda = points / (n * (m - 1)) if m > 1 else 1.0
        found.append(Place(option, borda, m - points / n, histogram[0] / n, tuple(histogram)))
    return sorted(found, key=lambda place: (-round(place.borda, 12), -place.first))


def agreement(placed: Placed, options: Sequence[str]) -> float | None:
    """Kendall's W: 0 where the orders have nothing in common, 1 where all are the same. Mended for shared places.

    None for fewer than two people or two options, or where nobody prefers anything. Raises InvalidBallot.
    """
    lengths, m = _lengths(placed, options), len(options)
    n = sum(lengths.values())
    if n < 2 or m < 2:
        return None
    mean = n * (m + 1) / 2
    spread = sum((n * m - points - mean) ** 2 for points in _points(placed, lengths, options).values())
    ties = sum(count * (left**3 - left) for length, count in lengths.items() if (left := m - length))
    possible = n**2 * (m**3 - m) - n * ties
    return 12 * spread / possible if possible else None


def _lengths(placed: Placed, options: Sequence[str]) -> dict[int, int]:
    """How many ballots there are of each length: as many as have a first place."""
    known, found = set(options), Counter[int]()
    taken, named = Counter[tuple[int, int]](), Counter[tuple[str, int]]()
    for (option, place, length), count in placed.items():
        if option not in known or not 1 <= place <= length <= len(options):
            raise InvalidBallot(option)
        taken[place, length] += count
        named[option, length] += count
        if place == 1:
            found[length] += count
    if any(count != found[length] for (_place, length), count in taken.items()) or any(
        count > found[length] for (_option, length), count in named.items()
    ):
        raise InvalidBallot("an option placed twice, or a place left out")
    return dict(found)


def _points(placed: Placed, lengths: Mapping[int, int], options: Sequence[str]) -> dict[str, float]:
    """From m - 1 for each first place down to 0 for the last; the rest share what the placed left over."""
    m, found = len(options), {}
    for option in options:
        own = [(place, length, count) for (one, place, length), count in placed.items() if one == option]
        missing = Counter(lengths)
        for _place, length, count in own:
            missing[length] -= count
        found[option] = sum(count * (m - place) for place, _length, count in own) + sum(
            count * (m - length - 1) / 2 for length, count in missing.items()
        )
    return found
