"""One spelling for every phone number: E.164.

Google's libphonenumber decides what is a number; a full parse costs about 100 µs, which is most of the budget of an
imported row. The plain shapes that nearly all shops have (+66 81 234 5678, 081-234-5678, 66812345678) are therefore
decided here by the library's own patterns, taken from its metadata, and everything else goes to the library. Both ways
agree; a property test holds them together.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import phonemetadata

from cdp.core.files import dates, values
from customers.rules import unreadable

_SHAPE = re.compile(r"\+?[0-9][0-9 ().-]{5,24}|\([0-9][0-9 ().-]{5,24}", re.ASCII)
_LONGEST = 250  # as the library itself has it
_SEPARATORS = str.maketrans("", "", "+ ().-")
_FLOAT = re.compile(r"(\+?[0-9]{6,15})\.0+")
_SCIENTIFIC = re.compile(r"\+?([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")
_LABEL = re.compile(
    r"(?:tel|phone|mobile|mob|cell|fax|call|hp|โทรศัพท์|มือถือ|โทร|เบอร์|ติดต่อ|전화번호|전화|휴대폰|휴대전화|핸드폰|연락처)"
    r"[\s.:：#=-]*",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\s*(?:[/,;|&\n]|:::|\bor\b|\band\b|หรือ|และ|또는|및)\s*", re.IGNORECASE)
# An extension in words that the library does not know, and what the number is or whose: "081 234 5678 (แม่)". The
# library would dial the letters of "030 163747 home", too.
_EXTENSION = re.compile(r"\s*\(?(?:ต่อ|กด|내선|구내|内線|分機|分机)[\s.:]*(?:번호\s*)?[0-9][0-9\s,~-]*\)?$")
_NOTE = re.compile(r"(?<=[0-9)])[\s(\[]+[^\d()\[]*[^\W\d_][^\d()\[]*[)\]]?$")
# 02-123-4567~9: several lines of one office. No number ends in a digit by itself behind four others.
_RANGE = re.compile(r"(?<=[0-9]{4})\s*[-~–]\s*[0-9]{1,2}$")
_SURE_RANGE = re.compile(r"(?<=[-. ][0-9]{4})\s*[-~–]\s*[0-9]$")
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
    "voicemail",
)  # fmt: skip
_KOREAN_MOBILE, _KOREAN_MOBILE_LENGTH = "+8210", 13
_TOO_SHORT = phonenumbers.NumberParseException.TOO_SHORT_NSN, phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD


_LETTERS = 2
"""Of a country's code; `001` is that of numbers of the whole world."""
_TELLING = 8
"""Characters of an E.164 number by which the plans of a shared code tell their countries apart: +44 7911 1."""
_MOST_BEGINNINGS = 50_000
_beginnings: dict[str, str | None] = {}
_FEWEST = 7
"""Digits that make what stands before a word a number by itself."""
_LEAST_DIGITS = 5
"""Different digits in a number that somebody may have: what is typed to fill a field has fewer."""
_MOST_REPEATED = 4
"""Digits that come again and again in what is typed to fill a field: 12121212, 12312312, 12341234."""


class NotInUse(unreadable.Unreadable):
    """A number that no plan of its country gives out. `likely` is its E.164 spelling where it is as long as a mobile
    and does not look made up, else empty: plans change before we know of it, and it may be evidence beside a name.
    """

    def __init__(self, likely: str = "") -> None:
        """Its code is the one of such numbers."""
        super().__init__("phone_not_in_use")
        self.likely = likely


@dataclass(frozen=True, slots=True)
class _Country:
    """The patterns of a calling code's main region, compiled."""

    code: str
    general: re.Pattern[str]
    valid: re.Pattern[str]
    trunk: str
    trunk_pattern: re.Pattern[str] | None
    international: re.Pattern[str] | None


def normalise(raw: str, *, region: str | None) -> str:
    """The number as E.164. `region` (ISO 3166-1, like TH) is where a number without country code is dialled.

    An extension is left out. Unreadable: missing, not_a_phone, phone_without_country, phone_too_short, phone_too_long,
    phone_not_in_use, phone_digits_lost.
    """
    if _SHAPE.fullmatch(raw):
        if match := _FLOAT.fullmatch(raw):
            raw = match[1]
        if found := _fast(raw, region):
            return _whole(found)
    return _whole(_slow(raw, region))


def _whole(number: str) -> str:
    """The number, if it is one that somebody can have. The library takes Korean mobiles as short as those of before
    2004; behind 010 there have never been fewer than eight digits, so a shorter one has lost one.
    """
    if number.startswith(_KOREAN_MOBILE) and len(number) < _KOREAN_MOBILE_LENGTH:
        raise unreadable.Unreadable("phone_too_short")
    return number


def is_mobile(number: str) -> bool:
    """Whether a number (E.164, or empty) is of a mobile, or may be one."""
    if not number:
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind in {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def country(number: str) -> str | None:
    """The ISO 3166-1 code of the country or territory of an E.164 number; None where several share it for all."""
    for width in (2, 1, 3):
        if (sharing := phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(_digits(number[1 : 1 + width]))) is not None:
            if len(sharing) == 1:
                return sharing[0] if len(sharing[0]) == _LETTERS else None  # 001: of the whole world
            return _of_beginning(number)
    return None


def _digits(text: str) -> int:
    return int(text) if text.isdecimal() else -1


def _of_beginning(number: str) -> str | None:
    """The country of a code that several share. A full parse costs 100 µs, and what tells Jersey from Great Britain
    stands in the beginning, so each beginning is parsed once.
    """
    beginning = number[:_TELLING]
    if beginning not in _beginnings:
        if len(_beginnings) >= _MOST_BEGINNINGS:
            _beginnings.clear()
        _beginnings[beginning] = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    return _beginnings[beginning]


def _fast(raw: str, region: str | None) -> str | None:
    """E.164 of a plain shape, or None where only the library can tell (which includes every wrong number)."""
    digits = raw.translate(_SEPARATORS)
    if raw[0] == "+":
        for width in (2, 1, 3):
            known = _by_code(digits[:width])
            if known is not None:
                return _valid(known, digits[width:])
        return None
    known = _by_region(region) if region else None
    if known is None or (known.international and known.international.match(digits)):
        return None
    if digits.startswith(known.code) and not known.general.fullmatch(digits):
        # The country code without its plus.
        return _valid(known, digits[len(known.code) :])
    return _valid(known, digits)


def _valid(known: _Country, national: str) -> str | None:
    if known.trunk_pattern and (match := known.trunk_pattern.match(national)):
        if match[0] != known.trunk or match.lastindex or known.general.fullmatch(national):
            return None
        national = national[len(known.trunk) :]
    if national[:1] == "0" or not known.valid.fullmatch(national):
        return None
    return f"+{known.code}{national}"


def _slow(raw: str, region: str | None) -> str:
    if len(raw) > _LONGEST:
        raise unreadable.Unreadable("not_a_phone")
    text = dates.plain(raw)
    if values.is_missing(text):
        raise unreadable.Unreadable("missing")
    if match := _FLOAT.fullmatch(text):
        text = match[1]
    if match := _SCIENTIFIC.fullmatch(text):
        text = _unshortened(match)
    text = _LABEL.sub("", text.replace("_", " ").replace("\t", " ")).strip()
    home = region.upper() if region and region.upper() in phonenumbers.SUPPORTED_REGIONS else None
    failed: unreadable.Unreadable | None = None
    for reading in _readings(text):
        try:
            return _parsed(reading, home)
        except unreadable.Unreadable as problem:
            if failed is None or (reading == text and not isinstance(failed, NotInUse)):
                failed = problem
    assert failed is not None, "the text itself is a reading"  # noqa: S101
    raise failed


def _readings(text: str) -> Iterator[str]:
    """What the number in a text may be, the likeliest first; each has enough digits to be one."""
    alone = _SURE_RANGE.sub("", _NOTE.sub("", _EXTENSION.sub("", text)))
    if alone != text and sum(c.isdigit() for c in alone) >= _FEWEST:
        yield alone
    yield text
    # Two numbers in one cell: the first is the one that people mean.
    first = _SEVERAL.split(alone)[0]
    for part in (first, _RANGE.sub("", first)):
        if part not in {alone, text} and sum(c.isdigit() for c in part) >= _FEWEST:
            yield part


def _parsed(text: str, home: str | None) -> str:
    try:
        number = phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            code = "phone_not_in_use" if home or text.startswith("+") else "phone_without_country"
        elif error.error_type in _TOO_SHORT:
            code = "phone_too_short"
        elif error.error_type == phonenumbers.NumberParseException.TOO_LONG:
            code = "phone_too_long"
        else:
            code = "not_a_phone"
        raise unreadable.Unreadable(code) from error
    if not phonenumbers.is_valid_number(number):
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == phonenumbers.ValidationResult.TOO_SHORT:
            raise unreadable.Unreadable("phone_too_short")
        if reason == phonenumbers.ValidationResult.TOO_LONG:
            raise unreadable.Unreadable("phone_too_long")
        raise NotInUse(
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if _is_likely(number) else ""
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_likely(number: phonenumbers.PhoneNumber) -> bool:
    """As long as the country's mobiles, and not what is typed to fill a field."""
    if not phonenumbers.is_possible_number_for_type(number, phonenumbers.PhoneNumberType.MOBILE):
        return False
    digits = phonenumbers.national_significant_number(number)
    return digits[0] != "0" and not number.italian_leading_zero and not _is_filler(digits)


def _is_filler(digits: str) -> bool:
    """Whether a finger walked over the keys: few digits, a group again and again, or steps that are mostly the same
    (123456780, 987654320) or to the next key (112233445). One of twenty random numbers looks so, too.
    """
    if len(set(digits)) < _LEAST_DIGITS:
        return True
    if any(digits[width:] == digits[:-width] for width in range(1, _MOST_REPEATED + 1)):
        return True
    steps = [(int(after) - int(before)) % 10 for before, after in itertools.pairwise(digits)]
    near = sum(step in (0, 1, 9) for step in steps)
    return max(map(steps.count, steps)) * 8 >= len(steps) * 5 or near * 4 >= len(steps) * 3


def _unshortened(match: re.Match[str]) -> str:
    """8.12345678E+8 still has all its digits; 6.68123E+10 has lost five of them."""
    decimals, exponent = match[2] or "", int(match[3])
    if len(decimals) != exponent:
        raise unreadable.Unreadable("phone_digits_lost")
    return match[1] + decimals


@functools.cache
def _by_code(digits: str) -> _Country | None:
    if not digits.isdecimal() or digits[0] == "0":
        return None
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits))
    return _country(regions[0], digits) if regions and regions[0] != "001" else None


@functools.cache
def _by_region(region: str) -> _Country | None:
    """Only main regions: in Canada's patterns a number of New York would be wrong."""
    code = phonenumbers.country_code_for_region(region.upper())
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    return _country(regions[0], str(code)) if regions and regions[0] == region.upper() else None


def _country(region: str, code: str) -> _Country | None:
    known = phonemetadata.PhoneMetadata.metadata_for_region(region)
    if known is None:
        return None
    kinds = [getattr(known, kind) for kind in _TYPES]
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    described = known.general_desc and known.general_desc.national_number_pattern
    if not described:
        return None
    general = re.compile(described, re.ASCII)
    # A number is valid when it fits the general pattern and that of one kind.
    valid = f"(?=(?:{general.pattern})\\Z)(?:{'|'.join(f'(?:{pattern})' for pattern in patterns)})"
    trunk = known.national_prefix_for_parsing
    abroad = known.international_prefix
    return _Country(
        code=code,
        general=general,
        valid=re.compile(valid, re.ASCII),
        trunk=known.national_prefix or "",
        trunk_pattern=re.compile(trunk, re.ASCII) if trunk else None,
        international=re.compile(abroad, re.ASCII) if abroad else None,
    )
