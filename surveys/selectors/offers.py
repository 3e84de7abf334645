"""Which coupons can be promised for an answer: told by the room above that issues them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Told = Callable[[], Sequence["Offer"]]
_sources: list[Told] = []


@dataclass(frozen=True)
class Offer:
    """`key` is what a reward names; `name` how staff know it, `is_on` whether coupons of it are issued now."""

    key: str
    name: str
    is_on: bool


def declare(told: Told) -> None:
    """Register who knows offers; the same again changes nothing."""
    if told not in _sources:
        _sources.append(told)


def all_told() -> list[Offer]:
    """Every offer, by its key."""
    return sorted((offer for told in _sources for offer in told()), key=lambda offer: offer.key)
