"""How long something is kept, as people and laws say it: days, months, years of the calendar."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

MONTHS_A_YEAR = 12
DAYS_A_YEAR = 365.25


class Unit(StrEnum):
    """What is counted."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Term:
    """So many days, months or years."""

    amount: int
    unit: Unit

    def before(self, now: dt.datetime) -> dt.datetime:
        """What began before that moment is over. A month before 31 March is the last of February."""
        if self.unit is Unit.DAYS:
            return now - dt.timedelta(days=self.amount)
        months = self.amount * (MONTHS_A_YEAR if self.unit is Unit.YEARS else 1)
        return months_before(now, months)

    def after(self, moment: dt.datetime) -> dt.datetime:
        """When a term that begins at that moment is over."""
        if self.unit is Unit.DAYS:
            return moment + dt.timedelta(days=self.amount)
        return months_before(moment, -self.amount * (MONTHS_A_YEAR if self.unit is Unit.YEARS else 1))

    @property
    def days(self) -> float:
        """About so many days, to tell which of two terms is longer; twelve months are a year."""
        year = {Unit.DAYS: 1.0, Unit.MONTHS: DAYS_A_YEAR / MONTHS_A_YEAR, Unit.YEARS: DAYS_A_YEAR}
        return self.amount * year[self.unit]


def longest(*terms: Term | None) -> Term | None:
    """The longest of those that are there."""
    known = [term for term in terms if term is not None]
    return max(known, key=lambda term: term.days) if known else None


def months_before(now: dt.datetime, months: int) -> dt.datetime:
    """The same day and time so many months before (after, where negative), or the last day of a shorter month."""
    count = now.year * MONTHS_A_YEAR + now.month - 1 - months
    year, month = divmod(count, MONTHS_A_YEAR)
    first = now.replace(day=1, year=year, month=month + 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return first.replace(day=min(now.day, last.day))


def month_of(moment: dt.datetime) -> dt.datetime:
    """The beginning of its month, in UTC as ids and ledgers count."""
    return moment.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
