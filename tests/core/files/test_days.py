"""Days as Thai, Korean and other people write them; what can be read in two ways is refused, never guessed."""

import datetime as dt

import pytest

from cdp.core.files import columns, dates
from cdp.core.files.problems import ValueProblem


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("22/11/2569", "2026-11-22"),
        ("๒๒ พ.ย. ๒๕๖๙", "2026-11-22"),
        ("22 พ.ย. 69", "2026-11-22"),
        ("22 พฤศจิกายน 2569", "2026-11-22"),
        ("22 พ.ย.2569", "2026-11-22"),
        ("22พ.ย.69", "2026-11-22"),
        ("22 พย. 69", "2026-11-22"),
        ("22 พ.ย 69", "2026-11-22"),
        ("วันอาทิตย์ที่ 22 พฤศจิกายน พ.ศ. 2569", "2026-11-22"),
        ("22 พ.ย. ค.ศ. 2026", "2026-11-22"),
        ("22 Nov 2569", "2026-11-22"),
        ("2569-11-22", "2026-11-22"),
        ("25691122", "2026-11-22"),
        ("2569.11.22", "2026-11-22"),
        ("2026년 11월 22일", "2026-11-22"),
        ("2026년11월22일", "2026-11-22"),
        ("26년 11월 22일", "2026-11-22"),
        ("2026. 11. 22", "2026-11-22"),
        ("2026.11.22.", "2026-11-22"),
        ("2026. 11. 22. (일)", "2026-11-22"),
        ("26/11/22", "2022-11-26"),
        ("2026년 11월 22일 일요일", "2026-11-22"),
        ("2026/11/22(일)", "2026-11-22"),
        ("Sun 22 Nov 2026", "2026-11-22"),
        ("22 Nov '26", "2026-11-22"),
        ("11/22/26", "2026-11-22"),
        ("22/11/30", "2030-11-22"),
        ("1/1/2400", "1857-01-01"),
        ("29 ก.พ. 2567", "2024-02-29"),
        ("22 มกรา 2569", "2026-01-22"),
        ("22 ธันวา 69", "2026-12-22"),
        ("22 ก.ย. 2026", "2026-09-22"),
        ("22-พ.ย.-69", "2026-11-22"),
        ("22/พ.ย./2569", "2026-11-22"),
        ("22 พฤศจิกายน ๖๙", "2026-11-22"),
        ("20261122", "2026-11-22"),
        ("1970-01-01", "1970-01-01"),
        ("22.11.2026", "2026-11-22"),
        ("2026年11月22日", "2026-11-22"),
        ("22nd November 2026", "2026-11-22"),
        ("46348", "2026-11-22"),
        ("46348.0", "2026-11-22"),
        ("95.03.02", "1995-03-02"),
        ("95-03-02", "1995-03-02"),
        ("22 พ.ย. พ.ศ. 26", "1983-11-22"),
        ("22 พ.ย. ค.ศ. 26", "2026-11-22"),
        ("22/11/69 พ.ศ.", "2026-11-22"),
        ("22/11/26 ค.ศ.", "2026-11-22"),
        ("25.12.95", "1995-12-25"),
        ("22 พ.ย. 43", "2000-11-22"),
    ],
)
def test_reads_a_day_in_every_habit(raw, wanted):
    assert dates.day(raw) == dt.date.fromisoformat(wanted)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("22-11-69", "two_digit_year"),
        ("22/11/69", "two_digit_year"),
        ("22 Nov 69", "two_digit_year"),
        ("26.11.22", "ambiguous_date"),
        ("26-11-22", "ambiguous_date"),
        ("'26.11.22", "ambiguous_date"),
        ("Nov 22, 26", "not_a_date"),
        ("3/4/26", "ambiguous_date"),
        ("1/2/69", "ambiguous_date"),
        ("31/12/68", "two_digit_year"),
        ("22/11/2601", "out_of_range"),
        ("29/2/2569", "no_such_day"),
        ("30 กพ 2567", "no_such_day"),
        ("31 เม.ย. 2567", "no_such_day"),
        ("22 พ.ย. 26", "two_digit_year"),
        ("22 พ.ย. 05", "two_digit_year"),
        ("22 พ.ย. 2569 เวลา 14:30 น.", "not_a_date"),
        ("261122", "not_a_date"),
        ("691122", "not_a_date"),
        ("11월 22일", "not_a_date"),
        ("2026-11", "not_a_date"),
        ("00/00/0000", "out_of_range"),
        ("0000-00-00", "out_of_range"),
        ("2026-13-01", "no_such_day"),
        ("2026-22-11", "no_such_day"),
        ("22.11.26", "ambiguous_date"),
        ("1 2 2026", "not_a_date"),
        ("22 11 2569", "not_a_date"),
        ("2026 11 22", "not_a_date"),
        ("令和8年11月22日", "not_a_date"),
        ("22 Noviembre 2026", "not_a_date"),
        ("二〇二六年", "not_a_date"),
        ("พ.ศ. 2569", "not_a_date"),
        ("2569", "not_a_date"),
        ("Nov-26", "not_a_date"),
        ("H28", "not_a_date"),
        ("46348.5", "not_a_date"),
        ("1795305600", "not_a_date"),
        ("22/11/2026 14:30", "not_a_date"),
        ("68년 3월 2일", "two_digit_year"),
        ("22 พ.ย. 95", "two_digit_year"),
        ("3-4-26", "ambiguous_date"),
    ],
)
def test_refuses_what_is_no_day_or_two(raw, code):
    with pytest.raises(ValueProblem) as caught:
        dates.day(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (["26.11.22", "26.10.05"], (False, False)),  # may begin with the year
        (["26.11.22", "25.12.95"], (True, False)),
        (["03/04/2026", "25/04/2026"], (True, False)),
        (["03/04/2569"], (True, False)),
        (["04/25/2026"], (False, True)),
    ],
)
def test_a_column_shows_how_its_short_days_are_written(values, shown):
    assert columns.dayfirst(values) == shown


def test_a_short_year_at_the_end_is_read_where_the_column_says_so():
    assert dates.day("26.11.22", dayfirst=True) == dt.date(2022, 11, 26)
