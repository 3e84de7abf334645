"""What identifies a person, in which order it counts, and what only looks like it.

One table says it all: the priority of each kind (the smaller decides first), how many values of it one person may have
before a machine must stop merging, and whether the limit counts per source. Values that stand for nobody ("0",
"guest", "null") would glue strangers together and are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from customers.rules import emails, handles, phones, unreadable

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of identifier.

    `priority`: the smallest decides first when several are given. `limit`: how many a person may have when a machine
    merges, None for any number. `per_source`: the value is unique, and the limit counts, within one source.
    `weak`: it alone does not prove who somebody is (families share phones).
    """

    code: str
    priority: int
    limit: int | None
    per_source: bool = False
    weak: bool = False


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            Kind("external_id", 10, 1, per_source=True),
            Kind("member_number", 20, 1),
            Kind("line_id", 30, 1),
            Kind("email", 40, 1),
            Kind("card", 50, 5),
            Kind("phone", 60, 1, weak=True),
            # What somebody calls themselves on a platform, as `instagram:ada`; people have several accounts.
            Kind("handle", 63, 10),
            # A number that no plan has, with the whole name of who told it (`Person.named_number`).
            Kind("unlisted_phone", 65, 5, weak=True),
            Kind("anonymous_id", 90, None),
        )
    }
)

# Files and the API call the field of a card by what it holds.
FIELDS: Mapping[str, str] = MappingProxyType({"card_token": "card"})

_NOBODY = frozenset(
    "-1 null none nil nan undefined anonymous anon guest nobody n/a na #n/a unknown unidentified not_authenticated "
    "distinct_id true false no (null) {} [] walk-in walkin ไม่มี ลูกค้าทั่วไป 없음 비회원 손님".split()
) | {"[object object]"}
_NO_MAILBOX = frozenset(
    "noemail no-email no.email no_email nomail no-mail noreply no-reply no.reply no_reply donotreply do-not-reply none "
    "null nobody noone".split()
)
_WHOLE_FLOAT = re.compile(r"-?[0-9]+\.0")
_LINE_USER = re.compile(r"U[0-9a-f]{32}")
_CARD_NUMBER = re.compile(r"[0-9]{13,19}")


def normalise(kind: str, raw: str, *, region: str | None = None) -> str:
    """The spelling in which an identifier is kept and shown. `region` helps phones without country code.

    Unreadable: unknown_kind, missing, placeholder, control_characters, identifier_too_long, card_number, and what
    emails and phones say.
    """
    if kind == "phone":
        return phones.normalise(raw, region=region)
    kind = FIELDS.get(kind, kind)
    if kind not in KINDS:
        raise unreadable.Unreadable("unknown_kind")
    return ALONE[kind](raw)


def key(kind: str, value: str) -> str:
    """What the digest of a normalised identifier is made of: of an address or an account its identity key, else the
    value itself.
    """
    spell = SPELT.get(kind)
    return spell(value) if spell else value


def external_id(raw: str) -> str:
    """An identifier of another system: trimmed and NFC, otherwise untouched; case counts.

    Unreadable: missing, placeholder, control_characters, identifier_too_long.
    """
    # Shopify's exports put a spreadsheet's apostrophe before long numbers.
    value = raw.strip().removeprefix("'").strip()
    if not value:
        raise unreadable.Unreadable("missing")
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if not value.isprintable():
        raise unreadable.Unreadable("control_characters")
    if len(value) > LONGEST:
        raise unreadable.Unreadable("identifier_too_long")
    if is_placeholder(value):
        raise unreadable.Unreadable("placeholder")
    return value


def is_placeholder(value: str) -> bool:
    """Whether a value stands for nobody: zeros and dashes, -1, null, guest and their like."""
    return not value.strip("0-") or value.casefold() in _NOBODY


def has_float_suffix(values: Iterable[str]) -> bool:
    """Whether a spreadsheet turned a column of numbers into fractions: every value ends in `.0`, and there is one."""
    found = False
    for value in values:
        if value:
            if not _WHOLE_FLOAT.fullmatch(value):
                return False
            found = True
    return found


def strip_float_suffix(values: Sequence[str]) -> list[str]:
    """A column of identifiers without the `.0` when all of them have it; else as it was. Blank cells do not count."""
    return [without_float_suffix(value) for value in values] if has_float_suffix(values) else list(values)


def without_float_suffix(value: str) -> str:
    """One value of a column of which it is known that all end in `.0` (Survey.float_suffix)."""
    return value.removesuffix(".0")


def is_card_number(value: str) -> bool:
    """Whether this is the full number of a payment card (13 to 19 digits with a right check digit)."""
    digits = value.replace(" ", "").replace("-", "")
    if not _CARD_NUMBER.fullmatch(digits):
        return False
    doubled = [int(c) * 2 if place % 2 else int(c) for place, c in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _member_number(raw: str) -> str:
    """As printed on the card: no blanks, capitals, full-width letters narrow."""
    number = "".join(unicodedata.normalize("NFKC", external_id(raw)).split()).upper()
    if not number.isascii():
        number = unicodedata.normalize("NFKC", number)
    return external_id(number)


def _line_id(raw: str) -> str:
    """User ids come from LINE itself; handles are typed by people."""
    value = external_id(raw)
    return value if _LINE_USER.fullmatch(value) else value.removeprefix("@").casefold()


def _card(raw: str) -> str:
    value = external_id(raw)
    if is_card_number(value):
        raise unreadable.Unreadable("card_number")
    return value


def _handle(raw: str) -> str:
    value = handles.read(raw)
    if is_placeholder(handles.parted(value)[1]):
        raise unreadable.Unreadable("placeholder")
    return value


def _email(raw: str) -> str:
    email = emails.normalise(raw)
    # What cashiers type when somebody has no address, and shops' own senders.
    if email.rpartition("@")[0].casefold() in _NO_MAILBOX:
        raise unreadable.Unreadable("placeholder")
    return email


ALONE: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        **dict.fromkeys(KINDS.keys() - {"phone"}, external_id),
        "member_number": _member_number,
        "line_id": _line_id,
        "card": _card,
        "email": _email,
        "handle": _handle,
    }
)
"""Kind → how `normalise` reads it, for all that need nothing but the text."""

SPELT: Mapping[str, Callable[[str], str]] = MappingProxyType({"email": emails.key, "handle": handles.key})
"""Kind → what makes two values of it one, where they need not be spelt alike."""
