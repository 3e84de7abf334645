"""Markup goes, words stay."""

import pytest

from surveys.rules import markup


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Good tea.</p>\n\n<p>Will <b>buy</b> again</p>", "Good tea.\n\nWill buy again"),
        ("one<br>two<br />three", "one\ntwo\nthree"),
        ('<a href="https://example.com">here</a> &amp; now', "here & now"),
        ("I <3 it, a < b > c, 5<six>7", "I <3 it, a < b > c, 5<six>7"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("  ดีมาก  ", "ดีมาก"),
        ("<p", "<p"),
        ("", ""),
    ],
)
def test_markup_goes_and_what_was_typed_stays(html, text):
    assert markup.text(html) == text
