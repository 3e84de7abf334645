"""The shop's hours and targets as they are stored and as staff write them: `9:00-12:00, 13:00-18:00`."""

import datetime as dt
import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from surveys.rules.tickets.clock import Target
from surveys.rules.tickets.hours import DAYS_OF_WEEK, Hours, Span

USUAL_WEEK = {day: [(dt.time(9), dt.time(18))] for day in range(5)}
"""Monday to Friday, nine to six: the hours in which most shops have somebody who answers."""
USUAL_TARGETS = {"urgent": (60, 240), "high": (120, 540), "normal": (240, 1620), "low": (540, 2700)}
"""Minutes of the shop's time to the first reply and to the resolution, by priority."""
LONGEST_TARGET = 60 * 24 * 365
MOST_SPANS = 4
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|~|to)\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_FULL_DAY = 24


class Unreadable(ValueError):
    """No hours; the code says why: shape, time, empty, overlap."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def spans(text: str) -> list[Span]:
    """The spans of one day as staff write them; an empty text is a day on which nobody is there. Raises Unreadable."""
    found: list[Span] = []
    for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise Unreadable("shape")
        begin_hour, begin_minute, end_hour, end_minute = (int(one or 0) for one in match.groups())
        span = _time(begin_hour, begin_minute), _time(end_hour, end_minute)
        if span[0] == span[1] and (begin_hour, end_hour) != (0, _FULL_DAY):
            raise Unreadable("empty")  # nobody means a whole day by 9:00-9:00
        found.append(span)
    found.sort()
    if len(found) > MOST_SPANS or any(
        after < before_end or before_end <= before for (before, before_end), (after, _end) in itertools.pairwise(found)
    ):
        raise Unreadable("overlap")
    return found


def _time(hour: int, minute: int) -> dt.time:
    if hour == _FULL_DAY and not minute:
        return dt.time.min
    try:
        return dt.time(hour, minute)
    except ValueError as error:
        raise Unreadable("time") from error


def written(day: Sequence[Span]) -> str:
    """The spans of a day as staff write them."""
    return ", ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in day)


def stored(week: Mapping[int, Sequence[Span]]) -> dict[str, list[list[str]]]:
    """A week as JSON."""
    return {str(day): [[f"{begin:%H:%M}", f"{end:%H:%M}"] for begin, end in week.get(day, ())] for day in range(7)}


def read(stored_week: Mapping[str, Any]) -> dict[int, list[Span]]:
    """A week of JSON, as `stored` wrote it."""
    return {
        day: [
            (dt.time.fromisoformat(begin), dt.time.fromisoformat(end)) for begin, end in stored_week.get(str(day), ())
        ]
        for day in range(DAYS_OF_WEEK)
    }


def hours(week: Mapping[int, Sequence[Span]], holidays: Collection[dt.date], zone: str) -> Hours:
    """The clock's hours."""
    closed = frozenset(holidays)
    return Hours(zone, week, lambda day: day in closed)


def targets(minutes: Mapping[str, Sequence[int]]) -> dict[str, Target]:
    """Priority → target."""
    return {
        priority: Target(dt.timedelta(minutes=first), dt.timedelta(minutes=resolve))
        for priority, (first, resolve) in minutes.items()
    }
