"""On which days nobody has to work, by country: public holidays of the package `holidays`, mended by the pack."""

import datetime as dt
from functools import cache

import holidays

from consent.rules.packs import Pack


@cache
def _of_year(country: str, year: int) -> frozenset[dt.date]:
    """The public holidays of that country's whole state in that year."""
    return frozenset(holidays.country_holidays(country, years=year))


def is_holiday(day: dt.date, *, pack: Pack, country: str) -> bool:
    """Whether the law's country has a public holiday then. Without a country of the pack there is none: a clock that
    ends a day too early harms nobody.
    """
    if country not in pack.countries:
        return False
    mended = pack.holidays.get(country)
    if mended is not None and day in mended.add:
        return True
    if mended is not None and (day in mended.without or day.strftime("%m-%d") in mended.never):
        return False
    return day in _of_year(country, day.year)
