"""Short dates and times of day in the order and words of the reader's language: "25 May", "25 พ.ค.", "5월 25일"."""

import datetime as dt
from functools import cache, lru_cache

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


def whole(on: dt.date) -> str:
    """Day, month and year: "25 May 2026", "2026년 5월 25일"."""
    return dates.format_date(on, format="long" if locale().language == "ko" else "medium", locale=locale())


def month(on: dt.date, *, long: bool = False) -> str:
    """Month and year: "May 2026", "2026년 5월"; `long` with the whole name of the month."""
    return dates.format_skeleton("yMMMM" if long else "yMMM", on, locale=locale())


def clock(at: dt.datetime) -> str:
    """The time of day to the minute, "14:05"; in Korean "오후 2:05"."""
    return dates.format_time(at, format=_times(locale(), "short"), locale=locale())


def clock_exact(at: dt.datetime) -> str:
    """The time of day to the second, "14:05:09"; in Korean "오후 2:05:09"."""
    return dates.format_time(at, format=_times(locale(), "medium"), locale=locale())


def moment(at: dt.datetime) -> str:
    """Date and time to the second."""
    return _moments(locale()).apply(at, locale())


@cache
def _moments(words: Locale) -> dates.DateTimePattern:
    joined, day_of = str(words.datetime_formats["medium"]), str(words.date_formats["medium"].pattern)
    return dates.parse_pattern(joined.replace("{0}", _times(words, "medium")).replace("{1}", day_of))


def _times(words: Locale, width: str) -> str:
    # CLDR's short words for the halves of the day are Latin in Korean ("AM"); Koreans write the wide ones (오전, 오후).
    return str(words.time_formats[width].pattern).replace("a", "aaaa")
