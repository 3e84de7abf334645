"""The few marks of a body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules import markup


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("Hello", "<p>Hello</p>", "Hello"),
        ("One\ntwo", "<p>One<br>two</p>", "One\ntwo"),
        ("One\r\n\r\n\r\nTwo", "<p>One</p>\n<p>Two</p>", "One\n\nTwo"),
        ("# Big **news**", "<h2>Big <strong>news</strong></h2>", "Big news"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        (
            "See [our shop](https://shop.example/a?b=1&c=2).",
            '<p>See <a href="https://shop.example/a?b=1&amp;c=2">our shop</a>.</p>',
            "See our shop: https://shop.example/a?b=1&c=2.",
        ),
        (
            "[Shop now](https://shop.example)",
            '<p><a href="https://shop.example">Shop now</a></p>',
            "Shop now: https://shop.example",
        ),
        (
            "At https://shop.example/x, now",
            '<p>At <a href="https://shop.example/x">https://shop.example/x</a>, now</p>',
            "At https://shop.example/x, now",
        ),
        ("[call](tel:+6621234567)", '<p><a href="tel:+6621234567">call</a></p>', "call: +6621234567"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>", "[x](javascript:alert(1))"),
        ("<b>no</b> & so", "<p>&lt;b&gt;no&lt;/b&gt; &amp; so</p>", "<b>no</b> & so"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>", "2 * 3 * 4"),
        ("", "", ""),
    ],
)
def test_marks_have_two_readings(text: str, html: str, plain: str) -> None:
    bare = markup.to_html(text)
    for style in markup.STYLES.values():
        bare = bare.replace(f' style="{style}"', "")
    assert bare == html
    assert markup.to_text(text) == plain


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: b@example.com", "a Bcc: b@example.com"),
        ("  a \t b ", "a b"),
        ("a\u2028b\x85c\x0bd", "a bcd"),
        ("a\x00b\u202ec", "abc"),
    ],
)
def test_a_subject_is_one_line(text: str, line: str) -> None:
    assert markup.one_line(text) == line


@given(value=st.text())
def test_shielded_values_come_back_as_one_clean_line(value: str) -> None:
    shielded = markup.shield(value)
    assert markup.unshield(shielded) == markup.one_line(markup.unshield(shielded))
    assert not set(shielded) & set("*[]()#:-`_\r\n")


@pytest.mark.parametrize(
    ("text", "is_html"), [("<p>x</p>", True), ("a < b > c", False), ("<br/>", True), ("I <3 it", False)]
)
def test_html_is_noticed(text: str, is_html: bool) -> None:
    assert markup.looks_like_html(text) is is_html
