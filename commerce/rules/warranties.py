"""When a warranty ends, and what makes two serial numbers the same."""

import calendar
import datetime as dt
import re

DEFAULT_MONTHS = 12
MOST_MONTHS = 600
_IGNORED = re.compile(r"[\s\-_./\\:#]+")


def ends_on(bought_on: dt.date, months: int) -> dt.date:
    """The last day of the warranty: the same day so many months later, or the last of a shorter month.

    What was bought on 31 January with one month ends on 28 or 29 February.
    """
    months_since = bought_on.year * 12 + bought_on.month - 1 + months
    year, month = divmod(months_since, 12)
    month += 1
    return dt.date(year, month, min(bought_on.day, calendar.monthrange(year, month)[1]))


def plain_serial(text: str) -> str:
    """A serial number as it is compared: without blanks, dashes, dots and case. Empty where nothing is left."""
    return _IGNORED.sub("", text).upper()


def may_be_same(one: str, other: str) -> bool:
    """Whether two cards of one serial number may be about one article: makers count for themselves, so two different
    articles of the catalogue (SKUs) are two; what somebody described in words may be either.
    """
    return not one or not other or one == other


def is_running(ends: dt.date, today: dt.date) -> bool:
    """Whether it still holds on that day, the last one included."""
    return today <= ends
