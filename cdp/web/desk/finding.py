"""Finding a person by one field: a number, its last digits, a name, an address, a member's code, a card's token."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.rules import homes, member_numbers, names
from customers.rules import identifiers as identifier_rules
from customers.selectors import endings, identifiers, listing, profiles
from customers.selectors.profiles import Kind, Profile

SHOWN = 8
LONGEST = 200
# What a scanner types that thinks of an English keyboard while the tablet has a Thai or a Korean one.
_THAI_KEYS = str.maketrans("ๅ/-ภถุึคตจ?ท", "1234567890Mm")
_SCANNED_IN_THAI = re.compile(r"[?ท][ๅ/\-ภถุึคตจ]{10}")
_KOREAN_M = "ㅡ"


@dataclass(frozen=True, slots=True)
class Match:
    """One person, and what tells namesakes apart without telling bystanders: masked contacts and the town."""

    profile: Profile
    hint: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a text led to. `only` is the one person it names beyond doubt; `fault` says why nothing was looked for."""

    text: str
    matches: Sequence[Match] = ()
    is_cut: bool = False
    only: uuid.UUID | None = None
    fault: str | Promise = ""

    @property
    def is_short(self) -> bool:
        """Whether these are digits, and too few to tell anybody by."""
        digits = [char for char in self.text if char.isdigit()]
        return len(digits) < endings.SHORTEST and bool(digits) and not any(char.isalpha() for char in self.text)

    @property
    def proposal(self) -> dict[str, str]:
        """Somebody new, begun with what was typed."""
        return proposed(self.text)


def plain(text: str) -> str:
    """What was typed or scanned, without what scanners and people put around it."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if _SCANNED_IN_THAI.fullmatch(text):
        text = text.translate(_THAI_KEYS)
    return text.replace(_KOREAN_M, "M", 1) if member_numbers.ours(text.removeprefix(_KOREAN_M)) else text


def find(text: str, *, in_full: bool) -> Found:
    """The few people a text may mean, the exact ones first. `in_full`: the asker may see numbers in full."""
    text = plain(text)
    if not text:
        return Found(text)
    if identifier_rules.is_card_number(text):
        # Neither looked for nor repeated on the page: a card's own number is nothing for this system.
        return Found("", fault=_("This is the number of a payment card. It is not looked up and not kept."))
    exact = identifiers.holders(listing.digests(text, region=settings.CDP_SHOP_COUNTRY))
    found = listing.search(text, listing.Filters(), region=settings.CDP_SHOP_COUNTRY, in_full=in_full)
    rows = found.rows[:SHOWN]
    matches = [Match(profile, _hint(profile)) for profile in profiles.opened(rows, with_places=False).values()]
    known = [row.id for row in found.rows if row.id in set(exact)]
    fault: str | Promise = ""
    # Ten digits without the letter are a phone number rather than a mistyped card, where they can be one.
    if not matches and "phone" not in proposed(text) and member_numbers.is_mistyped(member_numbers.ours(text)):
        fault = _("A digit of this member number is wrong. Please look again.")
    return Found(
        text,
        matches,
        is_cut=found.is_cut or len(found.rows) > SHOWN,
        only=known[0] if len(known) == 1 else None,
        fault=fault,
    )


def _hint(profile: Profile) -> str:
    contacts = [contact for kind in (Kind.PHONE, Kind.EMAIL) if (contact := profile.contact(kind))]
    town = profile.customer.city or profile.province_name(get_language() or "en")
    return " · ".join(part for part in (*(contact.masked for contact in contacts), town) if part)


def proposed(text: str) -> dict[str, str]:
    """Which field of a new person a text is: a number, an address or a name."""
    text = plain(text)
    if "@" in text:
        return {"email": text}
    if number := homes.number(text, settings.CDP_SHOP_COUNTRY):
        return {"phone": number}
    return {"name": names.display(text)} if text and not any(char.isdigit() for char in text) else {}
