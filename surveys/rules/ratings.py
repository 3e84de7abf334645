"""Ratings on the scale of five, whatever scale they were given on: "4", "4,5", "8/10", "80 %", "★★★★☆".

A bare number does not tell its scale: it belongs to the column it stands in, or to whoever sends it.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

FULL = Decimal(5)
_HUNDREDTH = Decimal("0.01")
SCALES = (5, 10, 100)
"""The tops of the scales that columns are measured by."""
_NUMBER = r"(\d{1,4}(?:[.,]\d{1,6})?)"
_OF = re.compile(rf"{_NUMBER}\s*(?:/|out of|of|จาก)\s*{_NUMBER}", re.IGNORECASE)
_PERCENT = re.compile(rf"{_NUMBER}\s*%")
_PLAIN = re.compile(rf"{_NUMBER}\s*(?:stars?|points?|ดาว|คะแนน|점|별|★)?", re.IGNORECASE)
_STARS = re.compile(r"([★⭐🌟]+)[☆✩]*")


class Unreadable(ValueError):
    """No rating can be made of it."""


class BeyondScale(Unreadable):
    """A number above the top of its scale."""


def of_five(value: Any, *, best: Any = None) -> Decimal | None:
    """The rating as so many of five, to the hundredth; None where there is none (shops write 0 for "not rated").

    A value that names its own scale is read on it. Any other is of `best`, the top of the scale that its column or its
    sender tells, and of five where nobody tells one (so does schema.org): never of what would just fit. Raises
    Unreadable, as BeyondScale where the number is above the top.
    """
    number, top = _read(value)
    if number is None:
        return None
    if top is None:
        top = _read(best)[0] or FULL
    if top <= 0:
        raise Unreadable
    if number > top:
        raise BeyondScale
    return None if number == 0 else (number / top * FULL).quantize(_HUNDREDTH)


def measured(values: Iterable[Any]) -> str:
    """The top of the scale of a column: the smallest that holds three of four of its bare numbers, so that a slip does
    not make another scale of the whole file. Empty where the column has none.
    """
    within = dict.fromkeys(SCALES, 0)
    numbers = 0
    for value in values:
        try:
            number, top = _read(value)
        except Unreadable:
            continue
        if not number or top is not None or number > SCALES[-1]:
            continue
        numbers += 1
        for scale in SCALES:
            within[scale] += number <= scale
    return next((str(scale) for scale in SCALES if numbers and within[scale] * 4 >= numbers * 3), "")


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
