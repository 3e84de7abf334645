"""Numbers, codes, and what a person may read of what staff wrote."""

import re

import pytest

from consent.rules import requests

REMOVED = "[somebody else]"


def test_references_can_be_read_out_and_differ() -> None:
    found = {requests.reference() for _ in range(200)}
    assert len(found) == 200
    assert all(re.fullmatch(r"R-[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", one) for one in found)


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "012-345", "๐๑๒๓๔๕", "０１２３４５"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert requests.typed_code(typed) == "012345"


def test_codes_have_six_digits() -> None:
    assert all(re.fullmatch(r"\d{6}", requests.code()) for _ in range(100))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Somchai Jaidee called back", "[Clerk] called back"),
        ("SOMCHAI JAIDEE called", "[Clerk] called"),
        ("สมชาย โทรกลับ", "[Owner] โทรกลับ"),
        ("her friend bob@example.com", f"her friend {REMOVED}"),
        ("her own ANN@example.com stays", "her own ANN@example.com stays"),
        ("call 081-234-5678 and not 089 999 8888", f"call 081-234-5678 and not {REMOVED}"),
        ("order 1001 of 2026-11-02", "order 1001 of 2026-11-02"),
        ("Annabel is not Anna", f"Annabel is not {REMOVED}"),
    ],
)
def test_notes_lose_who_else_is_in_them(text: str, read: str) -> None:
    found = requests.without_others(
        text,
        staff=[("Somchai Jaidee", "Clerk"), ("สมชาย", "Owner")],
        own=["ann@example.com", "+66812345678"],
        others=["Anna"],
        removed=REMOVED,
    )
    assert found == read


@pytest.mark.parametrize(
    ("right", "asker", "is_proved", "at_once"),
    [
        ("access", "person", True, True),
        ("objection", "person", True, True),
        ("erasure", "person", True, False),
        ("rectification", "person", True, False),
        ("access", "agent", True, False),
        ("access", "person", False, False),
    ],
)
def test_only_what_can_be_taken_back_is_done_without_anybody_looking(
    right: str, asker: str, is_proved: bool, at_once: bool
) -> None:
    assert requests.runs_by_itself(right, asker=asker, is_proved=is_proved) is at_once
