"""Single values out of files: numbers, money, yes and no, currencies, moments.

What is common is fast (a cached or one-regex path, about a microsecond); what is odd is understood where there is one
sensible reading and refused with a code where there is none. Nothing here guesses silently: 1,234 is a thousand and
1.234 is one and a bit unless the column is known to write commas (columns.decimal_comma).
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import babel.core

from cdp.core.files import dates, moments
from cdp.core.files.problems import ValueProblem

MISSING = frozenset(
    {"", "-", "--", "–", "—", "n/a", "#n/a", "na", "nan", "null", "none", "nil", "(null)", "ไม่มี", "없음"}
)
_LONGEST = 80
_LARGEST = Decimal(10) ** 15
_FINEST = -12

_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,12})?")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}")
_POINT = re.compile(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]*)?|[0-9]*(?:\.[0-9]*)?")
_COMMA = re.compile(r"[0-9]{1,3}(?:\.[0-9]{2,3})*\.[0-9]{3}(?:,[0-9]*)?|[0-9]*(?:,[0-9]*)?")
_SPACES = re.compile(r"(?<=[0-9])[\s\u00a0\u202f'’](?=[0-9]{3}(?![0-9]))")
_SIGNED = re.compile(
    r"(?P<front>[^\d.,+\-()]*)(?P<sign>[+-]?)(?P<mid>[^\d.,+\-()]*)(?P<digits>[\d.,]+)(?P<tail>[^\d.,()]*)"
)

SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "฿": "THB", "บาท": "THB", "baht": "THB", "₩": "KRW", "￦": "KRW", "원": "KRW", "won": "KRW", "€": "EUR",
        "£": "GBP", "₫": "VND", "₹": "INR", "₱": "PHP", "us$": "USD", "s$": "SGD", "hk$": "HKD", "nt$": "TWD",
        "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "บ": "THB", "บาทถ้วน": "THB", "bt": "THB", "원정": "KRW",
        "rs": "INR", "rm": "MYR", "円": "JPY", "元": "CNY", "rp": "IDR",
    }
)  # fmt: skip
_AMBIGUOUS = frozenset({"$", "¥", "￥", ".-", "฿.", "b", "b."})
_WRITTEN = frozenset({"금", "일금"})  # "the sum of", before the amount on Korean papers
_WITHOUT_CENTS = frozenset({"KRW", "JPY", "VND", "IDR"})
_POINT_GROUPS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_WIDE = str.maketrans("，．（）－＋−–", ",.()-+--")
_BRACKETS = re.compile(r"([^\d().,+-]*)\(([^()]*)\)([^\d().,+-]*)")
_IN_BRACKETS = re.compile(r"\s*[(\[（]([^()\[\]（）]+)[)\]）]\s*$")
_FULL_STOP = re.compile(r"(?<=[^\W\d_])\.(?=\s*(?:\d|$))")  # Rs.500, 500 THB.
_APART = re.compile(r"\b(us|hk|nt|au|ca|[sac])\s+\$", re.IGNORECASE)

_YES = (
    "1 1.0 yes y true t on x ✓ ✔ ☑ subscribed opted_in opt_in opted-in opt-in optin checked enabled "
    "agreed accepted granted ใช่ จริง ยินยอม ตกลง สมัคร รับ ต้องการ"
    " 예 네 참 동의 동의함 수신동의 수신 구독 はい 是"
)
_NO = (
    "0 0.0 no n false f off unsubscribed opted_out opt_out opted-out opt-out optout unchecked disabled declined denied "
    "ไม่ ไม่ใช่ เท็จ ไม่ยินยอม ไม่ตกลง ยกเลิก ไม่รับ ไม่ต้องการ"
    " 아니오 아니요 거짓 미동의 비동의 수신거부 수신안함 미수신 미구독 거부 いいえ 否"
)
_BOOLEANS = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)


def is_missing(raw: str) -> bool:
    """Whether a cell says that there is nothing: empty, a dash, n/a, null. Not for names: Na and Null are some."""
    return not raw or raw in MISSING or raw.strip().casefold() in MISSING


@functools.lru_cache(maxsize=16384)
def decimal(raw: str, *, comma: bool | None = None) -> Decimal:
    """The number in a cell; a currency sign beside it is left out (see money).

    `comma` says how the column writes: True for 1.234,50, False for 1,234.50, None to judge the value alone.
    ValueProblem: missing, not_a_number, percent, too_large.
    """
    if not comma:
        if _PLAIN.fullmatch(raw):
            return Decimal(raw)
        if _GROUPED.fullmatch(raw):
            return Decimal(raw.replace(",", ""))
    return money(raw, comma=comma)[0]


@functools.lru_cache(maxsize=16384)
def integer(raw: str) -> int:
    """The whole number in a cell, written as 3, 3.0 or 3,000. ValueProblem: as decimal, and not_whole."""
    if raw.isdecimal() and len(raw) < 16:
        return int(raw)
    number = decimal(raw)
    if number != number.to_integral_value():
        raise ValueProblem("not_whole")
    return int(number)


def money(raw: str, *, comma: bool | None = None) -> tuple[Decimal, str | None]:
    """The amount in a cell and the currency written beside it (None where none or an ambiguous sign like $ is)."""
    if len(raw) > _LONGEST:
        raise ValueProblem("not_a_number")
    text = dates.plain(raw).translate(_WIDE)
    if is_missing(text):
        raise ValueProblem("missing")
    if "%" in text or "٪" in text or "％" in text:
        raise ValueProblem("percent")
    if _EXPONENT.fullmatch(text):
        return _bounded(Decimal(text.replace(",", "."))), None
    negative = _BRACKETS.fullmatch(text)
    if negative:
        text = "".join(negative.groups()).strip()
    text = _APART.sub(r"\1$", _FULL_STOP.sub(" ", text).strip())
    match = _SIGNED.fullmatch(_SPACES.sub("", text))
    if match is None:
        raise ValueProblem("not_a_number")
    # "1,234.-" is how Thai price tags say that nothing follows the point.
    tail = match["tail"].strip().removeprefix("-" if match["digits"].endswith(".") else "")
    signs = [sign for sign in (match["sign"], tail) if sign in {"-", "+"}]
    if len(signs) > 1 or (negative and signs):
        raise ValueProblem("not_a_number")
    words = [word.strip() for word in (match["front"], match["mid"], tail.strip("+- ")) if word.strip()]
    unit, digits = _beside(words), match["digits"]
    if comma is None and unit in _WITHOUT_CENTS and _POINT_GROUPS.fullmatch(digits):
        comma = True  # 12.000원 has no hundredths
    amount = _bounded(Decimal(_digits(digits, comma=comma)))
    return (-amount if negative or "-" in signs else amount), unit


@functools.lru_cache(maxsize=512)
def boolean(raw: str) -> bool:
    """Yes or no in the words of shops and their systems (en, th, ko). ValueProblem: missing, not_a_boolean."""
    word = dates.plain(raw).casefold()
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    raise ValueProblem("missing" if is_missing(word) else "not_a_boolean")


@functools.lru_cache(maxsize=512)
def currency(raw: str) -> str:
    """The ISO 4217 code of a code or an unmistakable sign. ValueProblem: missing, unknown_currency."""
    word = dates.plain(raw)
    if word.upper() in currencies():
        return word.upper()
    if word.casefold() in SYMBOLS:
        return SYMBOLS[word.casefold()]
    raise ValueProblem("missing" if is_missing(word) else "unknown_currency")


def heading_unit(column: str) -> str:
    """The currency in brackets at the end of a column's name, 결제금액(원) or Total (THB); empty without one."""
    found = _IN_BRACKETS.search(column)
    try:
        return currency(found[1]) if found else ""
    except ValueProblem:
        return ""


def without_unit(column: str) -> str:
    """The column's name without what stands in brackets at its end."""
    return _IN_BRACKETS.sub("", column)


@functools.cache
def currencies() -> frozenset[str]:
    """Codes of money that was legal tender somewhere in this century (from CLDR)."""
    territories: Mapping[str, list[tuple[str, object, tuple[int, ...] | None, bool]]]
    territories = babel.core.get_global("territory_currencies")
    return frozenset(
        code
        for history in territories.values()
        for code, _, end, tender in history
        if tender and (end is None or end[0] >= 2000)
    )


def moment(raw: str, *, zone: dt.tzinfo, dayfirst: bool | None = None, era: str = "") -> dt.datetime:
    """The moment in a cell as an aware datetime in UTC; a time without a zone is in `zone`, a day alone its midnight.
    `dayfirst` and `era` are the column's (see dates.Style).

    ValueProblem: as dates.day, and not_a_time, unknown_zone, out_of_range.
    """
    if len(raw) > 15 and raw[10] in " T":
        try:
            if len(raw) > 19 and (raw[-1] == "Z" or raw[-5] in "+-" or raw[-6] in "+-"):
                return dt.datetime.fromisoformat(raw.replace(" +", "+").replace(" -", "-")).astimezone(dt.UTC)
            # The common shape, "2010-12-01 08:26:00": two C calls and a cached offset, 0.6 µs.
            offset = _offset_of_day(raw[:10], zone)
            if offset is not None:
                return dt.datetime.fromisoformat(raw + "+00:00") - offset
        except (ValueError, OverflowError):
            pass
    return moments.parse(raw, zone=zone, dayfirst=dayfirst, era=era)


@functools.lru_cache(maxsize=8192)
def _offset_of_day(day: str, zone: dt.tzinfo) -> dt.timedelta | None:
    """The zone's distance from UTC on an ISO day, or None where that is no such day or changes within it."""
    try:
        start = dt.datetime.fromisoformat(day).replace(tzinfo=zone)
    except ValueError:
        return None
    if not 1850 <= start.year < 2200:
        return None
    offset = start.utcoffset()
    changes = offset != (start + dt.timedelta(days=1)).utcoffset()
    return None if changes else offset


def _digits(text: str, *, comma: bool | None) -> str:
    """Digits with a decimal point. The last of two kinds of marks is the decimal one; a lone one is judged by shape."""
    if not any(c.isdecimal() for c in text):
        raise ValueProblem("not_a_number")
    if comma is None:
        point, mark = text.rfind("."), text.rfind(",")
        if point >= 0 and mark >= 0:
            comma = mark > point
        elif mark >= 0:
            # 1,234 and 1,234,567 are groups; 12,5 and 1,23 can only be decimals.
            comma = not _POINT.fullmatch(text)
        else:
            comma = text.count(".") > 1
    if not (_COMMA if comma else _POINT).fullmatch(text):
        raise ValueProblem("not_a_number")
    return text.replace(".", "").replace(",", ".") if comma else text.replace(",", "")


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueProblem("not_a_number")
    if abs(number) >= _LARGEST:
        raise ValueProblem("too_large")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < _FINEST:
        number = round(number, -_FINEST)
    return Decimal(format(number, "f"))


def _beside(words: list[str]) -> str | None:
    """The currency among the words beside a number. Any other word means that the cell is no number."""
    found = None
    for word in words:
        if word.casefold() in _AMBIGUOUS or word in _WRITTEN:
            continue
        try:
            unit = currency(word.rstrip("$") if word.casefold() not in SYMBOLS else word)
        except ValueProblem as problem:
            raise ValueProblem("not_a_number") from problem
        if found not in {None, unit}:
            raise ValueProblem("not_a_number")
        found = unit
    return found
