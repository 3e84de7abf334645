"""Ratings on the scale of five, whatever scale they were given on: "4", "4,5", "8/10", "80 %", "★★★★☆"."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

FULL = Decimal(5)
_HUNDREDTH = Decimal("0.01")
_SCALES = (Decimal(5), Decimal(10), Decimal(100))
_NUMBER = r"(\d{1,4}(?:[.,]\d{1,6})?)"
_OF = re.compile(rf"{_NUMBER}\s*(?:/|out of|of|จาก)\s*{_NUMBER}", re.IGNORECASE)
_PERCENT = re.compile(rf"{_NUMBER}\s*%")
_PLAIN = re.compile(rf"{_NUMBER}\s*(?:stars?|points?|ดาว|คะแนน|점|별|★)?", re.IGNORECASE)
_STARS = re.compile(r"([★⭐🌟]+)[☆✩]*")


class Unreadable(ValueError):
    """No rating can be made of it."""


def of_five(value: Any, *, best: Any = None) -> Decimal | None:
    """The rating as so many of five, to the hundredth; None where there is none (shops write 0 for "not rated").

    `best` is the top of the scale where the source says it. Without it a number up to 5 is of five, up to 10 of ten, up
    to 100 of a hundred. Raises Unreadable.
    """
    number, top = _read(value)
    if number is None:
        return None
    if best not in (None, ""):
        top = _read(best)[0] or top
    if top is None:
        top = next((scale for scale in _SCALES if number <= scale), None)
    if top is None or top <= 0 or number > top:
        raise Unreadable
    return None if number == 0 else (number / top * FULL).quantize(_HUNDREDTH)


def _read(value: Any) -> tuple[Decimal | None, Decimal | None]:
    """The number, and the top of its scale where it is written beside it."""
    if value is None or value == "":
        return None, None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Unreadable
    text = unicodedata.normalize("NFKC", str(value)).replace("\ufe0f", "").strip()
    if not text:
        return None, None
    if stars := _STARS.fullmatch(text):
        return Decimal(len(stars[1])), FULL
    if found := _OF.fullmatch(text):
        return _decimal(found[1]), _decimal(found[2])
    if found := _PERCENT.fullmatch(text):
        return _decimal(found[1]), Decimal(100)
    if found := _PLAIN.fullmatch(text):
        return _decimal(found[1]), None
    raise Unreadable


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
