"""Short dates and times of day in the order and words of the reader's language: "25 May", "25 พ.ค.", "5월 25일"."""

import datetime as dt
from functools import lru_cache

from babel import Locale, dates
from django.utils import translation

# English is written here as most of the world writes it: day before month, 24 hours.
LOCALES = {"en": "en_GB", "th": "th_TH", "ko": "ko_KR"}


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, LOCALES["en"]))


def locale() -> Locale:
    """Babel's locale of the active language."""
    return _locale((translation.get_language() or "en").split("-")[0])


def day(on: dt.date) -> str:
    """Day and month, for the axis of a chart: "25 May", "5월 25일"."""
    return dates.format_skeleton("MMMd", on, locale=locale())


def month(on: dt.date, *, long: bool = False) -> str:
    """Month and year: "May 2026", "2026년 5월"; `long` with the whole name of the month."""
    return dates.format_skeleton("yMMMM" if long else "yMMM", on, locale=locale())


def clock(at: dt.datetime) -> str:
    """The time of day to the minute, "14:05"; in Korean "오후 2:05"."""
    return dates.format_time(at, format=_times("short"), locale=locale())


def moment(at: dt.datetime) -> str:
    """Date and time to the second."""
    joined = str(dates.get_datetime_format("medium", locale=locale())).replace("'", "")
    time = dates.format_time(at, format=_times("medium"), locale=locale())
    return joined.replace("{0}", time).replace("{1}", dates.format_date(at, format="medium", locale=locale()))


def _times(width: str) -> str:
    # CLDR's short words for the halves of the day are Latin in Korean ("AM"); Koreans write the wide ones (오전, 오후).
    return str(locale().time_formats[width].pattern).replace("a", "aaaa")
