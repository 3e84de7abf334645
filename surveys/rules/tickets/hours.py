"""The shop's hours, and the clock of a ticket: it runs only while somebody could answer.

Hours are of the wall clock in the shop's zone. A day may have several spans (closed at noon); one that ends at or
before its begin goes on into the next day (a bar that closes at two). Where a zone puts its clocks forward or back,
the clock counts what really passes.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

IsHoliday = Callable[[dt.date], bool]
Span = tuple[dt.time, dt.time]
DAYS_OF_WEEK = 7
LONGEST_SEARCH = dt.timedelta(days=366)
"""A shop that has no hour in a year has none at all."""


class NoHours(ValueError):
    """The shop is never open, so nothing can ever be due."""


@dataclass(frozen=True)
class Hours:
    """A week: weekday (0 is Monday) → spans, in `zone`. On holidays nobody is there."""

    zone: str
    week: Mapping[int, Sequence[Span]]
    is_holiday: IsHoliday = lambda _day: False

    def __post_init__(self) -> None:
        """Spans of a day follow each other: what overlaps would count twice."""
        for day, spans in self.week.items():
            if not 0 <= day < DAYS_OF_WEEK:
                raise ValueError(f"there is no weekday {day}")
            for (_begin, end), (following, _end) in itertools.pairwise(spans):
                if following < end:
                    raise ValueError(f"the spans of weekday {day} overlap")


def always(zone: str = "UTC") -> Hours:
    """Open day and night."""
    return Hours(zone, {day: [(dt.time.min, dt.time.min)] for day in range(DAYS_OF_WEEK)})


def between(hours: Hours, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """How much of the shop's time lies between two moments; nothing where the second is not later."""
    passed = dt.timedelta()
    for begin, over in _spans(hours, start, end):
        passed += over - begin
    return passed


def after(hours: Hours, start: dt.datetime, amount: dt.timedelta) -> dt.datetime:
    """The moment at which that much of the shop's time has passed since `start`, in UTC. Raises NoHours."""
    left = amount
    for begin, over in _spans(hours, start, start + LONGEST_SEARCH + 3 * amount):
        if over - begin >= left:
            return begin + left
        left -= over - begin
    raise NoHours


def _spans(hours: Hours, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The stretches between two moments in which the shop is open, in UTC and in order, none touching another twice."""
    zone = ZoneInfo(hours.zone)
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    # A day earlier: a night that began yesterday may go on.
    day = start.astimezone(zone).date() - dt.timedelta(days=1)
    reached = start
    while reached < end and _begins(day, zone) < end:
        for opens, closes in () if hours.is_holiday(day) else hours.week.get(day.weekday(), ()):
            last = day if closes > opens else day + dt.timedelta(days=1)
            begin = max(_moment(day, opens, zone), reached)
            over = min(_moment(last, closes, zone), end)
            if over > begin:
                yield begin, over
                reached = over
        day += dt.timedelta(days=1)


def _begins(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return _moment(day, dt.time.min, zone)


def _moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
