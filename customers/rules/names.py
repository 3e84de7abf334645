"""Names of people in Thai, Korean, Latin and other scripts.

What a person wrote is shown as it was written; only invisible characters and stray blanks go. For comparing, searching
and greeting a name is taken apart: titles off, family and given name told apart by the habits of its script (Korean
family names come first, without a blank; Thai and Western ones last; "Family, Given" says it itself).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Literal, NamedTuple

from customers.rules import name_words, unreadable

LONGEST = 200
type_of_script = Literal["thai", "hangul", "han", "kana", "latin", "other"]

INVISIBLE = re.compile(
    r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    # Joiners shape what stands before them in Arabic, Indic and Mongolian scripts, and make one sign of several emoji.
    r"|(?<![\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
"""What nobody sees and no text needs."""
_JOINERS = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufe00-\ufe0f\ufeff]")
_ACCENTED = re.compile(r"[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")
_SCRIPTS: tuple[tuple[type_of_script, re.Pattern[str]], ...] = (
    ("thai", re.compile(r"[\u0e01-\u0e5b]")),
    ("hangul", re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")),
    ("kana", re.compile(r"[\u3040-\u30ff]")),
    ("han", re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")),
    ("latin", re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\uff21-\uff5a]")),
)
_WITHOUT_BLANKS = frozenset({"hangul", "han", "kana"})
_WORD = re.compile(r"[^\W_]+(?:[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+[^\W_]*)*")
_FOLDS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
    | dict.fromkeys("'’ʼ`")
)
# What is typed in several ways and looks the same: a double เ for แ, sara am in two pieces, a tone before its vowel.
_THAI_AM = re.compile(r"\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_THAI_TONE_BEFORE_VOWEL = re.compile(r"[\u0e48-\u0e4b][\u0e31\u0e34-\u0e39\u0e48-\u0e4b]+")
_THAI_LEADING = "เแโใไ"
# What fold has to look at letter by letter; most names and streets have none of it.
_ODD = re.compile(
    r"[ßæœøđðþłıħ'’ʼ`\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufe00-\ufe0f\ufeff]"
)


class Parts(NamedTuple):
    """A name taken apart, without titles; either part may be empty, never both."""

    given: str
    family: str


def display(raw: str) -> str:
    """Any short text as it was written, in NFC, without invisible characters and superfluous blanks; may be empty."""
    text = raw if raw.isascii() and raw.isprintable() else unicodedata.normalize("NFC", INVISIBLE.sub("", raw))
    return " ".join(text.split())


def normalise(raw: str) -> str:
    """The name as its owner wrote it (see display).

    Unreadable: missing, not_a_name (no letter in it), name_too_long.
    """
    name = display(raw)
    if not name:
        raise unreadable.Unreadable("missing")
    if not _LETTER.search(name):
        raise unreadable.Unreadable("missing" if name in {"-", "--", "–", "."} else "not_a_name")
    if len(name) > LONGEST:
        raise unreadable.Unreadable("name_too_long")
    return name


@functools.lru_cache(maxsize=8192)
def script(name: str) -> type_of_script:
    """The script that decides how a name is read: that of its first letter that we know."""
    for letter in name:
        if letter.isascii():
            if letter.isalpha():
                return "latin"
            continue
        for code, pattern in _SCRIPTS:
            if pattern.match(letter):
                # Japanese mixes: one kana among Chinese characters makes it Japanese.
                return "kana" if code == "han" and _SCRIPTS[2][1].search(name) else code
    return "other"


@functools.lru_cache(maxsize=8192)
def split(name: str) -> Parts:
    """Given and family name without titles. A lone word is the given name, but for Korean and Chinese full names."""
    name = name[:LONGEST]
    if name_words.ORGANISATION.search(name):
        return Parts(name, "")
    code = script(name)
    if "," in name:
        family, _, given = name.partition(",")
        given, family = _untitled(given.strip(), code).strip(" ,"), _untitled(family.strip(), code)
        if given and family and given.casefold().replace(".", "") not in name_words.SUFFIXES:
            return Parts(given, family)
        name = family or given
    bare = _untitled(name, code)
    if code == "hangul":
        given, family = _korean(bare)
    elif code in _WITHOUT_BLANKS:
        given, family = _east_asian(bare)
    else:
        given, family = _family_last(bare)
    return Parts(given, family)


def split_there(name: str) -> Parts:
    """As `split`, of somebody in Korea: in Latin letters, too, the family comes first where both parts sound Korean."""
    if name.isascii() and (match := name_words.KOREAN_IN_LATIN_THERE.fullmatch(name)):
        return Parts(match[2], match[1])
    return split(name)


def compose(given: str, family: str) -> str:
    """A full name out of two columns, in the order that its script wants."""
    given, family = given.strip(), family.strip()
    if given and family and script(family) in {"hangul", "han"}:
        return family + given
    if given and family and script(family) == "kana":
        return f"{family} {given}"
    return f"{given} {family}".strip()


@functools.lru_cache(maxsize=8192)
def key(name: str) -> str:
    """The normal form for comparing: two spellings of one name give one key, whatever title, case, accent, order."""
    parts = split(name)
    if script(name) in _WITHOUT_BLANKS:
        return "".join(words(parts.family) + words(parts.given))
    return " ".join(words(parts.given) + words(parts.family))


def untitled(name: str) -> str:
    """The name without titles and honorifics before or behind it; never empty unless the name was."""
    return _untitled(name, script(name))


def part(raw: str) -> str:
    """A given or family name that came in a column of its own: like normalise, without titles.

    More careful than untitled, because a part has fewer words: an honorific of Korean and an English title go only
    where they are words of their own, and what may be a name (Eng, Hon, Gen) only with its full stop. A title alone
    stays. Unreadable as in normalise.
    """
    name = normalise(raw)
    while True:
        bare = _part(name)
        if bare == name:
            return name
        name = bare


def given_key(name: str) -> str:
    """The normal form of the given name alone, for the question whether two people on one phone are the same."""
    return " ".join(words(split(name).given))


@functools.lru_cache(maxsize=8192)
def words(text: str) -> list[str]:
    """The words of a text in the form in which they are compared: lower case, accents and apostrophes off.

    The same for what is stored and for what somebody types into the search box.
    """
    return words_once(text)


def words_once(text: str) -> list[str]:
    """The same without remembering it, for texts that do not come again, like streets."""
    return _WORD.findall(fold(text))


def fold(text: str) -> str:
    """Lower case without accents for Latin letters; Thai in one spelling; other scripts in NFKC."""
    if text.isascii():
        return text.lower().replace("'", "")
    folded = unicodedata.normalize("NFKC", text).casefold()
    is_odd = _ODD.search(folded) is not None
    if is_odd:
        folded = folded.translate(_FOLDS)
    # NFKC takes sara am apart as well; composing it again keeps the letters of the keyboard.
    folded = folded.replace("เเ", "แ").replace("\u0e4d\u0e32", "\u0e33")
    if "\u0e4d" in folded:
        folded = _THAI_AM.sub("\\1\u0e33", folded)
    folded = _THAI_TONE_BEFORE_VOWEL.sub(_tone_last, folded)
    return _ACCENTED.sub(_without_accent, _JOINERS.sub("", folded)) if is_odd else folded


def search_terms(name: str) -> list[str]:
    """Words under which a person is found by typing their beginning: every word of the name but its titles.

    Names written without blanks (Korean, Chinese) are found by their whole and by the given name alone; "김" is the
    beginning of the whole.
    """
    parts = split(name)
    if parts.family and script(name) in _WITHOUT_BLANKS:
        return list(dict.fromkeys([key(name), *words(parts.given)]))
    return list(dict.fromkeys(words(parts.given) + words(parts.family)))


def initials(name: str) -> str:
    """One or two letters for a round badge: AB, สจ, 민수. Empty where there is no letter."""
    parts = split(name)
    if script(name) in _WITHOUT_BLANKS:
        return "".join(_LETTER.findall(parts.given or parts.family)[:2])
    return "".join(_first_letter(part) for part in (parts.given, parts.family)).upper()[:2]


def _first_letter(text: str) -> str:
    letters: list[str] = _LETTER.findall(text)
    # A Thai vowel that is written first is spoken after its consonant.
    return next((letter for letter in letters if letter not in _THAI_LEADING), "")


def _tone_last(match: re.Match[str]) -> str:
    return "".join(sorted(match[0]))  # the vowel signs come before the tones in Unicode, too


def _without_accent(match: re.Match[str]) -> str:
    letter = unicodedata.normalize("NFD", match[0])[0]
    return "" if unicodedata.combining(letter) else letter


def _untitled(name: str, code: type_of_script) -> str:
    """The name without what stands before or behind it; never empty unless the name was."""
    if code == "thai":
        bare = name_words.THAI_TITLE.sub("", name)
    elif code == "hangul":
        bare = name_words.KOREAN_HONORIFIC.sub("", name)
    else:
        tokens = name_words.TITLE_GLUED.sub("", name).split()
        while len(tokens) > 1 and tokens[0].casefold().replace(".", "") in name_words.TITLES:
            del tokens[0]
            # Mr & Mrs Smith
            if (
                len(tokens) > 2
                and tokens[0] in {"&", "and"}
                and tokens[1].casefold().replace(".", "") in name_words.TITLES
            ):
                del tokens[0]
        while len(tokens) > 1 and tokens[-1].casefold().replace(".", "").strip(",") in name_words.SUFFIXES:
            del tokens[-1]
        bare = " ".join(tokens)
    return bare.strip() or name


def _part(name: str) -> str:
    code = script(name)
    if code == "thai":
        return _untitled(name, code)
    if code == "hangul":
        return name_words.KOREAN_HONORIFIC_WORD.sub("", name)
    name = name_words.TITLE_GLUED.sub("", name)
    first, _, rest = name.partition(" ")
    word = first.casefold().replace(".", "")
    is_title = word in name_words.TITLES and (first.endswith(".") or word not in name_words.TITLES_OR_NAMES)
    return rest if rest and is_title and _LETTER.search(rest) else name


def _korean(name: str) -> tuple[str, str]:
    tokens = name.split()
    if len(tokens) == 1 and name in name_words.KOREAN_FAMILIES:
        return name, ""
    if len(tokens) == 1:
        is_short = len(name) == 3 and name[:2] in name_words.KOREAN_FAMILIES_OR_BEGINNINGS
        for width in (1,) if is_short else (2, 1):
            family, given = name[:width], name[width:]
            if given and family in name_words.KOREAN_FAMILIES:
                return given, family
        return name, ""
    if tokens[0] in name_words.KOREAN_FAMILIES:
        return "".join(tokens[1:]), tokens[0]
    if tokens[-1] in name_words.KOREAN_FAMILIES:
        return "".join(tokens[:-1]), tokens[-1]
    return " ".join(tokens[1:]), tokens[0]


def _is_particle(token: str, *, is_small: bool) -> bool:
    if token.casefold().removesuffix(".") in name_words.PARTICLES:
        return True
    return not is_small and token in name_words.PARTICLES_IN_SMALL


def _east_asian(name: str) -> tuple[str, str]:
    tokens = name.replace("\u30fb", " ").split()
    if len(tokens) > 1:
        return " ".join(tokens[1:]), tokens[0]
    if 2 <= len(name) <= 3 and script(name) == "han":
        return name[1:], name[:1]
    if len(name) == 4 and script(name) == "han":
        return name[2:], name[:2]
    return name, ""


def _family_last(name: str) -> tuple[str, str]:
    tokens = name.split()
    if len(tokens) < 2:
        return name, ""
    cut = len(tokens) - 1
    if script(name) == "thai":
        # ณ อยุธยา, ณ เชียงใหม่: the particle belongs to the family; Thai given names are one word.
        cut = 1
    elif len(tokens) == 2 and "-" in tokens[1] and name_words.KOREAN_IN_LATIN.fullmatch(name):
        return tokens[1], tokens[0]
    else:
        while cut > 1 and tokens[cut].startswith("("):
            cut -= 1
        is_small = name == name.lower()
        while cut > 1 and _is_particle(tokens[cut - 1], is_small=is_small):
            cut -= 2 if cut > 2 and tokens[cut - 1] in name_words.LINKS else 1
    return " ".join(tokens[:cut]), " ".join(tokens[cut:])
