"""Words of a text, by libraries that are kept: PyThaiNLP cuts Thai by its dictionary, MeCab-ko Korean by its own.

Both are loaded when the first text of their language comes: a web process that reads none pays nothing.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple


class Morpheme(NamedTuple):
    """A piece of Korean with its parts of speech in the Sejong tags (NNG, VA+EC …), and what it is without endings."""

    text: str
    tag: str
    stem: str


def thai(text: str) -> Sequence[str]:
    """Words by longest match over all ways of cutting (`newmm`); safe for texts of thousands of letters."""
    words: list[str] = _thai()(text, engine="newmm-safe", keep_whitespace=False)
    return words


def morphemes(text: str) -> list[Morpheme]:
    """Korean as its morphemes."""
    found = []
    for line in _korean().parse(text.replace("\0", " ")).splitlines():
        piece, is_told, features = line.partition("\t")
        if is_told:
            told = features.split(",")
            stem = told[7].split("/", 1)[0] if len(told) > 7 and "+" in told[0] else piece
            found.append(Morpheme(piece, told[0], stem))
    return found


def korean(text: str) -> Sequence[str]:
    """The morphemes of a Korean text as words."""
    return [piece.text for piece in morphemes(text)]


def english(text: str) -> Sequence[str]:
    """English is cut by the rules of `features.english_words`."""
    return text.split()


OF = {"th": thai, "ko": korean, "en": english}


@cache
def _thai() -> Any:
    from pythainlp.tokenize import word_tokenize  # noqa: PLC0415  (a second and 60 MB where no Thai is read)

    return word_tokenize


@cache
def _korean() -> Any:
    import mecab_ko  # noqa: PLC0415  (a dictionary of 100 MB, mapped)

    return mecab_ko.Tagger()
