"""Dates of birth, from a form of the seventies to a Korean resident number's first half."""

from __future__ import annotations

import datetime as dt
import re

from cdp.core.files import dates, problems
from customers.rules import unreadable

OLDEST = 120
_SIX = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")
_WHOLE_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_SHORT_YEAR = re.compile(r"([0-9]{1,2})\s*([-/.])\s*([0-9]{1,2})\s*\2\s*([0-9]{2})")


def birth_date(raw: str, *, dayfirst: bool | None, today: dt.date, era: str = "") -> dt.date:
    """The date of birth in a text, Buddhist era included; `dayfirst` decides what can be read both ways.

    A two-digit year is taken where only one century, and only one era, gives a living person: 05/03/90 is 1990, but
    05/03/30 may be 1930 or 2530 and is refused; 900305 is a Korean date. `era` is that of a whole column's two-digit
    years (see cdp.core.files.dates.day).
    Unreadable: missing, not_a_date, no_such_day, ambiguous_date, two_digit_year, in_the_future, too_old.
    """
    text = dates.plain(raw)
    try:
        if match := _SIX.fullmatch(text):
            day = _recent(int(match[1]), int(match[2]), int(match[3]), today)
        elif match := _SHORT_YEAR.fullmatch(text):
            number, month = dates.order(int(match[1]), int(match[3]), match[2], dayfirst=dayfirst)
            year = int(match[4])
            is_open = not era and 2500 + year - dates.BUDDHIST <= today.year
            if is_open or era == dates.OPEN:
                raise unreadable.Unreadable("two_digit_year")
            day = _recent(year, month, number, today, dates.BUDDHIST if era == dates.BUDDHIST_ERA else 0)
        else:
            day = dates.day(text, dayfirst=dayfirst, era=era)
    except problems.ValueProblem as problem:
        code = _beyond(text, today) if problem.code == "out_of_range" else problem.code
        raise unreadable.Unreadable(code) from problem
    if day > today:
        raise unreadable.Unreadable("in_the_future")
    if today.year - day.year > OLDEST:
        raise unreadable.Unreadable("too_old")
    return day


def _beyond(text: str, today: dt.date) -> str:
    """On which side of a life the year lies that no calendar of ours holds."""
    years = [int(digits) for digits in _WHOLE_YEAR.findall(text)]
    ours = [year - dates.BUDDHIST if dates.is_buddhist(year) else year for year in years]
    return "in_the_future" if any(year > today.year for year in ours) else "too_old"


def _recent(year: int, month: int, number: int, today: dt.date, ahead: int = 0) -> dt.date:
    """The last such day that is not in the future, by years that are so far `ahead` of ours."""
    now = today.year + ahead
    century = now - now % 100
    for start in (century, century - 100):
        try:
            day = dt.date(start + year - ahead, month, number)
        except ValueError:
            continue
        if day <= today:
            return day
    raise unreadable.Unreadable("no_such_day")
