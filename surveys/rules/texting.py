"""How many text messages a text is, and the most that fits into one (3GPP TS 23.038)."""

from collections.abc import Sequence

_ONE_UNIT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_UNITS = frozenset("^{}\\[~]|€\f")
LATIN, OTHERS = 160, 70
"""Units of one message: of seven bits where every letter has one, else of sixteen (Thai, Korean, emoji)."""
_LATIN_PART, _OTHERS_PART = 153, 67
"""Of each where there are several: a part says which of how many it is."""


def units(text: str) -> tuple[int, int]:
    """(how many units it takes, how many one message has)."""
    if all(letter in _ONE_UNIT or letter in _TWO_UNITS for letter in text):
        return sum(1 + (letter in _TWO_UNITS) for letter in text), LATIN
    return len(text.encode("utf-16-le")) // 2, OTHERS


def messages(text: str) -> int:
    """How many messages are sent and paid for."""
    count, room = units(text)
    return 1 if count <= room else -(-count // (_LATIN_PART if room == LATIN else _OTHERS_PART))


def fitting(texts: Sequence[str]) -> str:
    """The first of these that is one message; the last where none is."""
    return next((text for text in texts if messages(text) == 1), texts[-1])


def shortened(name: str) -> list[str]:
    """Ever less of a name, by which it is known still: without its last words, then the first letters of its first."""
    words = name.split()
    fewer = [" ".join(words[:count]).rstrip(" &+,.-–—·|/") for count in range(len(words) - 1, 0, -1)]
    first = words[0] if words else ""
    return [*dict.fromkeys(some for some in fewer if some), *(f"{first[:n]}…" for n in range(len(first) - 2, 2, -1))]
