"""How many follow somebody, as exports write it: 12,345 · 12.3k · 1,2 หมื่น · 1.2만 · 3천 · 2 แสน · 1.2M."""

import re
import unicodedata
from decimal import Decimal

MOST = 10**10
"""More accounts than people: no figure of followers."""
_UNITS = {
    "": 1,
    "k": 10**3,
    "tsd": 10**3,
    "พัน": 10**3,
    "천": 10**3,
    "千": 10**3,
    "หมื่น": 10**4,
    "만": 10**4,
    "万": 10**4,
    "萬": 10**4,
    "w": 10**4,
    "แสน": 10**5,
    "m": 10**6,
    "mio": 10**6,
    "mn": 10**6,
    "ล้าน": 10**6,
    "백만": 10**6,
    "천만": 10**7,
    "b": 10**9,
    "bn": 10**9,
    "억": 10**8,
    "億": 10**8,
    "亿": 10**8,
}
_PART = re.compile(r"(\d[\d.,' ]*?) ?([^\d.,' ]+|$)")
_WHOLE = re.compile(rf"(?:{_PART.pattern} ?)+")
_GROUPS = re.compile(r"\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*")
_POINT = re.compile(r"\d+(?:[.,]\d+)?")
_NOTHING = frozenset("- – — n/a na none null nan ? ไม่ทราบ 없음 미상".split())
_WORDS = re.compile(r"(?:followers?|subscribers?|ผู้ติดตาม|คน|팔로워|구독자|명)$")


class Unreadable(ValueError):
    """No figure can be made of it."""


def followers(raw: object) -> int | None:
    """The figure as a whole number, None where nobody told one. Raises Unreadable.

    Without a unit marks part thousands (12.345 are twelve thousand, a person more or less follows nobody); with one a
    single mark is a decimal one (1,2 หมื่น), but for a comma before three digits (1,234k).
    """
    if raw is None:
        return None
    if isinstance(raw, bool):
        raise Unreadable
    if isinstance(raw, int):
        return _bounded(Decimal(raw))
    text = " ".join(unicodedata.normalize("NFKC", str(raw)).casefold().replace("\u2019", "'").split())
    if not text or text in _NOTHING:
        return None
    text = _WORDS.sub("", text.removesuffix("+").strip()).strip().removesuffix("+").strip()
    text = text.replace("\u0e4d\u0e32", "\u0e33")
    if not _WHOLE.fullmatch(text):
        raise Unreadable
    total, below = Decimal(0), 0
    for number, unit in _PART.findall(text):  # 1만 2천: several units, the largest first
        worth = _UNITS.get(unit, 0)
        if not worth or (below and worth >= below):
            raise Unreadable
        total, below = total + _number(number.strip(), has_unit=bool(unit)) * worth, worth
    return _bounded(total)


def _number(text: str, *, has_unit: bool) -> Decimal:
    text = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", text)
    if grouped := _GROUPS.fullmatch(text):
        is_one = text.count(grouped[1]) == 1
        if not (has_unit and is_one and grouped[1] == "."):
            return Decimal(re.sub(r"[.,']", "", text))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", text):
        text = text.replace(",", "")
    if not _POINT.fullmatch(text):
        raise Unreadable
    number = Decimal(text.replace(",", "."))
    if not has_unit and number != number.to_integral_value():
        raise Unreadable
    return number


def _bounded(number: Decimal) -> int:
    if number < 0 or number > MOST:
        raise Unreadable
    return int(number)
