"""The big list of naughty strings, and our own worst ones, for tests that put them into every form, field and file."""

import functools
import html
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

LIST = Path(__file__).parents[1] / ".." / "shared" / "data" / "naughty_strings" / "blns.json"
OWN = (
    "undefined",
    "NULL",
    "1E+02",
    "0x0",
    "-1/0",
    "012-345",
    "1,234.50",
    "--version",
    "`⁄€‹›ﬁﬂ‡°·‚—±",
    "Ω≈ç√∫˜µ≤≥÷",
    "￾",
    "⁰⁴⁵ ₀₁₂",
    "社會科學院語學研究所 찦차를 타고 온 펲시맨",
    "ด้้้้้็็็็็้้้้้",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "👩‍👩‍👧‍👦 🇹🇭🇰🇷 👾",
    "١٢٣ مرحبا",
    "\u202eesrever\u202c",
    "a\u200bb\u2060c\ufeff",
    "line one\nline two\ttab",
    "\x01\x02\x03\x07\x1b[31m\x7f\x85\xa0",
    "<script>alert('x')</script>",
    '"><img src=x onerror="alert(1)">',
    "</textarea></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 | times: 7 }}{% raw %}",
    "{{7*7}} ${7*7} #{7*7} %{7*7} %s %(name)s {0}",
    "'; DROP TABLE users; --",
    "1' OR '1'='1",
    "a,b;c|d\t\"e\" 'f'",
    '=HYPERLINK("http://example.invalid/","x")',
    "+1+1",
    "@SUM(1+1)",
    "-2+3",
    "\\x00 \\u0000 \\",
    "../../etc/passwd%00",
    "() { :; }; touch x",
    "$HOME `ls` $(ls)",
    "'",
    "\u1e9b\u0323 \u212b \u0e4d\u0e32",
    "İıſﬀ",
    "x" * 100,
)
"""One of each kind. All of them may be typed into a browser."""


@functools.cache
def listed() -> tuple[str, ...]:
    """The texts of the list; nothing where it is not beside this clone."""
    if not LIST.is_file():
        return ()
    return tuple(dict.fromkeys(text for text in json.loads(LIST.read_text("utf-8")) if text))


def whole() -> tuple[str, ...]:
    """The list and ours; the test is skipped where the list is not there."""
    if not listed():
        pytest.skip("the shared data with naughty strings is not beside this clone")
    return tuple(dict.fromkeys((*OWN, *listed())))


def packed(texts: Sequence[str], longest: int, between: str = " ¶ ") -> Iterator[str]:
    """All the texts in as few values as possible: several in one value of at most `longest` characters."""
    held = ""
    for text in (text[:longest] for text in texts):
        if held and len(held) + len(between) + len(text) > longest:
            yield held
            held = ""
        held = held + between + text if held else text
    if held:
        yield held


def shows(page: str, text: str) -> bool:
    """Whether a page shows the text escaped, however its lines are broken."""
    return " ".join(html.escape(text).split()) in " ".join(page.split())
