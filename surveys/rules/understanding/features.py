"""What the linear models look at: pieces of words, hashed into a fixed number of buckets.

The training script and the running shop call the same functions, so that what was learnt is what is looked up. Nothing
here needs more than the standard library: slices of UTF-16 are hashed by `zlib.crc32`, which is C.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from zlib import crc32

from surveys.rules.understanding import shop_words

LONGEST = 2000
"""Characters that are looked at; of a longer text the beginning speaks for the rest."""

_LINKS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+")
_NAMES = re.compile(r"(?<!\w)@[\w.]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_LONG = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")

Blocks = tuple[set[int], ...]
"""One set of buckets for each kind of pieces that a language uses."""


def normal(text: str) -> str:
    """The text as it is compared: composed, lower case, no links or handles, no letter more than twice in a row."""
    text = unicodedata.normalize("NFC", text[:LONGEST]).lower()
    text = _NAMES.sub(" ", _LINKS.sub(" ", _UNSEEN.sub("", text)))
    return _SPACE.sub(" ", _LONG.sub(r"\1\1", text)).strip()


def pieces_of_words(text: str, sizes: Sequence[int], mask: int) -> set[int]:
    """Runs of `sizes` characters inside of each word between spaces, its edges marked by a space."""
    found: set[int] = set()
    for word in set(text.split()):
        coded = f" {word} ".encode("utf-16-le")
        for size in sizes:
            width = 2 * size
            found.update(crc32(coded[at : at + width], size) & mask for at in range(0, len(coded) - width + 2, 2))
    return found


def pieces_of_text(text: str, sizes: Sequence[int], mask: int) -> set[int]:
    """Runs of `sizes` characters anywhere; for scripts that set no spaces between words."""
    coded = text.encode("utf-16-le")
    found: set[int] = set()
    for size in sizes:
        width = 2 * size
        found.update(crc32(coded[at : at + width], size) & mask for at in range(0, len(coded) - width + 2, 2))
    return found


def words_and_pairs(words: Sequence[str], mask: int) -> set[int]:
    """Each word, and each two that follow one another."""
    found = {crc32(word.encode(), 101) & mask for word in words}
    found.update(crc32(f"{one} {two}".encode(), 102) & mask for one, two in itertools.pairwise(words))
    return found


Cut = Callable[[str], Sequence[str]]
"""Cuts a normal text into words."""


def korean(text: str, cut: Cut, mask: int) -> Blocks:
    """Pieces of one to four letters, as endings carry the feeling and no two people set spaces alike, and morphemes."""
    return pieces_of_words(text, (1, 2, 3, 4), mask), words_and_pairs(cut(text), mask)


_SHAPES = (("?", "?"), ("#", "#"), ("laughs", "55"))


def manner(text: str, words: Sequence[str], mask: int) -> set[int]:
    """How something is said: three words in a row, the first and last two, how long it is, whether it asks or
    laughs, and how many words it has that praise or blame a shop.

    Advertisements are long, questions end in their particle, and both say little of what is felt.
    """
    found = {crc32(" ".join(words[at : at + 3]).encode(), 104) & mask for at in range(len(words) - 2)}
    told = [*(f"b{word}" for word in words[:2]), *(f"e{word}" for word in words[-2:])]
    told.append(f"length {min(12, (len(text) ** 2).bit_length())}")
    told += [name for name, sign in _SHAPES if sign in text]
    told += shop_words.told(text)
    found.update(crc32(one.encode(), 103) & mask for one in told)
    return found


def thai(text: str, cut: Cut, mask: int) -> Blocks:
    """Words with their pairs, pieces of two to five letters for what no dictionary knows, and the manner."""
    words = [word for word in cut(text) if not word.isspace()]
    return words_and_pairs(words, mask), pieces_of_text(text, (2, 3, 4, 5), mask), manner(text, words, mask)


_ENGLISH = re.compile(r"[a-z]+(?:'[a-z]+)*|[!?]+|[:;=]['\-]?[()dp]|[^\w\s,.\"'()\[\]]")


def english_words(text: str) -> list[str]:
    """The words of a normal English text, with faces and marks that carry feeling."""
    return _ENGLISH.findall(text.replace("’", "'"))


def english(text: str, cut: Cut, mask: int) -> Blocks:
    """Words with their pairs, and pieces of three to five letters for forms that were not met."""
    return words_and_pairs(english_words(text), mask), pieces_of_words(text, (3, 4, 5), mask)


OF: dict[str, Callable[[str, Cut, int], Blocks]] = {"ko": korean, "th": thai, "en": english}
