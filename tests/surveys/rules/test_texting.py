"""How many text messages a text is."""

import pytest

from surveys.rules import texting


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("a" * 160, (160, 160, 1)),
        ("a" * 161, (161, 160, 2)),
        ("a" * 158 + "€", (160, 160, 1)),
        ("a" * 159 + "€", (161, 160, 2)),
        ("ก" * 70, (70, 70, 1)),
        ("ก" * 71, (71, 70, 2)),
        ("가" * 134, (134, 70, 2)),
        ("가" * 135, (135, 70, 3)),
        ("😀" * 35, (70, 70, 1)),
    ],
)
def test_letters_count_as_the_network_counts_them(text, taken):
    assert (*texting.units(text), texting.messages(text)) == taken


def test_the_longest_that_is_one_message_is_taken_and_the_last_where_none_is():
    assert texting.fitting(["ก" * 71, "ก" * 70, "ก"]) == "ก" * 70
    assert texting.fitting(["a" * 200, "b" * 170]) == "b" * 170


def test_a_name_is_shortened_by_its_words_and_then_by_letters():
    assert texting.shortened("Mali & Sons Skincare") == ["Mali & Sons", "Mali"]
    assert texting.shortened("Maliwan Co.") == ["Maliwan", "Maliw…", "Mali…", "Mal…"]
    assert texting.shortened("Mali") == []
