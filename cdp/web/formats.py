"""Numbers, money, dates and times as the reader writes them: plain values in, text in the active language out."""

import datetime as dt

from babel import dates
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import written_dates
from cdp.core.written_dates import locale
from cdp.core.written_numbers import MINUS, NOTHING, SIGNS, Number, compact, money, number, percent

__all__ = [
    "MINUS", "NOTHING", "SIGNS", "Number", "ago", "clock", "clock_exact", "compact", "day", "day_full", "day_heading",
    "minute", "minute_full", "moment", "money", "month_name", "month_of", "number", "percent",
]  # fmt: skip


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def day(value: dt.date | dt.datetime | None, *, long: bool = False) -> str:
    """A date such as "21 Nov 2026", "21 พ.ย. 2569"; `long` with weekday and full month."""
    if value is None:
        return NOTHING
    on = _local(value).date() if isinstance(value, dt.datetime) else value
    return written_dates.dated(on, "full" if long else "medium")


def clock(value: dt.datetime) -> str:
    """The time of day, "14:05"; in Korean "오후 2:05"."""
    return written_dates.clock(_local(value))


def clock_exact(value: dt.datetime) -> str:
    """The time of day to the second, "14:05:09"."""
    return written_dates.clock_exact(_local(value))


def moment(value: dt.datetime | None) -> str:
    """Date and time to the second, with the zone: what a relative time stands for."""
    if value is None:
        return NOTHING
    local = _local(value)
    text = written_dates.moment(local)
    return f"{text} ({written_dates.zone_name(local.tzinfo)})" if local.tzinfo else text


def minute(value: dt.datetime | None) -> str:
    """Date and time of day as people say them: "21 Nov 2026 14:05", on the shop's clock."""
    return NOTHING if value is None else f"{day(value)} {clock(value)}"


def day_full(value: dt.date | dt.datetime | None) -> str:
    """A date as pages and letters for customers write it: "21 November 2026", "21 พฤศจิกายน พ.ศ. 2569"."""
    if value is None:
        return NOTHING
    return written_dates.in_full(_local(value).date() if isinstance(value, dt.datetime) else value)


def minute_full(value: dt.datetime | None) -> str:
    """The same with the time of day on the shop's clock."""
    return NOTHING if value is None else written_dates.moment_in_full(value, timezone.get_current_timezone())


def month_name(value: dt.date | None) -> str:
    """The month alone, of a birthday whose year is nobody's business: "May", "พฤษภาคม", "5월"."""
    return NOTHING if value is None else str(dates.format_date(value, format="LLLL", locale=locale()))


def month_of(value: dt.date | None) -> str:
    """Month and year: "May 2026", "พ.ค. 2569"."""
    return NOTHING if value is None else written_dates.month(value)


def ago(value: dt.datetime, now: dt.datetime) -> str:
    """A distance such as "3 hours ago" or "in 2 days"; beyond 30 days the date itself says more."""
    delta = value - now
    if abs(delta) > dt.timedelta(days=30):
        return day(value)
    if abs(delta) < dt.timedelta(seconds=45):
        return _("just now")
    return dates.format_timedelta(delta, add_direction=True, locale=locale())


def day_heading(on: dt.date, today: dt.date) -> str:
    """The word "Today" or "Yesterday", or the date with its weekday."""
    if on == today:
        return _("Today")
    if on == today - dt.timedelta(days=1):
        return _("Yesterday")
    return day(on, long=True)
