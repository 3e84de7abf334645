"""Which language a text is in, by its letters: Thai and Hangul have scripts of their own, English is told by words."""

import re
import unicodedata

NONE, OTHER = "", "xx"
KNOWN = ("th", "ko", "en")

# A syllable block says as much as some Latin letters; names of brands in Latin do not make a Thai text English.
_WEIGHT = {"ko": 2.5, "th": 1.0, "latin": 0.4, "other": 1.5}
_MANY_WORDS = 8
_MANY_MARKED = 0.1
_WORD = re.compile(r"[a-z']+")
_UNREAD = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|(?<!\w)[@#][\w.]+")
# Words that English can hardly do without and its neighbours do not share.
_ENGLISH = frozenset(
    "the and is it it's this that was i i'm my you your of to for with not but very are were have has had"
    " they be been  just from when what which would could will can't don't didn't doesn't won't good great"
    " bad nice love loved like  too only more than there their we our he she his her if then out up all"
    " some any because been after before".split()
)


def language_of(text: str) -> str:
    """One of KNOWN, OTHER for letters of another language, NONE where there are no letters (signs, faces, digits).

    Of a mixed text it is the language of most of what is said.
    """
    text = _UNREAD.sub(" ", text) if _UNREAD.search(text) else text
    counts = dict.fromkeys(_WEIGHT, 0)
    marked = 0
    for letter in text:
        kind = _script(letter)
        if kind:
            counts[kind] += 1
            marked += kind == "latin" and not letter.isascii()
    if not any(counts.values()):
        return NONE
    most = max(counts, key=lambda kind: counts[kind] * _WEIGHT[kind])
    if most == "latin":
        return "en" if _is_english(text, marked / counts["latin"]) else OTHER
    return OTHER if most == "other" else most


def _script(letter: str) -> str:
    code = ord(letter)
    if code < 0x80:
        return "latin" if letter.isalpha() else ""
    if 0xE01 <= code <= 0xE4E and code != 0xE3F:
        return "th"
    if 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF or 0x3131 <= code <= 0x318E:
        return "ko"
    if not letter.isalpha():
        return ""
    return "latin" if unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN")) else "other"


def _is_english(text: str, marked: float) -> bool:
    if marked > _MANY_MARKED:
        return False
    words = _WORD.findall(text.lower().replace("’", "'"))
    return len(words) < _MANY_WORDS or any(word in _ENGLISH for word in words)
