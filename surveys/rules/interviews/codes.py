"""Codes of quotes: a word or three that say what somebody talked about. Free, and written the same way each time."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST, MOST = 40, 10
_APART = re.compile(r"[,;\n、，]+")
_SPACES = re.compile(r"\s+")


def code(text: str) -> str:
    """A code as it is kept: one form of each letter, small ones, single blanks, at most LONGEST long."""
    plain = "".join(ch for ch in unicodedata.normalize("NFKC", text) if ch.isprintable() or ch.isspace())
    return _SPACES.sub(" ", plain).strip(" #.").casefold()[:LONGEST].strip()


def codes(text: str) -> list[str]:
    """What somebody typed, apart at commas and ends of lines: each code once, at most MOST of them."""
    return listed(_APART.split(text))


def listed(words: Iterable[str]) -> list[str]:
    """Each of these as a code, once, at most MOST of them."""
    return list(dict.fromkeys(filter(None, map(code, words))))[:MOST]
