"""Chance that can be repeated: every draw depends on the seed, what it is for, and the number of the row.

Only `Random.random()` is used anywhere in the package, because Python promises its sequence for a seed for all times;
`choice`, `randrange` and the distributions may change between versions.
"""

import math
import random
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")
_MASK: Final = (1 << 64) - 1

# What a stream of draws is for. The numbers are part of the output: changing one changes every sample shop.
ROLE: Final = 1
PERSON: Final = 2
ROW: Final = 3
HABITS: Final = 4
ORDERS: Final = 5
CONSENTS: Final = 6
EVENTS: Final = 7
SHARE: Final = 8
TALKS: Final = 9
FORMS: Final = 10


def scramble(number: int) -> int:
    """A well mixed 64-bit number for a number (the finisher of SplitMix64)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def stream(seed: int, purpose: int) -> int:
    """The base of one stream of a seed, to be given to `at` and `reseed`."""
    return scramble(scramble(seed & _MASK) ^ purpose)


def at(base: int, index: int) -> int:
    """The 64-bit number of a row in a stream."""
    return scramble(base ^ ((index * 0xD1342543DE82EF95) & _MASK))


def generator() -> random.Random:
    """A generator that must be given a seed by `reseed` before each row."""
    return random.Random(0)  # noqa: S311 - made-up people, nothing secret


def reseed(rng: random.Random, base: int, index: int) -> None:
    """Set the generator to the beginning of a row's draws."""
    rng.seed((base << 64) | index)


def pick(rng: random.Random, values: Sequence[T]) -> T:
    """One of the values, evenly."""
    return values[int(rng.random() * len(values))]


def exponential(rng: random.Random, mean: float) -> float:
    """A waiting time with this mean."""
    return -mean * math.log(1.0 - rng.random())
