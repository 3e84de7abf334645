"""Reviews as shops export them: text with a little HTML around it."""

import re
from html import unescape

# What the editors of shops write. Anything else between brackets is what somebody typed, and stays.
_BREAK = re.compile(r"</?(?:p|br|div|li|ul|ol|blockquote|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:a|b|strong|i|em|u|s|span|small|img)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_EMPTY = re.compile(r"\n{3,}")


def text(html: str) -> str:
    """The text without its markup: paragraphs become lines, entities their characters."""
    broken, count = _BREAK.subn("\n", html)
    return unescape(_INLINE.sub("", _EMPTY.sub("\n\n", broken) if count else broken)).strip()
