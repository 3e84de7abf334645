import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.core.files import values
from cdp.core.files.problems import ValueProblem

BANGKOK = ZoneInfo("Asia/Bangkok")
LONDON = ZoneInfo("Europe/London")


def code_of(call, *args, **options) -> str:
    with pytest.raises(ValueProblem) as caught:
        call(*args, **options)
    assert str(caught.value.reason)
    return caught.value.code


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("0", "0"),
        ("12", "12"),
        ("-1234.50", "-1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("1.234.567", "1234567"),
        ("1,23,456.78", "123456.78"),
        ("12,5", "12.5"),
        ("0,05", "0.05"),
        ("฿1234.50", "1234.50"),
        ("₩12,000", "12000"),
        ("1234.5 THB", "1234.5"),
        ("1,234.-", "1234"),
        ("$5.00", "5.00"),
        ("(1234.50)", "-1234.50"),
        ("(฿1,234.50)", "-1234.50"),
        ("-฿5", "-5"),
        ("฿-5", "-5"),
        ("1234-", "-1234"),
        ("−5", "-5"),
        ("+5", "5"),
        ("1 234.50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("'12", "12"),
        (" 12 ", "12"),
        ("๑,๒๓๔.๕๐", "1234.50"),
        ("１２３", "123"),
        ("1E+05", "100000"),
        ("1.5e3", "1500"),
        (".5", "0.5"),
        ("12.", "12"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_reads_a_number(raw, wanted):
    assert values.decimal(raw) == Decimal(wanted)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("-", "missing"),
        ("n/a", "missing"),
        ("NaN", "missing"),
        ("abc", "not_a_number"),
        ("12abc", "not_a_number"),
        ("inf", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("1,2,3", "not_a_number"),
        ("12,34.56", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("--5", "not_a_number"),
        ("-5-", "not_a_number"),
        ("(-5)", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1_000", "not_a_number"),
        (".", "not_a_number"),
        ("=1+1", "not_a_number"),
        ("12 apples", "not_a_number"),
        ("50%", "percent"),
        ("1000000000000000", "too_large"),
        ("1e400", "too_large"),
    ],
)
def test_says_why_something_is_no_number(raw, code):
    assert code_of(values.decimal, raw) == code


def test_a_column_that_writes_commas_is_read_by_its_own_habit():
    assert values.decimal("1.234", comma=True) == 1234
    assert values.decimal("12,50", comma=True) == Decimal("12.50")
    assert values.decimal("1,234", comma=False) == 1234
    assert code_of(values.decimal, "12,50", comma=False) == "not_a_number"


@pytest.mark.parametrize(
    ("raw", "amount", "currency"),
    [
        ("฿1,234", 1234, "THB"),
        ("12 usd", 12, "USD"),
        ("KRW 5000", 5000, "KRW"),
        ("5,000원", 5000, "KRW"),
        ("$5", 5, None),
        ("7", 7, None),
    ],
)
def test_tells_the_currency_beside_an_amount(raw, amount, currency):
    assert values.money(raw) == (Decimal(amount), currency)


@given(
    st.decimals(min_value=-(10**11), max_value=10**11, places=2),
    st.sampled_from(["{:f}", "{:,f}", "฿{:,f}", "{:,f} THB", " {:f}", "({:f})"]),
)
def test_what_is_written_is_read(number, form):
    if form.startswith("("):
        assert values.decimal(form.format(abs(number))) == -abs(number)
    else:
        assert values.decimal(form.format(number)) == number


@given(st.text(max_size=20) | st.text(alphabet="0123456789.,-+()' %eE฿", max_size=14))
def test_a_number_is_finite_or_refused(raw):
    try:
        number = values.decimal(raw)
    except ValueProblem:
        return
    assert number.is_finite()
    assert values.decimal(format(number, "f"), comma=False) == number


@pytest.mark.parametrize(
    ("raw", "wanted"), [("3", 3), ("-6", -6), ("3.0", 3), ("1,200", 1200), ("๓", 3), ("1E+05", 100000)]
)
def test_reads_a_whole_number(raw, wanted):
    assert values.integer(raw) == wanted


@pytest.mark.parametrize(
    ("raw", "code"), [("2.5", "not_whole"), ("x", "not_a_number"), ("", "missing"), ("²", "not_a_number")]
)
def test_says_why_something_is_no_whole_number(raw, code):
    assert code_of(values.integer, raw) == code


@pytest.mark.parametrize(
    "raw", ["yes", "Y", "TRUE", "1", "1.0", "x", "✓", "Subscribed", "opted-in", "ใช่", "ยินยอม", "예", "동의", " yes "]
)
def test_reads_a_yes(raw):
    assert values.boolean(raw) is True


@pytest.mark.parametrize(
    "raw", ["no", "N", "false", "0", "0.0", "UNSUBSCRIBED", "opt_out", "ไม่", "ไม่ยินยอม", "아니오", "수신거부"]
)
def test_reads_a_no(raw):
    assert values.boolean(raw) is False


@pytest.mark.parametrize(
    ("raw", "code"),
    [("", "missing"), ("maybe", "not_a_boolean"), ("never_subscribed", "not_a_boolean"), ("2", "not_a_boolean")],
)
def test_takes_no_guess_for_a_yes(raw, code):
    assert code_of(values.boolean, raw) == code


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [("THB", "THB"), ("krw", "KRW"), (" usd ", "USD"), ("฿", "THB"), ("บาท", "THB"), ("원", "KRW"), ("€", "EUR")],
)
def test_knows_currencies(raw, wanted):
    assert values.currency(raw) == wanted


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "missing"),
        ("XYZ", "unknown_currency"),
        ("XXX", "unknown_currency"),
        ("$", "unknown_currency"),
        ("baht!", "unknown_currency"),
    ],
)
def test_says_why_a_currency_is_none(raw, code):
    assert code_of(values.currency, raw) == code


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("2024-02-29 10:00:00", "2024-02-29T03:00:00+00:00"),
        ("2024-02-29T10:00", "2024-02-29T03:00:00+00:00"),
        ("2024-02-29", "2024-02-28T17:00:00+00:00"),
        ("2024-02-29T10:00:00Z", "2024-02-29T10:00:00+00:00"),
        ("2024-02-29T10:00:00.123456Z", "2024-02-29T10:00:00.123456+00:00"),
        ("2024-02-29 10:00:00.5", "2024-02-29T03:00:00.500000+00:00"),
        ("2024-02-29 10:00:00 +0900", "2024-02-29T01:00:00+00:00"),
        ("2024-02-29T10:00:00-05:00", "2024-02-29T15:00:00+00:00"),
        ("2024-02-29 10:00 KST", "2024-02-29T01:00:00+00:00"),
        ("29/02/2024 10:00", "2024-02-29T03:00:00+00:00"),
        ("02/29/2024 8:05 PM", "2024-02-29T13:05:00+00:00"),
        ("29/02/2567 10:00:30", "2024-02-29T03:00:30+00:00"),
        ("2567-02-29 10:00:00", "2024-02-29T03:00:00+00:00"),
        ("29 ก.พ. 2567 14.30 น.", "2024-02-29T07:30:00+00:00"),
        ("29 ก.พ. 2567 เวลา 14:30", "2024-02-29T07:30:00+00:00"),
        ("2024년 2월 29일 오후 3시 5분", "2024-02-29T08:05:00+00:00"),
        ("2024년 2월 29일 15시", "2024-02-29T08:00:00+00:00"),
        ("오후 3:05 2024-02-29", "2024-02-29T08:05:00+00:00"),
        ("3:05 PM 2/29/2024", "2024-02-29T08:05:00+00:00"),
        ("29/02/2024, 15:05:00", "2024-02-29T08:05:00+00:00"),
        ("Feb 29, 2024 at 3:05 PM", "2024-02-29T08:05:00+00:00"),
        ("2024-02-29 15:05 GMT+7", "2024-02-29T08:05:00+00:00"),
        ("20240229T080500Z", "2024-02-29T08:05:00+00:00"),
        ("2024. 2. 29. 오후 3:05:00", "2024-02-29T08:05:00+00:00"),
        ("2024년 2월 29일 15시 05분", "2024-02-29T08:05:00+00:00"),
        ("Thu, 29 Feb 2024 10:00:00 GMT", "2024-02-29T10:00:00+00:00"),
        ("Thu Feb 29 2024 10:00:00 GMT+0700 (Indochina Time)", "2024-02-29T03:00:00+00:00"),
        ("Feb 29, 2024 3:04 pm", "2024-02-29T08:04:00+00:00"),
        ("1709200000", "2024-02-29T09:46:40+00:00"),
        ("1709200000000", "2024-02-29T09:46:40+00:00"),
        ("20240229103000", "2024-02-29T03:30:00+00:00"),
        ("45351.5", "2024-02-29T05:00:00+00:00"),
        ("12/1/10 8:26", None),
    ],
)
def test_reads_a_moment(raw, wanted):
    if wanted is None:
        assert code_of(values.moment, raw, zone=BANGKOK) == "ambiguous_date"
        assert values.moment(raw, zone=BANGKOK, dayfirst=False).isoformat() == "2010-12-01T01:26:00+00:00"
    else:
        assert values.moment(raw, zone=BANGKOK).isoformat() == wanted


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "missing"),
        ("garbage", "not_a_date"),
        ("3:05 PM", "not_a_date"),
        ("2024-02-30 10:00:00", "no_such_day"),
        ("2024-02-28 25:00:00", "not_a_time"),
        ("2024-02-28 13:00 PM", "not_a_time"),
        ("2024-02-29 10:00 EST", "unknown_zone"),
        ("0001-01-01 00:00:00", "out_of_range"),
        ("9999-12-31 23:59:59", "out_of_range"),
        ("29/02/67", "two_digit_year"),
    ],
)
def test_says_why_something_is_no_moment(raw, code):
    assert code_of(values.moment, raw, zone=BANGKOK) == code


@given(
    st.datetimes(min_value=dt.datetime(1900, 1, 1), max_value=dt.datetime(2100, 1, 1)).map(  # noqa: DTZ001 - naive on purpose
        lambda at: at.replace(microsecond=0)
    ),
    st.sampled_from(
        [
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%dT%H:%M:%S",
            "%d/%m/%Y %H:%M:%S",
            "%Y.%m.%d %H:%M:%S",
            "%Y%m%d%H%M%S",
            "%d %b %Y %I:%M:%S %p",
        ]
    ),
    st.sampled_from([BANGKOK, LONDON, ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")]),
)
def test_every_spelling_of_a_moment_is_the_same_moment(naive, form, zone):
    wanted = naive.replace(tzinfo=zone).astimezone(dt.UTC)
    assert values.moment(naive.strftime(form), zone=zone, dayfirst=True) == wanted


@given(st.text(max_size=40) | st.text(alphabet="0123456789-/:. TZ+", max_size=30))
def test_a_moment_is_aware_or_refused(raw):
    try:
        moment = values.moment(raw, zone=LONDON)
    except ValueProblem:
        return
    assert moment.utcoffset() == dt.timedelta(0)
    assert values.moment(moment.isoformat(), zone=BANGKOK) == moment


@pytest.mark.parametrize(
    "raw",
    [
        "x" * 130_000,
        "1" * 130_000,
        "(" * 130_000,
        " " * 130_000 + "?",
        "1," * 60_000,
        "29 " + "a" * 5_000 + "!",
        "." * 130_000,
    ],
)
def test_a_novel_in_a_cell_is_refused_at_once(raw):
    for call in (values.decimal, values.integer, values.boolean, values.currency):
        with pytest.raises(ValueProblem):
            call(raw)
    with pytest.raises(ValueProblem):
        values.moment(raw, zone=BANGKOK)
