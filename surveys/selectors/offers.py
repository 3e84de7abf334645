"""Which coupons, and places in which draws, can be promised for an answer: told by the room above that keeps them."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from surveys.rules.kinds import Texts

Told = Callable[[], Sequence["Offer"]]
Drawn = Callable[[dt.datetime], Sequence["Draw"]]
_sources: list[Told] = []
_draws: list[Drawn] = []


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


@dataclass(frozen=True)
class Draw:
    """A draw that an answer can take part in: what it is called and what can be won, by language, and until when."""

    key: str
    names: Texts
    prizes: Texts
    closes_at: dt.datetime
    draws_on: dt.date


def declare_draws(told: Drawn) -> None:
    """Register who knows draws; the same again changes nothing."""
    if told not in _draws:
        _draws.append(told)


def draws(at: dt.datetime) -> list[Draw]:
    """Those that can be promised at that moment, what closes first before the rest."""
    return sorted((draw for told in _draws for draw in told(at)), key=lambda draw: (draw.closes_at, draw.key))
