"""What doors do to the truth: titles, typing errors, spreadsheets, copied blanks. Each function spoils one value."""

import random
import unicodedata
from typing import Final

from cdp.sample import dice

_TITLES: Final = {
    ("thai", "male"): ("นาย", "คุณ", "นาย ", "คุณ "),
    ("thai", "female"): ("นางสาว", "คุณ", "น.ส.", "นาง", "นางสาว "),
    ("latin", "male"): ("Mr. ", "Mr ", "Dr. "),
    ("latin", "female"): ("Ms. ", "Mrs ", "Miss "),
}
_HANGUL_ENDINGS: Final = (" 님", "님", " 씨")
_LOOKALIKES: Final = {
    "현": "헌",
    "은": "온",
    "지": "자",
    "서": "사",
    "준": "중",
    "영": "용",
    "민": "만",
    "수": "소",
    "진": "전",
    "희": "회",
}
_THAI_MONTHS: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_ZERO_WIDTH: Final = ("\u200b", "\u200c", "\ufeff", "\u200d")
_BUDDHIST_ERA: Final = 543


def titled(rng: random.Random, name: str, script: str, gender: str) -> str:
    """The name with a form of address that does not belong to it."""
    if script == "hangul":
        return name + dice.pick(rng, _HANGUL_ENDINGS)
    return dice.pick(rng, _TITLES[script, gender]) + name


def mistyped(rng: random.Random, name: str, script: str) -> str:
    """The name with one slip of the finger; always another string."""
    if script == "hangul":
        for sign in name:
            if sign in _LOOKALIKES:
                return name.replace(sign, _LOOKALIKES[sign], 1)
        return name[::-1] if name != name[::-1] else name + "이"
    place = 1 + int(rng.random() * max(1, len(name) - 2))
    if rng.random() < 0.5 and place + 1 < len(name) and name[place] != name[place + 1]:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if rng.random() < 0.5 and len(name) > 3:
        return name[:place] + name[place + 1 :]
    return name[: place + 1] + name[place] + name[place + 1 :]


def zero_width(rng: random.Random, value: str) -> str:
    """The value with an invisible sign somewhere inside, as copied from a web page."""
    place = 1 + int(rng.random() * max(1, len(value) - 1))
    return value[:place] + dice.pick(rng, _ZERO_WIDTH) + value[place:]


def spaced(rng: random.Random, value: str) -> str:
    """The value with blanks around it, one of them perhaps a non-breaking one."""
    return dice.pick(rng, (f" {value}", f"{value} ", f"  {value} ", f"{value}\u00a0"))


def decomposed(value: str) -> str:
    """The value as some file systems write it: letters and their marks apart."""
    return unicodedata.normalize("NFD", value)


def tagged(rng: random.Random, email: str) -> str:
    """The same mailbox under a +tag."""
    local, _, domain = email.partition("@")
    return f"{local}+{dice.pick(rng, ('shop', 'news', 'promo', 'line'))}@{domain}"


def shouted(rng: random.Random, email: str) -> str:
    """The same mailbox in capitals, all of them or at the beginnings."""
    return email.upper() if rng.random() < 0.6 else email.title()


def broken_email(rng: random.Random, email: str) -> str:
    """An address that nobody can write to."""
    local, _, domain = email.partition("@")
    return dice.pick(
        rng, (f"{local}{domain}", f"{email}.", f"{local}@@{domain}", f"{local}@{domain.replace('.', ',')}", f"{local}@")
    )


def birth_date(rng: random.Random, birth: tuple[int, int, int], country: str, script: str) -> tuple[str, str]:
    """One spelling of the birth date and the kind of dirt it is (empty for ISO)."""
    year, month, day = birth
    style = rng.random()
    if country == "TH" and script == "thai":
        if style < 0.22:
            return f"{day:02d}/{month:02d}/{year + _BUDDHIST_ERA}", "buddhist_era"
        if style < 0.25:
            return f"{day} {_THAI_MONTHS[month - 1]} {year + _BUDDHIST_ERA}", "buddhist_era_words"
        if style < 0.27:
            return f"{year + _BUDDHIST_ERA}-{month:02d}-{day:02d}", "buddhist_era"
    elif country == "KR" and style < 0.15:
        return f"{year}.{month:02d}.{day:02d}", "dotted_date"
    return f"{year:04d}-{month:02d}-{day:02d}", ""
