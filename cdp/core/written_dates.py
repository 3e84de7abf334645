"""Dates and times of day in the order and words of the reader's language: "25 May", "25 พ.ค.", "5월 25일".

Years are those of the calendar that the language is read with: in Thai the Buddhist one, 2569 for 2026. Letters and
pages for customers write a date `in_full`; lists and pages of staff the short one of `whole`. Nothing that people read
is written by Django's own date formats, which know our years only; a test holds that.
"""

import datetime as dt
import re
from functools import lru_cache

from babel import Locale, dates
from django.utils import translation

# English is written here as most of the world writes it: day before month, 24 hours.
LOCALES = {"en": "en_GB", "th": "th_TH", "ko": "ko_KR"}
BUDDHIST = 543
"""Years by which the Buddhist calendar is ahead; its months and days are ours."""
_YEAR = re.compile("G|y+")


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, LOCALES["en"]))


def locale() -> Locale:
    """Babel's locale of the active language."""
    return _locale((translation.get_language() or "en").split("-")[0])


def day(on: dt.date) -> str:
    """Day and month, for the axis of a chart: "25 May", "5월 25일"."""
    return dates.format_skeleton("MMMd", on, locale=locale())


def dated(on: dt.date, width: str, words: Locale | None = None) -> str:
    """A date with its year in one of CLDR's widths (`medium`, `long`, `full`), in the words of a locale."""
    words = words or locale()
    return str(dates.format_date(on, format=_of_year(words.date_formats[width].pattern, on, words), locale=words))


def whole(on: dt.date) -> str:
    """Day, month and year: "25 May 2026", "25 พ.ค. 2569", "2026년 5월 25일"."""
    return dated(on, "long" if locale().language == "ko" else "medium")


def in_full(on: dt.date) -> str:
    """As letters write it: "23 November 2026", "23 พฤศจิกายน พ.ศ. 2569", "2026년 11월 23일"."""
    return dated(on, "long")


def moment_in_full(at: dt.datetime, zone: dt.tzinfo) -> str:
    """Day and time of day there, as letters write them: "23 November 2026, 07:58", "23 พฤศจิกายน พ.ศ. 2569 เวลา
    07:58 น.", "2026년 11월 23일 오전 7:58".
    """
    local = at.astimezone(zone)
    joined = {"th": "{day} เวลา {time} น.", "ko": "{day} {time}"}.get(locale().language, "{day}, {time}")
    return joined.format(day=in_full(local.date()), time=clock(local))


def zone_name(zone: dt.tzinfo) -> str:
    """Whose clock it is, in words: "Thailand Time", "เวลาไทย", "대한민국 시간"; UTC is called UTC everywhere."""
    called = str(zone)
    return "UTC" if called in {"UTC", "Etc/UTC"} else str(dates.get_timezone_location(zone, locale=locale()))


def month(on: dt.date, *, long: bool = False) -> str:
    """Month and year: "May 2026", "พ.ค. 2569", "2026년 5월"; `long` with the whole name of the month."""
    words, wanted = locale(), "yMMMM" if long else "yMMM"
    if wanted not in words.datetime_skeletons:
        return str(dates.format_skeleton(wanted, on, locale=words))
    pattern = _of_year(words.datetime_skeletons[wanted].pattern, on, words)
    return str(dates.format_date(on, format=pattern, locale=words))


def year(number: int) -> str:
    """A year alone, as the language counts them: "2026", in Thai "2569"."""
    return str(number + BUDDHIST if locale().language == "th" else number)


def clock(at: dt.datetime) -> str:
    """The time of day to the minute, "14:05"; in Korean "오후 2:05"."""
    return dates.format_time(at, format=_times(locale(), "short"), locale=locale())


def clock_exact(at: dt.datetime) -> str:
    """The time of day to the second, "14:05:09"; in Korean "오후 2:05:09"."""
    return dates.format_time(at, format=_times(locale(), "medium"), locale=locale())


def moment(at: dt.datetime) -> str:
    """Date and time to the second."""
    return _moments(locale(), at.year).apply(at, locale())


@lru_cache(maxsize=256)
def _moments(words: Locale, year: int) -> dates.DateTimePattern:
    joined = str(words.datetime_formats["medium"])
    day_of = _of_year(words.date_formats["medium"].pattern, dt.date(year, 1, 1), words)
    return dates.parse_pattern(joined.replace("{0}", _times(words, "medium")).replace("{1}", day_of))


def _of_year(pattern: object, on: dt.date, words: Locale) -> str:
    """The pattern with the year of the language's calendar in it; Babel itself counts only ours."""
    if words.language != "th":
        return str(pattern)
    return _YEAR.sub(lambda found: "'พ.ศ.'" if found[0] == "G" else f"'{on.year + BUDDHIST}'", str(pattern))


def _times(words: Locale, width: str) -> str:
    # CLDR's short words for the halves of the day are Latin in Korean ("AM"); Koreans write the wide ones (오전, 오후).
    return str(words.time_formats[width].pattern).replace("a", "aaaa")
