import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.core.files import dates
from cdp.core.files.problems import ValueProblem

LEAP = dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    "raw",
    [
        "2024-02-29",
        "2024/2/29",
        "2024.02.29",
        "2024. 2. 29.",
        "20240229",
        "29/02/2024",
        "29-02-2024",
        "29.2.2024",
        "02/29/2024",
        "29/02/2567",
        "2567-02-29",
        "29/2/24",
        "45351",
        "45351.0",
        "29 ก.พ. 67",
        "29 ก.พ. 2567",
        "29 กุมภาพันธ์ พ.ศ. 2567",
        "วันพฤหัสบดีที่ 29 กุมภาพันธ์ 2567",
        "๒๙ ก.พ. ๒๕๖๗",
        "2024년 2월 29일",
        "2024년 02월 29일 (목요일)",
        "2024年2月29日",
        "２０２４年２月２９日",
        "Feb 29 2024",
        "February 29th, 2024",
        "29-Feb-24",
        "29th of February 2024",
        "Thu, 29 Feb 2024",
        "2024 Feb 29",
        "2024-02-29 00:00:00",
        "2024-02-29T00:00:00.000Z",
        "2/29/2024 12:00:00 AM",
        "29/2/2567 0:00:00",
        "พฤหัสบดี 29 กุมภาพันธ์ 2567",
        "พฤ. 29 ก.พ. 67",
        "'2024-02-29",
        " 2024-02-29\u200b",
    ],
)
def test_reads_a_leap_day_in_every_habit(raw):
    assert dates.day(raw) == LEAP


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "missing"),
        ("soon", "not_a_date"),
        ("2024", "not_a_date"),
        ("2024-02-28T17:00:00Z", "not_a_date"),
        ("29 foo 2024", "not_a_date"),
        ("2023-02-29", "no_such_day"),
        ("32/01/2024", "no_such_day"),
        ("29/02/2566", "no_such_day"),
        ("3/4/2024", "ambiguous_date"),
        ("29/2/67", "two_digit_year"),
        ("1700-01-01", "out_of_range"),
    ],
)
def test_says_why_something_is_no_day(raw, code):
    with pytest.raises(ValueProblem) as caught:
        dates.day(raw)
    assert caught.value.code == code
    assert str(caught.value.reason)


def test_only_what_can_be_read_both_ways_needs_to_be_told():
    assert dates.day("3/4/2024", dayfirst=True) == dt.date(2024, 4, 3)
    assert dates.day("3/4/2024", dayfirst=False) == dt.date(2024, 3, 4)
    assert dates.day("13/4/2024", dayfirst=False) == dt.date(2024, 4, 13)
    assert dates.day("4/4/2024") == dt.date(2024, 4, 4)
    assert dates.day("3.4.2024") == dt.date(2024, 4, 3)
    assert dates.day("3/4/2567") == dt.date(2024, 4, 3)


@given(
    st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2056, 12, 31)),
    st.sampled_from(
        [
            "{0:%Y-%m-%d}",
            "{0:%d/%m/%Y}",
            "{0.day}/{0.month}/{1}",
            "{0:%d} {0:%b} {1}",
            "{0.year}년 {0.month}월 {0.day}일",
        ]
    ),
)
def test_a_written_day_is_the_day(day, form):
    assert dates.day(form.format(day, day.year + 543), dayfirst=True) == day


@given(st.text(max_size=40) | st.text(alphabet="0123456789-/. กพมยปี년월일", max_size=20))
def test_nonsense_is_refused_and_never_breaks(raw):
    with contextlib.suppress(ValueProblem):
        assert 1850 <= dates.day(raw).year < 2200
