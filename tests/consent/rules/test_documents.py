from hypothesis import given
from hypothesis import strategies as st

from consent.rules import documents


def test_headings_paragraphs_and_lists_are_told_apart() -> None:
    found = documents.blocks("First line\nof one.\n\n## Why\n- one\n  more of one\n- two\nAfter.\n\nLast.")
    assert [(block.kind, block.text, block.items) for block in found] == [
        ("text", "First line of one.", []),
        ("heading", "Why", []),
        ("list", "", ["one more of one", "two After."]),
        ("text", "Last.", []),
    ]


def test_placeholders_are_filled_and_unknown_ones_stay() -> None:
    assert documents.filled("{shop_name} and {other}", {"shop_name": "Mali"}) == "Mali and {other}"


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    words = "".join(part for block in documents.blocks(text) for part in [block.text, *block.items])
    assert len(words) <= len(text)
