"""What changed is told word by word, and both texts can be read back out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.rules.differences import Kind, passages, words

LETTERS = st.text(alphabet="ab .กาเข้ร่า동의 \n-,", max_size=40)


def marked(before: str, after: str) -> str:
    signs = {Kind.GONE: "-", Kind.NEW: "+"}
    return "".join(
        piece.text if piece.kind is Kind.SAME else f"[{signs[piece.kind]}{piece.text}]"
        for piece in words(before, after)
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("We keep it for a year.", "We keep it for two years.", "We keep it for [-a year][+two years]."),
        ("We keep it.", "We keep it.", "We keep it."),
        ("", "New.", "[+New.]"),
        ("Old.", "", "[-Old.]"),
        ("1년 보관합니다", "2년 보관합니다", "[-1년][+2년] 보관합니다"),
        ("ข้อมูลของลูกค้าทุกคน", "ข้อมูลของสมาชิกทุกคน", "ข้อมูลของ[-ลูกค้า][+สมาชิก]ทุกคน"),
    ],
)
def test_words_that_changed_stand_beside_each_other(before: str, after: str, told: str) -> None:
    assert marked(before, after) == told


@given(LETTERS, LETTERS)
def test_both_texts_can_be_read_back_from_the_difference(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.NEW) == before
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.GONE) == after


def test_long_stretches_without_a_change_are_only_counted() -> None:
    before = "\n\n".join(f"Paragraph {number} stays." for number in range(20))
    after = before.replace("Paragraph 10 stays.", "Paragraph 10 goes.")
    found = passages(before, after)
    assert [passage.skipped for passage in found] == [9, 0, 0, 0, 8]
    assert found[2].is_changed


def test_a_paragraph_that_came_is_told_as_such() -> None:
    found = passages("## One\nText.", "## One\nText.\n- an item")
    assert [(passage.style, passage.is_changed, passage.skipped) for passage in found] == [
        ("text", False, 1),
        ("text", False, 0),
        ("item", True, 0),
    ]


def test_a_huge_passage_is_told_as_replaced_and_takes_no_time() -> None:
    before, after = "a " * 4000, "b " * 4000
    assert [piece.kind for piece in words(before, after)] == [Kind.GONE, Kind.NEW]
