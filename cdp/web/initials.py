"""The one or two letters that stand for a person where there is no picture, and the colour that stays theirs."""

import unicodedata
import zlib

from customers.rules import names

COLOURS = 8
# Thai vowels that are written before the consonant they follow in speech: the consonant is the initial.
THAI_LEADING = "เแโใไ"


def of(name: str) -> str:
    """Two letters for Latin and similar scripts, the given name for Korean, one letter for Thai; "?" for no letters.

    Korean names are read by their given name: 김민수 is 민수, as Korean address books show it. Titles stand for nobody:
    a whole name is kept as it was told, and half a shop's customers would be คุณ.
    """
    bare = names.untitled(name[: names.LONGEST])
    words = [word for word in bare.split() if any(char.isalpha() for char in word)]
    if not words:
        return "?"
    letters = ["".join(char for char in word if char.isalpha()) for word in words]
    first = letters[0]
    script = unicodedata.name(first[0], "")
    if script.startswith("HANGUL"):
        whole = "".join(letters)
        return whole[-2:] if len(whole) > 2 else whole
    if script.startswith("THAI"):
        return next((char for char in first if char not in THAI_LEADING), first[0])
    if script.startswith("CJK"):
        return first[:1]
    return (first[0] + (letters[-1][0] if len(letters) > 1 else "")).upper()


def colour(seed: str) -> int:
    """A number from 1 to 8, the same for the same seed on every machine and in every run."""
    return zlib.crc32(seed.encode()) % COLOURS + 1
