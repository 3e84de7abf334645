"""Calendar days as people and programs write them in Thailand, Korea and elsewhere.

One grammar for every door: ISO, 29/02/2024, 02/29/2024, 29 ก.พ. 2567, 2024년 2월 29일, Feb 29 2024, 20240229, a
spreadsheet's serial number. Years 2400 to 2600 are Buddhist. What can be read two ways is refused unless the caller
says which number is the day: a wrong birthday is worse than a missing one.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from typing import TypedDict

from cdp.core.files import problems

BUDDHIST = 543
BUDDHIST_ERA, COMMON_ERA, OPEN = "buddhist", "common", "open"
_BUDDHIST_YEARS = range(2400, 2601)
_SURELY_BUDDHIST = range(30, 70)  # 1987 to 2026; the years of these two digits in our era are not yet or long ago
_YEARS = range(1850, 2200)
_SERIALS = range(10_000, 90_000)  # 1927 to 2146 in a spreadsheet's count of days
_SERIAL_START = dt.date(1899, 12, 30)

_MONTHS = (
    "january jan มกราคม ม.ค. มค มกรา",
    "february feb กุมภาพันธ์ ก.พ. กพ กุมภา",
    "march mar มีนาคม มี.ค. มีค มีนา",
    "april apr เมษายน เม.ย. เมย เมษา",
    "may พฤษภาคม พ.ค. พค พฤษภา",
    "june jun มิถุนายน มิ.ย. มิย มิถุนา",
    "july jul กรกฎาคม ก.ค. กค กรกฎา",
    "august aug สิงหาคม ส.ค. สค สิงหา",
    "september sep sept กันยายน ก.ย. กย กันยา",
    "october oct ตุลาคม ต.ค. ตค ตุลา",
    "november nov พฤศจิกายน พ.ย. พย พฤศจิกา",
    "december dec ธันวาคม ธ.ค. ธค ธันวา",
)
# Thai letters compare without their dots, so that "ก.พ", "ก.พ." and "กพ" are one.
_MONTH = {name.replace(".", ""): number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}

_YEAR_FIRST = re.compile(r"(\d{4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})\.?")
_EAST_ASIAN = re.compile(r"(\d{4}|\d{2})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_NAME = r"([^\W\d_](?:[^\W\d_]|[.\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])*)"
_LONGEST = 80  # no date is longer, and no pattern should meet a novel
_DAY_NAME_YEAR = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[\s\-/]*(?:of\s+)?" + _NAME + r"[\s\-/,]*['’]?(\d{4}|\d{2})")
_NAME_DAY_YEAR = re.compile(_NAME + r"[\s\-/]*(\d{1,2})(?:st|nd|rd|th)?[\s\-/,]+(\d{4})")
_YEAR_NAME_DAY = re.compile(r"(\d{4})[\s\-/]+" + _NAME + r"[\s\-/]+(\d{1,2})")
# Words that may stand around a date: weekdays, "on the", the names of eras.
_NOISE = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+|^(?:วัน\S*?\s*)?ที่\s*|^วัน\S+\s+|^(?:อา|จ|อ|พ|พฤ|ศ|ส)\.\s*(?=\d)"
    r"|^(?:อาทิตย์|จันทร์|อังคาร|พุธ|พฤหัส(?:บดี)?|ศุกร์|เสาร์)(?:ที่)?\s*(?=\d)|\s*\(?[월화수목금토일]요일\)?|\s*\([월화수목금토일]\)"
    r"|พ\.?\s?ศ\.?\s*|ค\.?\s?ศ\.?\s*|\bb\.?e\.?\s*|\ba\.?d\.?\s*|\bc\.?e\.?\s*|เดือน\s*",
    re.IGNORECASE,
)
# What databases and spreadsheets write behind a day that has no time.
_MIDNIGHT = re.compile(r"[T ](?:0{1,2}:00(?::00(?:\.0+)?)?(?: ?Z|[+-]00:?00)?|12:00(?::00)? ?AM)$", re.IGNORECASE)
_ERA = re.compile(r"(?P<buddhist>พ\.?\s?ศ|\bb\.?e\b)|(?P<common>ค\.?\s?ศ|\ba\.?d\b|\bc\.?e\b)", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


def plain(raw: str) -> str:
    """The text with ASCII digits and single spaces, without invisible characters and a spreadsheet's apostrophe."""
    if raw.isascii():
        return raw.strip().removeprefix("'")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", raw))
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return " ".join(text.split()).removeprefix("'")


class Style(TypedDict):
    """How a whole column writes its days: which number is the day, and which era its two-digit years are of."""

    dayfirst: bool | None
    era: str


@functools.lru_cache(maxsize=16384)
def day(text: str, *, dayfirst: bool | None = None, era: str = "") -> dt.date:
    """The calendar day of a text. ValueProblem: missing, not_a_date, no_such_day, ambiguous_date, two_digit_year.

    `dayfirst` decides only what can be read both ways; None refuses it, 26.11.22 too, which is a year first in Korea.
    A two-digit year is taken as 2000 to 2034 or 1980 to 1999 and refused in between, where it may be Buddhist. Beside a
    Thai month 30 to 69 are Buddhist; others may be of either era unless it is named. `era` is that of the two-digit
    years of a whole column: BUDDHIST_ERA, COMMON_ERA, or OPEN where nobody has said which, so that all are refused;
    what a value itself names counts more.
    """
    text = plain(text[: 2 * _LONGEST])
    if not text:
        raise problems.ValueProblem("missing")
    if len(text) > _LONGEST:
        raise problems.ValueProblem("not_a_date")
    if ":" in text:
        text = _MIDNIGHT.sub("", text)
    if match := _YEAR_FIRST.fullmatch(text) or _EAST_ASIAN.fullmatch(text):
        return _year_first(match)
    if match := _YEAR_LAST.fullmatch(text):
        return _numbers(match, dayfirst=dayfirst, column=era)
    if match := _COMPACT.fullmatch(text):
        return _date(_full_year(int(match[1])), int(match[2]), int(match[3]))
    if (match := _SERIAL.fullmatch(text)) and int(match[1]) in _SERIALS:
        return _SERIAL_START + dt.timedelta(days=int(match[1]))
    named = match.lastgroup or "" if (match := _ERA.search(text)) else ""
    return _named(" ".join(_NOISE.sub(" ", text).split()), dayfirst=dayfirst, era=named, column=era)


def is_buddhist(year: int) -> bool:
    """Whether a full year is of the Buddhist era. Whoever counts so writes the day first."""
    return year in _BUDDHIST_YEARS


def is_doubtful(year: int) -> bool:
    """Whether two digits of a year, without anything beside them, may be of either era."""
    return 35 <= year < 80


def order(first: int, second: int, separator: str, *, dayfirst: bool | None) -> tuple[int, int]:
    """(day, month) of two numbers. Only what can be read both ways needs `dayfirst`; dots are always day first."""
    if first > 12 or first == second:
        return first, second
    if second > 12:
        return second, first
    if dayfirst is None:
        if separator != ".":
            raise problems.ValueProblem("ambiguous_date")
        dayfirst = True
    return (first, second) if dayfirst else (second, first)


def _year_first(match: re.Match[str]) -> dt.date:
    return _date(_year(match[1]), int(match[match.re.groups - 1]), int(match[match.re.groups]))


def may_be_year_first(first: int, separator: str, last: str) -> bool:
    """Whether 26.11.22 may be the 22nd of November: two digits last are a day as well, and no slash stands between."""
    return separator != "/" and len(last) == 2 and 1 <= int(last) <= 31 and first <= 31


def _numbers(match: re.Match[str], *, dayfirst: bool | None, era: str = "", column: str = "") -> dt.date:
    if len(match[4]) == 2 and int(match[1]) > 31:  # 95.03.02
        return _date(_year(match[1].zfill(2), era=era or column), int(match[3]), int(match[4]))
    if dayfirst is None and not era and may_be_year_first(int(match[1]), match[2], match[4]):
        raise problems.ValueProblem("ambiguous_date")
    if dayfirst is None and is_buddhist(int(match[4])):
        dayfirst = True
    number, month = order(int(match[1]), int(match[3]), match[2], dayfirst=dayfirst)
    return _date(_year(match[4], era=era or column), month, number)


def _named(text: str, *, dayfirst: bool | None, era: str, column: str) -> dt.date:
    if match := _DAY_NAME_YEAR.fullmatch(text):
        number, name, year = match[1], match[2], match[3]
    elif match := _NAME_DAY_YEAR.fullmatch(text):
        name, number, year = match[1], match[2], match[3]
    elif match := _YEAR_NAME_DAY.fullmatch(text):
        year, name, number = match[1], match[2], match[3]
    elif (match := _YEAR_FIRST.fullmatch(text)) or (match := _EAST_ASIAN.fullmatch(text)):
        return _year_first(match)
    elif match := _YEAR_LAST.fullmatch(text):
        return _numbers(match, dayfirst=dayfirst, era=era, column=column)
    else:
        raise problems.ValueProblem("not_a_date")
    month = _MONTH.get(name.casefold().replace(".", ""))
    if month is None:
        raise problems.ValueProblem("not_a_date")
    thai = "thai" if "\u0e00" <= name[0] <= "\u0e7f" and column != BUDDHIST_ERA else ""
    return _date(_year(year, era=era or thai or column), month, int(number))


def _year(digits: str, *, era: str = "") -> int:
    year = int(digits)
    if len(digits) == 4:
        return _full_year(year)
    if era == "thai" and year not in _SURELY_BUDDHIST:
        raise problems.ValueProblem("two_digit_year")
    if era in {"thai", BUDDHIST_ERA}:
        return 2500 + year - BUDDHIST
    if era == OPEN:
        raise problems.ValueProblem("two_digit_year")
    if year < 35:
        return 2000 + year
    if is_doubtful(year) and era != COMMON_ERA:
        raise problems.ValueProblem("two_digit_year")
    return 1900 + year


def _full_year(year: int) -> int:
    return year - BUDDHIST if is_buddhist(year) else year


def _date(year: int, month: int, number: int) -> dt.date:
    if year not in _YEARS:
        raise problems.ValueProblem("out_of_range")
    try:
        return dt.date(year, month, number)
    except ValueError as error:
        raise problems.ValueProblem("no_such_day") from error
