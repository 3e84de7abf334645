"""In which language's letters a text is written, for texts that go to readers of another language than their writer's.

Thai, Korean and Latin letters are told apart; which language is written in Latin letters is not.
"""

import re
from collections.abc import Collection

_OWN = {"th": "thai", "ko": "korean"}
_NO_WORDS = re.compile(r"[\w.+-]+@[\w.-]+|https?://\S+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
FEW_LATIN = 12
"""Latin letters in a sentence that may be names: brands and products keep theirs in every language."""
FEW_SIGNS = 4
"""Thai and Korean signs that may be a name."""


def foreign(text: str, language: str, *, names: Collection[str] = ()) -> list[str]:
    """The sentences that readers of this language hardly read, as they stand. `names` stay as they are everywhere."""
    return [one for one in map(str.strip, _SENTENCE.split(text)) if one and _is_foreign(one, language, names)]


def _is_foreign(sentence: str, language: str, names: Collection[str]) -> bool:
    for name in filter(None, names):
        sentence = sentence.replace(name, " ")
    counts = dict.fromkeys(("thai", "korean", "latin"), 0)
    for sign in _NO_WORDS.sub(" ", sentence):
        if alphabet := _alphabet(sign):
            counts[alphabet] += 1
    own = counts.pop(_OWN.get(language, "latin"))
    latin = counts.pop("latin", 0)
    return any(count >= FEW_SIGNS for count in counts.values()) or (latin >= FEW_LATIN and latin > 3 * own)


def _alphabet(sign: str) -> str:
    if "\u0e00" <= sign <= "\u0e7f":
        return "thai"
    if "\uac00" <= sign <= "\ud7a3" or "\u1100" <= sign <= "\u11ff" or "\u3130" <= sign <= "\u318f":
        return "korean"
    return "latin" if sign.isalpha() and sign < "\u0250" else ""
