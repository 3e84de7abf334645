"""Member numbers that the shop gives out itself: `M` and ten digits, of which the last proves the others.

The last digit is Damm's: it shows every single wrong digit and every two neighbours swapped, which is how people
mistype. New numbers are drawn until Luhn's formula holds for the ten digits as well: tills and card readers know that
one. Older ones, which it need not hold for, stay as good as they were. Numbers of other systems look otherwise and are
taken as they are.
"""

import re
import unicodedata
from collections.abc import Callable

DIGITS = 9
_OURS = re.compile(r"M([0-9]{10})")
_TOLD = re.compile(r"M?(\d{10})")  # digits of any script
# The quasigroup of H. Michael Damm (2004).
_TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def make(below: Callable[[int], int]) -> str:
    """A new number from a source of chance (`secrets.randbelow`), so that none can be told from another."""
    while True:
        drawn = f"{below(10**DIGITS):0{DIGITS}d}"
        digits = drawn + _check(drawn)
        if is_luhn(digits):  # one in ten
            return f"M{digits}"


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the one of Luhn's formula (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def is_mistyped(number: str) -> bool:
    """Whether this has the shape of our numbers and a last digit that does not fit the others."""
    match = _OURS.fullmatch(number.strip().upper())
    return match is not None and _check(match[1]) != "0"


def ours(text: str) -> str:
    """The number of ours that somebody may mean, who leaves out its letter or writes blanks and dashes; else empty."""
    match = _TOLD.fullmatch("".join(unicodedata.normalize("NFKC", text[:40]).split()).replace("-", "").upper())
    return f"M{''.join(str(int(digit)) for digit in match[1])}" if match else ""


def spaced(number: str) -> str:
    """The number as it is printed and read: `M 123 456 7890`; others stay as they are."""
    match = _OURS.fullmatch(number)
    return f"M {match[1][:3]} {match[1][3:6]} {match[1][6:]}" if match else number


def _check(digits: str) -> str:
    """The digit that belongs behind these; "0" for digits that end with it already."""
    interim = 0
    for digit in digits:
        interim = int(_TABLE[interim][int(digit)])
    return str(interim)
