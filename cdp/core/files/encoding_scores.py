"""How likely bytes are as Thai, Korean, Japanese or Western text.

A reading is scored by the rough logarithm of its characters' frequencies, so that readings of one and two bytes a
character compare: letters by tiers of how common they are, and what cannot stand where it stands (a Thai vowel sign
without its consonant, an accented letter alone) as all but impossible. Three names are usually enough to tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cdp.core.files import source

_IMPOSSIBLE = -12.0
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

_THAI_TIERS = (
    (-3.2, "านรอกเง่มยว้ลัี"),
    (-4.0, "ทสตดิบปะคแหจพชุไข"),
    (-5.0, "โใำ์ืูถึณซศผภธญ็ิ"),
    (-6.2, "ฟฉษฝฐฎ๊๋ๆ"),
    (-7.5, "ฤฮฏฆฒฑฌฬฯ๐๑๒๓๔๕๖๗๘๙฿"),
)
_THAI = {letter: weight for weight, letters in reversed(_THAI_TIERS) for letter in letters}
_THAI_WORD = re.compile(
    # a leading vowel with its consonant, or a consonant; signs above and below; tone; a following vowel
    r"[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e31\u0e34-\u0e3a]?[\u0e47-\u0e4e]{0,2}[\u0e30\u0e32\u0e33]?"
    r"|(?<=[\u0e01-\u0e4e])[\u0e2f\u0e46]|[\u0e3f\u0e50-\u0e59]"
)
_THAI_BESIDE_LATIN = re.compile(r"[A-Za-z][\u0e01-\u0e4e]|[\u0e01-\u0e4e](?=[A-Za-z])")

# Syllables of names, addresses, shops and the grammar between them.
_COMMON_SYLLABLES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구나민진지엄채원천방공현함변여추도소석선설마길연위"
    "명기반라왕금옥인준시은호수아영미경희숙자순철상훈동재규태형혜란화춘용덕종병광승창세림솔빈율건찬보람예슬별다가윤군읍면리로번"
    "파트층울부산대구충북제특광역치객름전휴폰메일편입구매액품문날짜회생년월의는을를에들과고요서울메모비결배송상태할인카드매장포"
    "인트급등록완료취소사용자쿠폰단계좌이메일번호주소성명이름연락처"
)
_ACCENTED = re.compile(r"[À-ÖØ-öø-ÿŒœŠšŽžŸ]")
_PLAIN_LETTER = re.compile(r"[A-Za-z]")
_FREQUENT_ACCENTS = frozenset("éèêëàâäáãåçñóòôöõøúùûüíìîïßæÉÖÜÄÅÑÇÁÓ")
_TYPOGRAPHY = frozenset("€£©®°·½–—‘’“”…™\u00a0´«»")


def contest(sample: bytes) -> Iterator[tuple[str, float]]:
    """Candidates with the likelihood of their reading per non-ASCII byte; on a tie the earlier should win."""
    size = sum(1 for byte in sample if byte > 0x7F) or 1
    for encoding, judge in _JUDGES:
        text = sample.decode(encoding, errors=source.ERRORS)
        yield encoding, judge(text) / size


def _thai(text: str) -> float:
    score = 0.0
    placed = 0
    for match in _THAI_WORD.finditer(text):
        placed += len(match[0])
        score += sum(_THAI.get(letter, -6.0) for letter in match[0])
    strange = _NOT_ASCII.findall(text)
    ornaments = sum(1 for letter in strange if letter in _TYPOGRAPHY)
    # Åsa read as Thai has a Thai letter in the middle of a Latin word.
    mixed = len(_THAI_BESIDE_LATIN.findall(text))
    return score - 4.0 * mixed - 7.0 * ornaments + _IMPOSSIBLE * (len(strange) - placed - ornaments)


def _korean(text: str) -> float:
    return sum(map(_korean_letter, _NOT_ASCII.findall(text)))


def _korean_letter(letter: str) -> float:
    if "\uac00" <= letter <= "\ud7a3":
        if letter in _COMMON_SYLLABLES:
            return -5.4
        return -8.0 if _is_euc_kr(letter) else -13.0
    if "\u4e00" <= letter <= "\u9fff":
        return -11.0
    return 2 * _IMPOSSIBLE if letter == source.MARK else -10.0


def _johab(text: str) -> float:
    """As Korean, but rarer than anything else here: two bytes alone are a Thai or a Korean word of the other codes."""
    return _korean(text) - 1.0 * len(_NOT_ASCII.findall(text))


def _is_euc_kr(syllable: str) -> bool:
    """Whether this is one of the 2,350 usual syllables of KS X 1001. CP949 and Johab hold all 11,172."""
    try:
        # A syllable outside is refused, or spelled out in eight bytes.
        return len(syllable.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _japanese(text: str) -> float:
    letters = _NOT_ASCII.findall(text)
    kana = sum(1 for letter in letters if "\u3040" <= letter <= "\u30ff")
    ideographs = sum(1 for letter in letters if "\u4e00" <= letter <= "\u9fff")
    others = len(letters) - kana - ideographs
    # Kanji without any kana are far more often something else misread.
    return -5.5 * kana - (8.5 if 3 * kana >= ideographs else 11.0) * ideographs - 10.0 * others


def _western(text: str) -> float:
    score = 0.0
    for place, letter in enumerate(text):
        if letter.isascii():
            continue
        beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        if _ACCENTED.match(letter) and _PLAIN_LETTER.search(beside):
            score += -4.0 if letter in _FREQUENT_ACCENTS else -7.0
        elif letter in _FREQUENT_ACCENTS and _ACCENTED.search(beside):
            score -= 6.5
        elif letter in _TYPOGRAPHY:
            score -= 6.0
        else:
            score += _IMPOSSIBLE
    return score


_JUDGES: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("cp874", _thai),
    ("cp949", _korean),
    ("johab", _johab),
    ("cp932", _japanese),
    ("cp1252", _western),
)
