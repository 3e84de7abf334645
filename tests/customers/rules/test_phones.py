import contextlib
import csv
import itertools
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import phones
from customers.rules.unreadable import Unreadable

SPELLINGS = Path(__file__).parents[3] / ".." / "shared" / "data" / "phone_numbers_dev" / "phone_numbers.csv"


def code_of(raw: str, region: str | None) -> str:
    with pytest.raises(Unreadable) as caught:
        phones.normalise(raw, region=region)
    assert str(caught.value.reason)
    return caught.value.code


@pytest.mark.parametrize(
    "raw",
    [
        "0812345678",
        "081-234-5678",
        "(081) 234 5678",
        "081.234.5678",
        "+66 81 234 5678",
        "+66(0)812345678",
        "66812345678",
        "812345678",
        "812345678.0",
        "8.12345678E+8",
        "'0812345678",
        "Tel: 081 234 5678",
        "โทร. 081-234-5678",
        "๐๘๑ ๒๓๔ ๕๖๗๘",
        "０８１ ２３４ ５６７８",
        "081\u200b-234-5678",
        "\u200e+66 81 234 5678",
        "081\u00a0234\u00a05678",
        "081 234 5678 ext. 12",
        "tel:+66-81-234-5678",
        " 081-234-5678 ",
        "081-234-5678 / 02-123-4567",
        "081-234-5678 และ 02-123-4567",
        "081-234-5678 & 089-999-9999",
        "081-234-5678 ต่อ 12",
        "081-234-5678 (ต่อ 12-14)",
        "081-234-5678 (คุณแม่)",
        "โทร 081-234-5678 (บ้าน)",
        "081-234-5678 home",
        "081-234-5678-9",
        "081-234-5678~80",
        "081_234_5678",
        "081\t234\t5678",
    ],
)
def test_reads_the_many_spellings_of_a_thai_number(raw):
    assert phones.normalise(raw, region="TH") == "+66812345678"


@pytest.mark.parametrize(
    "raw",
    [
        "010-3923-2752",
        "010-3923-2752 내선 12",
        "010 3923 2752 엄마",
        "1039232752",
        "+82 10-3923-2752",
        "821039232752",
        "휴대폰: 010 3923 2752",
        "0082 10 3923 2752",
    ],
)
def test_reads_a_korean_number(raw):
    if raw.startswith("00"):
        # From Korea 00 leads abroad; from Thailand 001 does.
        with pytest.raises(Unreadable):
            phones.normalise(raw, region="KR")
    else:
        assert phones.normalise(raw, region="KR") == "+821039232752"


@pytest.mark.parametrize(
    ("raw", "region", "code"),
    [
        ("", "TH", "missing"),
        ("-", "TH", "missing"),
        ("n/a", "TH", "missing"),
        ("ไม่มี", "TH", "missing"),
        ("hello", "TH", "not_a_phone"),
        ("08x-xxx-xxxx", "TH", "not_a_phone"),
        ("12345", "TH", "phone_too_short"),
        ("0000000000", "TH", "phone_not_in_use"),
        ("+6681234", "TH", "phone_too_short"),
        ("081-234-5678-90123456", "TH", "phone_too_long"),
        ("6.68123E+10", "TH", "phone_digits_lost"),
        ("0812345678", None, "phone_without_country"),
        ("0812345678", "XX", "phone_without_country"),
        ("+999 123 456", None, "phone_not_in_use"),
    ],
)
def test_says_why_a_number_cannot_be_read(raw, region, code):
    assert code_of(raw, region) == code


@pytest.mark.parametrize(
    ("raw", "region", "likely"),
    [
        ("+66 695712671", "TH", "+66695712671"),  # a block that the plan does not know yet
        ("069-571-2671", "TH", "+66695712671"),
        ("0000000000", "TH", ""),
        ("+1 000 000 0000", "US", ""),
        ("+1 222 222 2222", "US", ""),
        ("0123456789", "US", ""),
        ("+66 692056669", "TH", "+66692056669"),
        ("0112233445", "TH", ""),
        ("0123456780", "TH", ""),
        ("0198765432", "TH", ""),
        ("0124242424", "TH", ""),
        ("0151234567", "TH", ""),  # one of Germany, where it is as long
        ("0100200300", "TH", ""),
        ("0123412341", "TH", ""),
        ("+999 123 456", None, ""),
    ],
)
def test_a_number_that_no_plan_has_may_still_be_somebodys(raw, region, likely):
    with pytest.raises(Unreadable) as caught:
        phones.normalise(raw, region=region)
    assert getattr(caught.value, "likely", "") == likely


@pytest.mark.parametrize(
    ("raw", "region", "number"),
    [
        ("030 163747 home", "DE", "+4930163747"),
        ("02-212-3440~9", "KR", "+8222123440"),
        ("0-2123-4567-9", "TH", "+6621234567"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("1 800 555 TOYS", "US", "+18005558697"),
    ],
)
def test_words_behind_a_number_are_dialled_only_where_it_is_none_without_them(raw, region, number):
    assert phones.normalise(raw, region=region) == number


@pytest.mark.parametrize("raw", ["010-2345-100", "+82 10 2345 100", "010-234-1000 엄마"])
def test_a_korean_mobile_that_lost_a_digit_is_none_though_the_library_takes_it(raw):
    with pytest.raises(Unreadable) as caught:
        phones.normalise(raw, region="KR")
    assert caught.value.code == "phone_too_short"
    assert phones.normalise("011-234-5678", region="KR") == "+82112345678"


def test_agrees_with_the_collection_of_spellings():
    if not SPELLINGS.exists():
        pytest.skip("the shared data with 7,318 spellings is not beside this clone")
    with SPELLINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = []
    for row in rows:
        wanted = row["expected_e164"] if row["valid"] == "True" else None
        try:
            found = phones.normalise(row["input"], region=row["default_region"] or None)
        except Unreadable as problem:
            # Junk is nobody's number, not even one that no plan has.
            found = getattr(problem, "likely", "") or None if row["form"] == "junk" else None
        if found != wanted:
            wrong.append((row["form"], row["default_region"]))
    assert len(rows) > 7000
    assert wrong == []


def by_the_library(raw: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


REGIONS = st.sampled_from([None, "TH", "KR", "US", "JP", *sorted(phonenumbers.SUPPORTED_REGIONS)])
HEADS = st.sampled_from(
    [
        "",
        "0",
        "+",
        "+66",
        "66",
        "+82",
        "82",
        "+1",
        "1",
        "+81",
        "+44",
        "+39",
        "+52",
        "+54",
        "08",
        "010",
        "02",
        "00",
        "001",
        "011",
        "+660",
        "(0",
    ]
)
RESTS = st.text(alphabet="0123456789 -.()", min_size=6, max_size=16)


@given(HEADS, RESTS, REGIONS)
def test_the_fast_path_says_what_the_library_says(head, rest, region):
    raw = head + rest
    if phones._SHAPE.fullmatch(raw) and not phones._FLOAT.fullmatch(raw):
        found = phones._fast(raw, region)
        assert found is None or found == by_the_library(raw, region)


def test_the_fast_path_says_what_the_library_says_of_every_countrys_numbers():
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number_for_type(
            region, phonenumbers.PhoneNumberType.MOBILE
        ) or phonenumbers.example_number(region)
        if number is None:
            continue
        code, national = str(number.country_code), phonenumbers.national_significant_number(number)
        spellings = [
            "+" + code + national,
            "0" + national,
            national,
            code + national,
            "+" + code + "0" + national,
            "00" + code + national,
            "1" + national,
            "8" + national,
            national[:-1],
            national + "1",
        ]
        for raw, home in itertools.product(spellings, [region, "TH", "KR", "US", None]):
            if phones._SHAPE.fullmatch(raw):
                found = phones._fast(raw, home)
                assert found is None or found == by_the_library(raw, home), (raw, home)


@given(HEADS, RESTS, REGIONS, REGIONS)
def test_a_read_number_is_read_as_itself_anywhere(head, rest, region, elsewhere):
    try:
        once = phones.normalise(head + rest, region=region)
    except Unreadable:
        return
    assert phones.normalise(once, region=elsewhere) == once


@given(st.text(max_size=60), REGIONS)
def test_nonsense_is_refused_and_never_breaks(raw, region):
    with contextlib.suppress(Unreadable):
        assert phones.normalise(raw, region=region).startswith("+")


def test_tells_the_country_of_a_number():
    assert phones.country("+66812345678") == "TH"
    assert phones.country("+14165550123") == "CA"
