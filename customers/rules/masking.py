"""How contact details look to those who need not know them: enough to recognise, too little to use."""

from __future__ import annotations

import functools

import phonenumbers

DOT = "•"


def email(value: str) -> str:
    """`john@example.com` as `j•••@example.com`; a local part of one letter is hidden whole."""
    local, at, domain = value.rpartition("@")
    if not at:
        return text(value)
    return f"{local[:1] if len(local) > 1 else ''}{DOT * 3}@{domain}"


def phone(value: str) -> str:
    """`+66812345678` as `+66 •• ••• 5678`: country and last four digits stay, the grouping is the country's own."""
    head, *groups = formatted(value).split(" ")
    tail = "".join(groups)
    digits = sum(char.isdigit() for char in tail)
    keep = 4 if digits > 6 else 0
    seen, shown = 0, []
    for group in groups:
        letters = ""
        for char in group:
            if char.isdigit():
                seen += 1
                letters += char if seen > digits - keep else DOT
            else:
                letters += char
        shown.append(letters)
    return " ".join([head, *shown])


def text(value: str) -> str:
    """Anything else: only that there is something."""
    return DOT * 5 if value else ""


def number(value: str) -> str:
    """A member's number as `•••• 7890`: told apart, and of no use at a till."""
    return f"{DOT * 4} {value[-4:]}" if len(value) > 6 else text(value)


def of(kind: str, value: str) -> str:
    """The masked form of a contact point of that kind."""
    if not value:
        return ""
    ways = {"email": email, "phone": phone, "member_number": number}
    return ways.get(kind, text)(value)


@functools.lru_cache(maxsize=4096)
def formatted(number: str) -> str:
    """An E.164 number with the blanks people read it with: `+66 81 234 5678`."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return written.replace("-", " ")
