"""Offers made to somebody for a reason of their own: what they are on, when, and how the reason reads. Pure."""

import calendar
import datetime as dt
from enum import StrEnum

import msgspec

from loyalty.rules.benefit import Benefit, Credit, is_any
from loyalty.rules.programme import Some


class Period(StrEnum):
    """How often somebody gets one."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def name(period: Period, on: dt.date) -> str:
    """The period that a day of the shop's calendar lies in: `2026-11`, `2026-Q4`, `2026`."""
    if period is Period.MONTH:
        return f"{on:%Y-%m}"
    if period is Period.QUARTER:
        return f"{on:%Y}-Q{(on.month + 2) // 3}"
    return f"{on:%Y}"


def on_article(benefit: Benefit, sku: str) -> Benefit:
    """The benefit on that article alone."""
    return benefit if isinstance(benefit, Credit) else msgspec.structs.replace(benefit, of=Some(skus=[sku]))


def is_for_articles(benefit: Benefit) -> bool:
    """Whether it can be on an article of one's own: it takes something off, and names none itself."""
    return not isinstance(benefit, Credit) and (is_any(benefit.of) or bool(benefit.of.skus))


def birthday(born: dt.date, on: dt.date, *, days: int) -> dt.date | None:
    """The birthday whose window a day lies in: it begins so many days before (1: on the day itself) and ends with it
    the same number after; None outside. Who was born on 29 February has theirs on the 28th where there is no 29th.
    """
    for year in (on.year - 1, on.year, on.year + 1):
        is_short = (born.month, born.day) == (2, 29) and not calendar.isleap(year)
        day = dt.date(year, 2, 28) if is_short else born.replace(year=year)
        if abs((day - on).days) < days:
            return day
    return None
