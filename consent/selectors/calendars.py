"""On which days nobody has to work, by country: public holidays of the package `holidays`, mended by the pack."""

import datetime as dt
from functools import cache

import holidays

from consent.rules.deadlines import IsHoliday
from consent.rules.packs import Pack

LANGUAGE = "en_US"


@cache
def _of_year(country: str, year: int) -> dict[dt.date, tuple[str, ...]]:
    """The public holidays of that country's whole state in that year, each with its names in English."""
    if country not in holidays.list_supported_countries():  # a pack's country without a calendar: then there is none
        return {}
    found = holidays.country_holidays(country, years=year, language=LANGUAGE)
    return {day: tuple(found.get_list(day)) for day in found}


def is_holiday(day: dt.date, *, pack: Pack, country: str) -> bool:
    """Whether the law's country has a public holiday then. Without a country of the pack there is none: a clock that
    ends a day too early harms nobody.
    """
    if country not in pack.countries:
        return False
    named = _of_year(country, day.year).get(day, ())
    mended = pack.holidays.get(country)
    if mended is None:
        return bool(named)
    if day in mended.add:
        return True
    # A substitute is called like its holiday, with "(in lieu)" behind it.
    return day not in mended.without and any(not name.startswith(tuple(mended.never)) for name in named)


def of(pack: Pack, country: str) -> IsHoliday:
    """The holidays of that country by that law."""
    return lambda day: is_holiday(day, pack=pack, country=country)
