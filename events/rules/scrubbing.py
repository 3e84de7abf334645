"""What of an event is about a person and therefore never lies in the clear.

Properties say what was looked at. Where a storefront puts an e-mail address, a phone or a typed text into them, that
part is taken out here and kept sealed with the event.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_KEYS = frozenset(
    """email emailaddress mail phone phonenumber mobile mobilephone telephone tel firstname lastname fullname givenname
    familyname surname middlename nickname username customername recipient recipientname address address1 address2
    street streetaddress billingaddress shippingaddress line1 line2 lineid birthday birthdate dateofbirth password
    creditcard cardnumber pan iban nationalid citizenid passport ssn ip ipaddress sharemessage reviewbody message
    comment note notes traits customer user contact ชื่อ อีเมล โทรศัพท์ ที่อยู่ 이름 이메일 전화번호 주소""".split()
)
# What a name that ends so holds, whatever stands before: `delivery_address`, `customerEmail`, `mobile_number`.
_ENDS = frozenset(
    """email emails mail phone phones mobile telephone tel whatsapp address addresses street dob birthday birthdate
    birth passport ssn iban surname firstname lastname""".split()
)
_WHOSE = frozenset(
    """first last full given family middle nick user customer contact billing shipping delivery receiver recipient
    holder sender buyer guest member""".split()
)
_NUMBERED = frozenset("number no nr num".split())
_PERSONAL_NUMBERS = frozenset("contact card".split())
# Numbers under such names are the shop's own, whatever they look like.
_CODES = ("id", "ids", "sku", "code", "barcode", "gtin", "ean", "upc", "isbn", "number", "at", "time", "timestamp")
_BETWEEN = re.compile(r"[\s_.:-]+")  # not \W: the vowels of Thai are marks
_EMAIL = re.compile(r"[^\s@](?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00?)[1-9][\d ().-]{6,18}\d")
_CARD = re.compile(r"\d(?:[ -]?\d){12,18}")
_DIGIT = re.compile(r"\d")
MOST_DIGITS = 15
_NESTED = (dict, list)
_SHORTEST_NUMBER, _LONGEST_NUMBER = 10**7, 10**19
_SHORTEST = 8


def split(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what may lie in the clear, what is personal by its path in dots). The input stays as it is."""
    personal: dict[str, Any] = {}
    return _clear(values, "", personal), personal


def is_personal(text: str) -> bool:
    """Whether a text reads as somebody's, whatever it is called: an e-mail address, a phone, a card."""
    return _is_personal_value("", text)


def _clear(values: dict[str, Any], path: str, personal: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in values.items():
        kind = value.__class__
        # For every value of every event: without the calls that can be spared where none reads as anybody's.
        is_short = (kind is str and len(value) < _SHORTEST and "@" not in value and "%40" not in value) or (
            (kind is int or kind is float) and -_SHORTEST_NUMBER < value < _SHORTEST_NUMBER
        )
        if _is_personal_key(key) if is_short else _is_personal(key, value):
            personal[f"{path}{key}"] = value
        else:
            found[key] = _inner(value, f"{path}{key}", key, personal) if kind is dict or kind is list else value
    return found


def _inner(value: Any, path: str, key: str, personal: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return _clear(value, f"{path}.", personal)
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    for place, entry in enumerate(value):
        if _is_personal(key, entry):
            personal[f"{path}.{place}"] = entry
            found.append(None)
        else:
            found.append(_inner(entry, f"{path}.{place}", key, personal))
    return found


def _is_personal(key: str, value: Any) -> bool:
    if value is None or value is True or value is False:
        return False
    return _is_personal_key(key) or (not isinstance(value, _NESTED) and _is_personal_value(key, value))


@lru_cache(maxsize=4096)  # a storefront has few names, and each of its events has them all
def _is_personal_key(key: str) -> bool:
    plain = unicodedata.normalize("NFC", key)
    if _BETWEEN.sub("", plain).casefold() in _KEYS or _EMAIL.search(key):
        return True
    words = [word for part in _words(plain) if (word := part.rstrip("0123456789"))] or [""]
    is_number = len(words) > 1 and words[-1] in _NUMBERED
    *before, last = words[:-1] if is_number else words
    return (
        last in _ENDS
        or (last == "name" and bool(before) and before[-1] in _WHOSE)
        or (is_number and last in _PERSONAL_NUMBERS)
    )


def _words(key: str) -> list[str]:
    return _BETWEEN.split(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).casefold())


def _is_personal_value(key: str, value: Any) -> bool:
    if isinstance(value, str):
        text = value
    elif not _SHORTEST_NUMBER <= abs(value) <= _LONGEST_NUMBER or value != value // 1:
        return False  # no phone has a fraction, and the digits of one third are no card
    else:
        text = str(int(value))
    if ("@" in text or "%40" in text) and _EMAIL.search(text):
        return True
    if len(text) < _SHORTEST or _DIGIT.search(text) is None:
        return False
    if _looks_like_code(key):
        return _is_card(text)
    return _is_phone(text) or _is_card(text)


@lru_cache(maxsize=4096)
def _looks_like_code(key: str) -> bool:
    return _words(key)[-1] in _CODES


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text.strip()) is not None and sum(map(str.isdigit, text)) <= MOST_DIGITS


def _is_card(text: str) -> bool:
    return any(_passes_luhn(found.group()) for found in _CARD.finditer(text)) if len(text) >= 13 else False


def _passes_luhn(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0
