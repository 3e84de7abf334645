"""When people buy: each with a pace, a usual hour and a day on which they stop, in a year with paydays and feasts.

The pace follows a Gamma distribution over people, the chance to stop after an order a Beta distribution (BG/NBD), so
that the models of the analytics room meet data of the kind they assume, with weeks and feasts on top.
"""

import random
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from cdp.sample import dice, humans
from cdp.sample.data import catalogue, feasts

DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MEAN_GAP_DAYS: Final = 42.0
_USUAL_HOURS: Final = (7, 9, 10, 11, 12, 12, 13, 15, 17, 18, 19, 20, 20, 21, 21, 22)
_MOST_ORDERS: Final = 300
# Days ahead among which an order finds the one that suits: people wait for payday and for the sale.
_WAIT: Final = 6


class Habits(NamedTuple):
    """How one person shops. Both rows of somebody who is known twice share them."""

    buys: bool
    gap: float
    stops: float
    hour: int
    thrift: float
    in_store: float
    favourites: tuple[catalogue.Product, ...]


class Calendar:
    """How busy a day is in a country, beside an ordinary Tuesday."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], float] = {}

    def weight(self, country: str, day: int) -> float:
        """The weight of a day, counted from 1970, on the country's own calendar."""
        key = (country if country in humans.OFFSETS else "", day)
        weight = self._known.get(key)
        if weight is None:
            if len(self._known) > 50_000:
                self._known.clear()
            weight = self._known[key] = _weight(key[0], date.fromordinal(_EPOCH + day))
        return weight


def _weight(country: str, day: date) -> float:
    weight = 1.4 if day.weekday() >= 5 else 1.0
    month_day = (day.month, day.day)
    weight *= {(11, 11): 8.0, (12, 12): 6.0, (9, 9): 2.5, (10, 10): 2.5}.get(month_day, 1.0)
    if country == "TH":
        if day.day >= 25 or day.day <= 2:
            weight *= 1.6
        if (4, 5) <= month_day <= (4, 12):
            weight *= 1.9
        elif (4, 13) <= month_day <= (4, 15):
            weight *= 0.4
    elif country == "KR":
        if 25 <= day.day <= 27:
            weight *= 1.4
        for feast in (feasts.SEOLLAL.get(day.year), feasts.CHUSEOK.get(day.year)):
            if feast is not None:
                ahead = (feast - day).days
                weight *= 2.2 if 2 <= ahead <= 10 else 0.4 if -1 <= ahead <= 1 else 1.0
    elif (11, 20) <= month_day <= (12, 20):
        weight *= 1.8
    return weight


def habits(rng: random.Random, base: int, human: humans.Human) -> Habits:
    """The person's way of shopping; the same for every row behind which they stand."""
    dice.reseed(rng, base, human.index)
    chance = rng.random
    pace = max(0.03, dice.exponential(rng, 1.0))
    favourites = tuple(dice.pick(rng, catalogue.BY_POPULARITY) for _ in range(3))
    near_a_store = {"TH": 0.3, "KR": 0.2}.get(human.country, 0.0)
    return Habits(
        buys=chance() >= 0.22,
        gap=_MEAN_GAP_DAYS * DAY / pace,
        stops=1.0 - (1.0 - chance()) ** 0.2,
        hour=dice.pick(rng, _USUAL_HOURS),
        thrift=chance(),
        in_store=near_a_store * 2 * chance(),
        favourites=favourites,
    )


def moments(
    rng: random.Random, calendar: Calendar, habit: Habits, *, country: str, since: int, now: int, again: bool
) -> Iterator[int]:
    """The seconds at which the person orders, rising. `again` marks a second row of somebody, which is used less."""
    stops = min(0.95, habit.stops * 2 + 0.25) if again else habit.stops
    if not habit.buys or (again and rng.random() < 0.3):
        return
    at = since + rng.random() * 2400 if rng.random() < 0.5 else since + dice.exponential(rng, 24 * DAY)
    first = True
    for _ in range(_MOST_ORDERS):
        if at > now:
            return
        # The first order at sign-up keeps its minute; later ones find their day and hour.
        placed = int(at) if first and at - since <= 2400 else _suited(rng, calendar, habit, country, int(at))
        if placed > now:
            return
        yield placed
        first = False
        if rng.random() < stops:
            return
        at = max(at, placed) + DAY * 0.6 + dice.exponential(rng, habit.gap)


def _suited(rng: random.Random, calendar: Calendar, habit: Habits, country: str, at: int) -> int:
    """The moment at which an order that was due at `at` is placed: a day soon after that suits, at the usual hour."""
    offset = humans.OFFSETS.get(country, 0)
    day = (at + offset) // DAY
    weights = [calendar.weight(country, day + ahead) for ahead in range(1, _WAIT + 1)]
    draw = rng.random() * sum(weights)
    for weight in weights:
        day += 1
        draw -= weight
        if draw < 0:
            break
    hour = min(23.9, max(6.0, habit.hour + (rng.random() + rng.random() - 1.0) * 2.5))
    return int(day * DAY + hour * 3600 + rng.random() * 60) - offset
