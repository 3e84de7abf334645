"""On which days people were born who have their birthday now."""

from datetime import date, timedelta

import pytest

from loyalty.rules import acting


@pytest.mark.parametrize(
    "today", [date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2027, 3, 1), date(2027, 1, 1)]
)
def test_nobody_is_missed_whose_birthday_lies_in_these_days(today):
    since = today - timedelta(days=3)
    found = set(acting.days_of_birth(since, today))
    born = [date(2000, 1, 1) + timedelta(days=number) for number in range(366)]
    having = {
        100 * day.month + day.day
        for day in born
        if any(since <= acting.birthday(day, year) <= today for year in (today.year - 1, today.year))
    }
    assert having <= found
    assert found - having <= {229}, "nobody else is looked at but who was born on a day that is not in every year"
