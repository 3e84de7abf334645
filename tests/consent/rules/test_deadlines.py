"""The last day of a request under each law. The days were counted by hand; the reason stands beside each.

The holidays that move a day were written down by hand, too, before they were compared with the package that the product
uses: `test_every_holiday_of_the_tables_is_in_the_calendar` holds the two together.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.rules import deadlines
from consent.selectors import calendars, packs

GDPR = [
    ("2026-06-14", "DE", "2026-07-14", "a Tuesday like any other"),
    ("2026-06-14", "FR", "2026-07-15", "14 July is the national day of France only"),
    ("2026-08-31", "DE", "2026-09-30", "September has no 31st: the last of the month, a Wednesday"),
    ("2026-01-31", "DE", "2026-03-02", "28 February 2026 is a Saturday"),
    ("2027-01-29", "DE", "2027-03-01", "28 February 2027 is a Sunday"),
    ("2028-01-31", "DE", "2028-02-29", "leap year: 29 February, a Tuesday"),
    ("2028-02-29", "DE", "2028-03-29", "from a leap day: the 29th, a Wednesday"),
    ("2024-01-30", "DE", "2024-02-29", "30 January, February of a leap year ends on the 29th, a Thursday"),
    ("2026-03-05", "DE", "2026-04-07", "5 April 2026 is Easter Sunday, the 6th Easter Monday"),
    ("2025-03-18", "DE", "2025-04-22", "Good Friday 18 April 2025, week-end, Easter Monday the 21st"),
    ("2026-04-01", "DE", "2026-05-04", "1 May 2026 is a holiday and a Friday"),
    ("2026-04-01", "", "2026-05-01", "the country is not known, so no holiday gives a day more"),
    ("2026-04-14", "DE", "2026-05-15", "Ascension Day, Thursday 14 May 2026"),
    ("2026-04-25", "DE", "2026-05-26", "Whit Monday 25 May 2026"),
    ("2026-05-20", "SE", "2026-06-22", "Midsummer, Saturday 20 June 2026"),
    ("2025-07-15", "FR", "2025-08-18", "Assumption, Friday 15 August 2025"),
    ("2026-09-03", "DE", "2026-10-05", "German unity, Saturday 3 October 2026"),
    ("2026-10-11", "FR", "2026-11-12", "Armistice, Wednesday 11 November 2026"),
    ("2026-11-25", "DE", "2026-12-28", "Christmas on Friday and Saturday, then Sunday"),
    ("2026-12-01", "DE", "2027-01-04", "over the change of the year: New Year's Day 2027 is a Friday"),
    ("2026-02-28", "DE", "2026-03-30", "28 March 2026 is a Saturday"),
    ("2026-05-31", "DE", "2026-06-30", "June has no 31st: a Tuesday"),
    ("2026-12-31", "DE", "2027-02-01", "31 January 2027 is a Sunday"),
]
THAI = [
    ("2026-12-15", "TH", "2027-01-14", "over the change of the year to a Thursday"),
    ("2026-01-01", "TH", "2026-02-02", "31 January 2026 is a Saturday"),
    ("2026-01-31", "TH", "2026-03-02", "30 days, not a month: 28 in February and two more, a Monday"),
    ("2026-02-01", "TH", "2026-03-04", "Makha Bucha, Tuesday 3 March 2026"),
    ("2028-01-30", "TH", "2028-02-29", "the 30th day is the leap day, a Tuesday"),
    ("2028-02-29", "TH", "2028-03-30", "from a leap day to a Thursday"),
    ("2026-03-07", "TH", "2026-04-07", "Chakri Day, Monday 6 April 2026"),
    ("2026-03-14", "TH", "2026-04-16", "Songkran from Monday 13 to Wednesday 15 April 2026"),
    ("2026-04-01", "TH", "2026-05-01", "Labour Day is no holiday of government offices"),
    ("2027-04-03", "TH", "2027-05-03", "nor is its substitute, Monday 3 May 2027"),
    ("2026-04-04", "TH", "2026-05-05", "Coronation Day, Monday 4 May 2026"),
    ("2026-05-01", "TH", "2026-06-02", "Visakha Bucha on Sunday 31 May 2026, its substitute on Monday"),
    ("2026-05-04", "TH", "2026-06-04", "the Queen's birthday, Wednesday 3 June 2026"),
    ("2026-06-28", "TH", "2026-07-31", "the King's birthday, Asarnha Bucha and Lent, 28 to 30 July 2026"),
    ("2026-07-13", "TH", "2026-08-13", "Mother's Day, Wednesday 12 August 2026"),
    ("2026-09-13", "TH", "2026-10-14", "Tuesday 13 October 2026"),
    ("2026-09-23", "TH", "2026-10-26", "Chulalongkorn Day, Friday 23 October 2026, and the week-end"),
    ("2026-11-05", "TH", "2026-12-08", "5 December 2026 is a Saturday; its substitute is Monday the 7th"),
    ("2026-11-10", "TH", "2026-12-11", "Constitution Day, Thursday 10 December 2026"),
    ("2026-12-01", "TH", "2027-01-04", "New Year's Eve and Day, Thursday and Friday, then the week-end"),
    ("2027-03-14", "TH", "2027-04-16", "Songkran from Tuesday 13 to Thursday 15 April 2027"),
    ("2025-12-03", "TH", "2026-01-05", "Friday 2 January 2026 was given as a bridge by the cabinet"),
]
KOREAN = [
    ("2026-07-20", "KR", "2026-07-30", "a Thursday like any other"),
    ("2026-01-01", "KR", "2026-01-12", "11 January 2026 is a Sunday"),
    ("2026-02-06", "KR", "2026-02-19", "Seollal from Monday 16 to Wednesday 18 February 2026"),
    ("2024-02-01", "KR", "2024-02-13", "Seollal until Sunday 11 February 2024, substitute on Monday"),
    ("2027-01-28", "KR", "2027-02-10", "Seollal on Sunday 7 February 2027; Monday, and Tuesday as substitute"),
    ("2026-02-19", "KR", "2026-03-03", "1 March 2026 is a Sunday, substitute on Monday"),
    ("2028-02-19", "KR", "2028-02-29", "the tenth day is the leap day, a Tuesday"),
    ("2028-02-29", "KR", "2028-03-10", "from a leap day to a Friday"),
    ("2026-04-25", "KR", "2026-05-06", "Children's Day, Tuesday 5 May 2026"),
    ("2026-05-14", "KR", "2026-05-26", "Buddha's birthday on Sunday 24 May 2026, substitute on Monday"),
    ("2026-05-24", "KR", "2026-06-04", "local elections, Wednesday 3 June 2026"),
    ("2026-05-27", "KR", "2026-06-08", "Memorial Day on a Saturday has no substitute"),
    ("2026-08-05", "KR", "2026-08-18", "Liberation Day on Saturday 15 August 2026, substitute on Monday"),
    ("2026-09-14", "KR", "2026-09-28", "Chuseok from Thursday 24 to Saturday 26 September 2026, Sunday"),
    ("2025-09-25", "KR", "2025-10-10", "Sunday 5 to 7 October 2025 Chuseok, substitute the 8th, Hangul Day the 9th"),
    ("2026-09-23", "KR", "2026-10-06", "3 October 2026 is a Saturday, substitute on Monday"),
    ("2026-09-29", "KR", "2026-10-12", "Hangul Day, Friday 9 October 2026"),
    ("2026-12-15", "KR", "2026-12-28", "Christmas on a Friday"),
    ("2026-12-22", "KR", "2027-01-04", "over the change of the year: New Year's Day on a Friday"),
    ("2025-01-17", "KR", "2025-01-31", "a day given before Seollal, 27 January 2025, and Seollal until Thursday 30"),
    ("2026-08-21", "KR", "2026-08-31", "to the last of a month, a Monday"),
]
TABLES = [("gdpr", GDPR), ("pdpa_th", THAI), ("pipa_kr", KOREAN)]
ROWS = [(law, *row) for law, table in TABLES for row in table]


def due(law: str, received: dt.datetime, country: str, right: str = "rectification", **given: object) -> dt.date:
    pack = packs.every()[law]
    return deadlines.due_on(
        pack.clock(right),
        received_at=received,
        is_holiday=lambda day: calendars.is_holiday(day, pack=pack, country=country),
        **given,
    )


def noon(day: str, law: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), ZoneInfo(packs.every()[law].zone))


@pytest.mark.parametrize(("law", "received", "country", "last", "why"), ROWS)
def test_the_last_day_is_the_one_counted_by_hand(law: str, received: str, country: str, last: str, why: str) -> None:
    assert due(law, noon(received, law), country).isoformat() == last, why


def test_each_law_has_twenty_rows_and_more() -> None:
    assert all(len({row[0] for row in table}) >= 20 for _law, table in TABLES)


HOLIDAYS = {
    "DE": ["2025-04-18", "2025-04-21", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-10-03",
           "2026-12-25", "2026-12-26", "2027-01-01"],
    "FR": ["2025-08-15", "2026-07-14", "2026-11-11"],
    "SE": ["2026-06-20"],
    "TH": ["2026-01-01", "2026-01-02", "2026-03-03", "2026-04-06", "2026-04-13", "2026-04-14", "2026-04-15",
           "2026-05-04", "2026-06-01", "2026-06-03", "2026-07-28", "2026-07-29", "2026-07-30", "2026-08-12",
           "2026-10-13", "2026-10-23", "2026-12-07", "2026-12-10", "2026-12-31", "2027-01-01", "2027-04-13",
           "2027-04-14", "2027-04-15"],
    "KR": ["2024-02-12", "2025-01-27", "2025-01-28", "2025-01-29", "2025-01-30", "2025-10-06", "2025-10-07",
           "2025-10-08", "2025-10-09", "2026-02-16", "2026-02-17", "2026-02-18", "2026-03-02", "2026-05-05",
           "2026-05-25", "2026-06-03", "2026-08-17", "2026-09-24", "2026-09-25", "2026-10-05", "2026-10-09",
           "2026-12-25", "2027-01-01", "2027-02-08", "2027-02-09"],
}  # fmt: skip
"""By law and announcement: Feiertage of all German states, Code du travail L3133-1, Thai cabinet resolutions for 2026
(and the fixed days of 2027), the Korean 관공서의 공휴일에 관한 규정."""


@pytest.mark.parametrize(("country", "day"), [(country, day) for country, days in HOLIDAYS.items() for day in days])
def test_every_holiday_of_the_tables_is_in_the_calendar(country: str, day: str) -> None:
    pack = packs.by_country()[country]
    assert calendars.is_holiday(dt.date.fromisoformat(day), pack=pack, country=country)


@pytest.mark.parametrize(
    ("law", "utc", "country", "last"),
    [
        ("gdpr", "2026-03-09T23:30", "DE", "2026-04-10"),  # half past midnight of the 10th in Brussels
        ("pdpa_th", "2026-06-10T18:00", "TH", "2026-07-13"),  # the 11th in Bangkok; 11 July 2026 is a Saturday
        ("pipa_kr", "2026-03-02T15:30", "KR", "2026-03-13"),  # the 3rd in Seoul
        ("pipa_kr", "2026-03-02T14:30", "KR", "2026-03-12"),  # still the 2nd in Seoul
    ],
)
def test_the_day_a_request_came_is_a_day_of_the_law_s_own_zone(law: str, utc: str, country: str, last: str) -> None:
    assert due(law, dt.datetime.fromisoformat(f"{utc}+00:00"), country).isoformat() == last


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-08-31", "2026-11-30"),  # three months in all; November has 30 days, a Monday
        ("2026-11-30", "2027-03-01"),  # 28 February 2027 is a Sunday
        ("2026-06-14", "2026-09-14"),
    ],
)
def test_gdpr_gives_two_months_more(received: str, last: str) -> None:
    assert due("gdpr", noon(received, "gdpr"), "DE", is_extended=True).isoformat() == last


def test_korea_gives_more_for_access_only_and_thailand_for_nothing() -> None:
    now = noon("2026-07-21", "pipa_kr")
    ends = noon("2026-07-30", "pipa_kr")
    told = {
        (law, right): deadlines.can_extend(
            packs.every()[law].clock(right), now=now, first_due_at=ends, is_extended=False
        )
        for law in ("gdpr", "pdpa_th", "pipa_kr")
        for right in ("access", "erasure")
    }
    assert told == {
        ("gdpr", "access"): "",
        ("gdpr", "erasure"): "",
        ("pdpa_th", "access"): "unknown_to_law",
        ("pdpa_th", "erasure"): "unknown_to_law",
        ("pipa_kr", "access"): "",
        ("pipa_kr", "erasure"): "unknown_to_law",
    }
    assert due("pipa_kr", noon("2026-07-20", "pipa_kr"), "KR", "access", is_extended=True) == dt.date(2026, 8, 10)


def test_is_extended_once_and_only_within_the_first_period() -> None:
    clock = packs.every()["gdpr"].clock("access")
    ends = deadlines.end_of(dt.date(2026, 7, 14), clock.zone)
    before = ends - dt.timedelta(microseconds=1)
    assert deadlines.can_extend(clock, now=before, first_due_at=ends, is_extended=False) == ""
    assert deadlines.can_extend(clock, now=ends, first_due_at=ends, is_extended=False) == "too_late"
    assert deadlines.can_extend(clock, now=before, first_due_at=ends, is_extended=True) == "already"


def test_days_of_waiting_for_a_proof_are_given_back() -> None:
    start, end = noon("2026-06-20", "gdpr"), noon("2026-06-23", "gdpr")
    assert deadlines.days_between(start, end, "Europe/Brussels") == 3
    assert deadlines.days_between(end, start, "Europe/Brussels") == 0
    assert due("gdpr", noon("2026-06-14", "gdpr"), "DE", paused_days=3) == dt.date(2026, 7, 17)
    assert due("gdpr", noon("2026-06-14", "gdpr"), "DE", paused_days=4) == dt.date(2026, 7, 20), "from a Saturday"


def test_a_day_ends_at_the_midnight_after_it_also_when_clocks_change() -> None:
    ends = deadlines.end_of(dt.date(2026, 10, 25), "Europe/Brussels")  # the day of 25 hours
    assert ends.astimezone(dt.UTC) == dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC)
    assert deadlines.day_of(ends, "Europe/Brussels") == dt.date(2026, 10, 25)


@pytest.mark.parametrize(
    ("hours", "step"), [(0, 0), (49, 0), (50, 50), (79, 50), (80, 80), (99, 80), (100, 100), (250, 100)]
)
def test_staff_are_told_at_half_at_four_fifths_and_at_the_end(hours: int, step: int) -> None:
    start = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    share = deadlines.share_used(
        received_at=start, due_at=start + dt.timedelta(hours=100), now=start + dt.timedelta(hours=hours)
    )
    assert deadlines.step_reached(share) == step


@given(
    law=st.sampled_from(["gdpr", "pdpa_th", "pipa_kr"]),
    received=st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    extended=st.booleans(),
)
def test_is_never_before_the_term_ends_and_always_a_working_day(
    law: str, received: dt.datetime, extended: bool
) -> None:
    pack = packs.every()[law]
    country = {"gdpr": "DE", "pdpa_th": "TH", "pipa_kr": "KR"}[law]
    clock = pack.clock("access")
    is_extended = extended and bool(clock.term.extend)
    found = due(law, received, country, "access", is_extended=is_extended)
    assert found >= deadlines.last_day(clock, received_at=received, is_extended=is_extended)
    assert found.weekday() < 5
    assert not calendars.is_holiday(found, pack=pack, country=country)
    assert found - received.date() <= dt.timedelta(days=92 + 12)
