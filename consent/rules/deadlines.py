"""Until when a request must be answered, counted as each law counts.

All three laws leave out the day on which the request came and end with the last hour of the last day. A month ends on
the day of the same number, or on the last one of a shorter month. A last day on which the shop need not work moves to
the next one that is a working day.

GDPR: Regulation (EEC, Euratom) 1182/71 art. 3; EDPB guidelines 01/2022.
Thailand: Civil and Commercial Code s. 193/3, 193/5, 193/8. Korea: Civil Act art. 157, 159, 160, 161.
"""

import calendar
import datetime as dt
from collections.abc import Callable
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Unit = Literal["days", "months"]
IsHoliday = Callable[[dt.date], bool]
SATURDAY = 5
STEPS = (50, 80, 100)
"""Of how much of the time staff are told that a request is still open, in percent."""


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a kind of request may take. `extend` more of the same unit, told with a reason within the first period;
    none where the law knows no extension. `stops_for_identity`: days on which we wait for a proof of who asks do not
    count. All of it is copied into the request when it comes.
    """

    amount: int
    unit: Unit
    citation: str
    extend: int = 0
    extend_citation: str = ""
    stops_for_identity: bool = False


class Clock(msgspec.Struct, frozen=True):
    """The term of one request: what the law gave it, and where its days end."""

    term: Term
    zone: str


def last_day(clock: Clock, *, received_at: dt.datetime, is_extended: bool = False, paused_days: int = 0) -> dt.date:
    """The last day before it is looked at whether anybody works on it."""
    start = received_at.astimezone(ZoneInfo(clock.zone)).date()
    amount = clock.term.amount + (clock.term.extend if is_extended else 0)
    end = _months_after(start, amount) if clock.term.unit == "months" else start + dt.timedelta(days=amount)
    return end + dt.timedelta(days=paused_days)


def due_on(
    clock: Clock,
    *,
    received_at: dt.datetime,
    is_holiday: IsHoliday,
    is_extended: bool = False,
    paused_days: int = 0,
) -> dt.date:
    """The last day on which an answer is in time."""
    day = last_day(clock, received_at=received_at, is_extended=is_extended, paused_days=paused_days)
    while day.weekday() >= SATURDAY or is_holiday(day):
        day += dt.timedelta(days=1)
    return day


def end_of(day: dt.date, zone: str) -> dt.datetime:
    """The moment at which that day is over in that zone: an answer before it is in time, one at it is late."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, ZoneInfo(zone))


def day_of(due_at: dt.datetime, zone: str) -> dt.date:
    """The last day, back from the moment at which it is over."""
    return (due_at - dt.timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def days_between(start: dt.datetime, end: dt.datetime, zone: str) -> int:
    """How many days of that zone lie between two moments: what a pause gives back. Within one day it gives nothing."""
    here = ZoneInfo(zone)
    return max(0, (end.astimezone(here).date() - start.astimezone(here).date()).days)


def can_extend(
    clock: Clock, *, now: dt.datetime, first_due_at: dt.datetime, is_extended: bool
) -> Literal["", "unknown_to_law", "already", "too_late"]:
    """Why a request cannot be extended now; empty when it can."""
    if not clock.term.extend:
        return "unknown_to_law"
    if is_extended:
        return "already"
    return "too_late" if now >= first_due_at else ""


def share_used(*, received_at: dt.datetime, due_at: dt.datetime, now: dt.datetime) -> int:
    """How much of the time is gone, in whole percent; over 100 when it is late."""
    whole = due_at - received_at
    return 100 if whole <= dt.timedelta() else max(0, 100 * (now - received_at) // whole)


def step_reached(share: int) -> int:
    """The highest of STEPS that is reached; 0 for none."""
    return max((step for step in STEPS if share >= step), default=0)


def _months_after(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
