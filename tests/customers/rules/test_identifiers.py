import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import identifiers
from customers.rules.unreadable import Unreadable


def code_of(kind: str, raw: str) -> str:
    with pytest.raises(Unreadable) as caught:
        identifiers.normalise(kind, raw, region="TH")
    assert str(caught.value.reason)
    return caught.value.code


def test_kinds_are_ordered_and_limited_as_the_fine_print_says():
    assert min(identifiers.KINDS, key=lambda code: identifiers.KINDS[code].priority) == "external_id"
    assert {code: kind.limit for code, kind in identifiers.KINDS.items()} == {
        "external_id": 1,
        "member_number": 1,
        "line_id": 1,
        "email": 1,
        "phone": 1,
        "unlisted_phone": 5,
        "card": 5,
        "handle": 10,
        "anonymous_id": None,
    }
    assert identifiers.KINDS["external_id"].per_source
    assert identifiers.KINDS["phone"].weak
    assert len({kind.priority for kind in identifiers.KINDS.values()}) == len(identifiers.KINDS)


@pytest.mark.parametrize(
    ("kind", "raw", "wanted"),
    [
        ("external_id", "  C-17 ", "C-17"),
        ("external_id", "'7000000000000", "7000000000000"),
        ("external_id", "e\u0301", "é"),
        ("external_id", "abc", "abc"),
        ("external_id", "ABC", "ABC"),
        ("member_number", " m 000-17 ", "M000-17"),
        ("line_id", "@Ann", "ann"),
        ("line_id", "U" + "0a" * 16, "U" + "0a" * 16),
        ("email", "Ann+shop@GMAIL.com", "Ann+shop@gmail.com"),
        ("phone", "081-234-5678", "+66812345678"),
        ("card", "tok_1abc", "tok_1abc"),
        ("card_token", "tok_1abc", "tok_1abc"),
        ("anonymous_id", "01HXYZ", "01HXYZ"),
    ],
)
def test_writes_an_identifier_one_way(kind, raw, wanted):
    assert identifiers.normalise(kind, raw, region="TH") == wanted


def test_the_key_of_an_address_joins_its_spellings_and_others_are_their_own():
    assert identifiers.key("email", "Ann+shop@gmail.com") == "ann@gmail.com"
    assert identifiers.key("external_id", "Ann") == "Ann"


@pytest.mark.parametrize(
    "raw",
    [
        "0",
        "000",
        "-",
        "--",
        "-1",
        "null",
        "NULL",
        "None",
        "nil",
        "undefined",
        "anonymous",
        "Guest",
        "n/a",
        "ไม่มี",
        "비회원",
        "[object Object]",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_refuses_what_stands_for_nobody(raw):
    assert code_of("external_id", raw) == "placeholder"


@pytest.mark.parametrize("raw", ["test", "10", "0-1", "guest-17", "-12"])
def test_takes_what_only_looks_like_it(raw):
    assert identifiers.normalise("external_id", raw) == raw


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("external_id", " ", "missing"),
        ("external_id", "a\x00b", "control_characters"),
        ("external_id", "a\nb", "control_characters"),
        ("external_id", "a\u202eb", "control_characters"),
        ("external_id", "x" * 201, "identifier_too_long"),
        ("email", "noemail@example.com", "placeholder"),
        ("email", "No-Reply@shop.co.th", "placeholder"),
        ("card", "4111 1111 1111 1111", "card_number"),
        ("passport", "A1", "unknown_kind"),
    ],
)
def test_says_why_an_identifier_cannot_be_taken(kind, raw, code):
    assert code_of(kind, raw) == code


def test_an_address_called_test_is_somebodys():
    assert identifiers.normalise("email", "test@example.com") == "test@example.com"


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (["17850.0", "", "13047.0"], ["17850", "", "13047"]),
        (["17850.0", "C-1"], ["17850.0", "C-1"]),
        (["17850.0", "13047"], ["17850.0", "13047"]),
        (["1.50", "2.0"], ["1.50", "2.0"]),
        (["", ""], ["", ""]),
        ([], []),
    ],
)
def test_a_column_loses_the_suffix_of_fractions_only_as_a_whole(values, wanted):
    assert identifiers.strip_float_suffix(values) == wanted


@given(st.sampled_from(sorted(identifiers.KINDS)), st.text(max_size=210))
def test_a_written_identifier_stays_as_it_is(kind, raw):
    try:
        once = identifiers.normalise(kind, raw, region="TH")
    except Unreadable:
        return
    assert identifiers.normalise(kind, once, region="KR") == once
