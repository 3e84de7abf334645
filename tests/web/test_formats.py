import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from cdp.core import written_dates
from cdp.web import formats

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "value", "currency", "expected"),
    [
        ("en", "1234.5", "THB", "฿1,234.50"),
        ("th", "1234.5", "THB", "฿1,234.50"),
        ("ko", "1234.5", "KRW", "₩1,234"),
        ("en", "1234.5", "KRW", "₩1,234"),
        ("en", Decimal("9.90"), "GBP", "£9.90"),
        ("en", "-3", "THB", "\N{MINUS SIGN}฿3.00"),
        ("en", None, "THB", "—"),
        ("en", "not a number", "THB", "—"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(language: str, value: object, currency: str, expected: str) -> None:
    with translation.override(language):
        assert formats.money(value, currency) == expected  # type: ignore[arg-type]


def test_key_numbers_drop_the_decimals() -> None:
    with translation.override("en"):
        assert formats.money("1234567.89", "THB", 0) == "฿1,234,568"


def test_numbers_take_as_many_digits_as_asked() -> None:
    with translation.override("en"):
        assert (formats.number(1234567), formats.number("2.5", 2), formats.number("2.5", 0)) == (
            "1,234,567",
            "2.50",
            "2",
        )


def test_large_numbers_are_short() -> None:
    with translation.override("en"):
        assert (formats.compact(1_234_567), formats.compact(12)) == ("1.2M", "12")
    with translation.override("ko"):
        assert formats.compact(12_345) == "1.2만"


def test_percent_takes_a_share() -> None:
    with translation.override("en"):
        assert (formats.percent(0.123), formats.percent("0.123", 1), formats.percent(None)) == ("12%", "12.3%", "—")


@pytest.mark.parametrize(
    ("language", "delta", "expected"),
    [
        ("en", dt.timedelta(hours=-3), "3 hours ago"),
        ("en", dt.timedelta(hours=-26), "1 day ago"),
        ("en", dt.timedelta(days=2), "in 2 days"),
        ("en", dt.timedelta(seconds=-5), "just now"),
        ("en", dt.timedelta(days=-200), "5 May 2026"),
        ("th", dt.timedelta(hours=-3), "3 ชั่วโมงที่ผ่านมา"),
        ("ko", dt.timedelta(hours=-3), "3시간 전"),
    ],
)
def test_time_is_told_from_now_until_the_date_says_more(language: str, delta: dt.timedelta, expected: str) -> None:
    with translation.override(language):
        assert formats.ago(NOW + delta, NOW) == expected


def test_a_moment_is_told_in_the_zone_of_the_shop() -> None:
    with translation.override("en"), timezone.override("Asia/Bangkok"):
        assert formats.moment(NOW) == "21 Nov 2026, 19:00:00 (Thailand Time)"
        assert formats.clock(NOW) == "19:00"
        assert formats.day(dt.datetime(2026, 11, 21, 20, tzinfo=dt.UTC)) == "22 Nov 2026"
        assert formats.moment(None) == "—"


def test_thai_dates_have_the_year_of_the_thai_calendar() -> None:
    with translation.override("th"), timezone.override("Asia/Bangkok"):
        assert formats.day(dt.date(2028, 2, 29)) == "29 ก.พ. 2571"
        assert formats.day(NOW, long=True) == "วันเสาร์ที่ 21 พฤศจิกายน พ.ศ. 2569"
        assert formats.moment(NOW) == "21 พ.ย. 2569 19:00:00 (เวลาไทย)"
        assert written_dates.month(NOW.date(), long=True) == "พฤศจิกายน 2569"


@pytest.mark.parametrize(
    ("language", "day", "moment", "whose"),
    [
        ("en", "23 November 2026", "23 November 2026, 07:58", "Thailand Time"),
        ("th", "23 พฤศจิกายน พ.ศ. 2569", "23 พฤศจิกายน พ.ศ. 2569 เวลา 07:58 น.", "เวลาไทย"),
        ("ko", "2026년 11월 23일", "2026년 11월 23일 오전 7:58", "태국 시간"),
    ],
)
def test_letters_write_dates_in_full_in_the_calendar_of_their_reader(
    language: str, day: str, moment: str, whose: str
) -> None:
    at = dt.datetime(2026, 11, 23, 0, 58, tzinfo=dt.UTC)
    with translation.override(language), timezone.override("Asia/Bangkok"):
        assert (formats.day_full(at), formats.minute_full(at)) == (day, moment)
        assert written_dates.zone_name(timezone.get_current_timezone()) == whose


def test_days_near_today_have_names() -> None:
    today = dt.date(2026, 11, 21)
    with translation.override("en"):
        headings = [formats.day_heading(today - dt.timedelta(days=days), today) for days in (0, 1, 2)]
    assert headings == ["Today", "Yesterday", "Thursday, 19 November 2026"]


@pytest.mark.parametrize(
    ("language", "day", "month", "clock"),
    [
        ("en", "25 May", "May 2026", "15:24"),
        ("th", "25 พ.ค.", "พ.ค. 2569", "15:24"),
        ("ko", "5월 25일", "2026년 5월", "오후 3:24"),
    ],
)
def test_short_dates_and_times_have_the_order_and_the_words_of_the_language(
    language: str, day: str, month: str, clock: str
) -> None:
    at = dt.datetime(2026, 5, 25, 15, 24, tzinfo=dt.UTC)
    with translation.override(language), timezone.override("UTC"):
        assert written_dates.day(at.date()) == day
        assert written_dates.month(at.date()) == month
        assert formats.clock(at) == clock
        assert ("AM" in formats.moment(at), "PM" in formats.moment(at)) == (False, False)
