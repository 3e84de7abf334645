import datetime as dt

import pytest

from cdp.core.retention import Term, Unit
from cdp.core.retention.terms import longest, month_of

NOW = dt.datetime(2028, 3, 31, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("term", "day"),
    [
        (Term(90, Unit.DAYS), (2028, 1, 1)),
        (Term(1, Unit.MONTHS), (2028, 2, 29)),
        (Term(13, Unit.MONTHS), (2027, 2, 28)),
        (Term(3, Unit.MONTHS), (2027, 12, 31)),
        (Term(4, Unit.YEARS), (2024, 3, 31)),
    ],
)
def test_a_term_counts_by_the_calendar(term, day):
    assert term.before(NOW) == dt.datetime(*day, 9, 30, tzinfo=dt.UTC)


def test_a_year_after_a_leap_day_is_the_last_of_february():
    leap = dt.datetime(2028, 2, 29, tzinfo=dt.UTC)
    assert Term(1, Unit.YEARS).after(leap) == dt.datetime(2029, 2, 28, tzinfo=dt.UTC)
    assert Term(2, Unit.DAYS).after(leap) == dt.datetime(2028, 3, 2, tzinfo=dt.UTC)


def test_twelve_months_are_as_long_as_a_year():
    assert Term(12, Unit.MONTHS).days == Term(1, Unit.YEARS).days
    assert longest(Term(400, Unit.DAYS), None, Term(13, Unit.MONTHS)) == Term(400, Unit.DAYS)
    assert longest(None) is None


def test_months_begin_in_utc():
    assert month_of(dt.datetime.fromisoformat("2026-12-01T03:00:00+07:00")) == dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
