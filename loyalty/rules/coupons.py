"""Codes that cannot be guessed and can be read aloud, what a coupon is worth, and why one is refused."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.rules import benefit as giving
from loyalty.rules.benefit import Basket, Benefit, Why

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: what people confuse is read as one letter."""
LENGTH = 10
"""Fifty bits: with a million codes out and 200 guesses a second, one is hit in about two months; guesses need a key."""
HALF = LENGTH // 2
_CONFUSED = str.maketrans("OIL", "011")


class Refusal(StrEnum):
    """Why a coupon is not taken."""

    USED = "already_used"
    EXPIRED = "expired"
    OTHER_PERSON = "other_person"
    NOT_FIRST = "not_first_order"
    VOID = "voided"
    REVERSED = "already_reversed"
    NOT_USED = "not_redeemed"
    NOT_YET = "not_yet"
    OFF = "not_in_force"
    ALL_USED = "sold_out"
    LIMIT = "limit_reached"
    CUSTOMER_NEEDED = "customer_needed"
    CURRENCY = "other_currency"
    AMOUNT_NEEDED = "amount_needed"
    LINES_NEEDED = "lines_needed"
    TOO_SMALL = "basket_too_small"
    NO_ARTICLE = "no_such_article"


REASONS: Mapping[Refusal, Promise] = MappingProxyType(
    {
        Refusal.USED: _("This coupon has been used."),
        Refusal.EXPIRED: _("This coupon has expired."),
        Refusal.OTHER_PERSON: _("This coupon belongs to somebody else."),
        Refusal.NOT_FIRST: _("This coupon is for the first order, and the customer has bought before."),
        Refusal.VOID: _("This coupon was taken back: what it was given for came to nothing."),
        Refusal.REVERSED: _("This sale was taken back, and the code with it; a new sale needs a number of its own."),
        Refusal.NOT_USED: _("This code was not redeemed for that sale; there is nothing to take back."),
        Refusal.NOT_YET: _("This code cannot be used yet."),
        Refusal.OFF: _("This code is not in force."),
        Refusal.ALL_USED: _("This code has been used as often as there are pieces."),
        Refusal.LIMIT: _("This customer has used the code as often as anybody may."),
        Refusal.CUSTOMER_NEEDED: _("This code is for known customers: name the buyer."),
        Refusal.LINES_NEEDED: _("This coupon is for some articles: say what is in the basket."),
        Refusal.NO_ARTICLE: _("Nothing in the basket is what this coupon is for."),
        Refusal.CURRENCY: _("This coupon is in another currency."),
        Refusal.AMOUNT_NEEDED: _("This coupon has a smallest basket: say what the basket comes to."),
        Refusal.TOO_SMALL: _("The basket is smaller than this coupon asks for."),
    }
)
"""What is said to whoever wants to use it."""


def new_code() -> str:
    """A new code such as `7KM3P-Q9XW2`, from the system's random source, never from an id."""
    return shown("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))


def shown(plain: str) -> str:
    """A code as people read it: in two halves."""
    return f"{plain[:HALF]}-{plain[HALF:]}"


def read(text: str) -> str:
    """The ten letters of a code however it was typed (case, blanks, dashes, O for 0, I and L for 1); else empty."""
    plain = "".join(text.split()).replace("-", "").upper().translate(_CONFUSED)
    return plain if len(plain) == LENGTH and set(plain) <= set(LETTERS) else ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was promised with a coupon."""

    valid_until: datetime
    benefit: Benefit
    is_first_order: bool = False


def refusal(
    terms: Terms,
    *,
    basket: Basket,
    at: datetime,
    is_used: bool,
    is_owner: bool,
    has_ordered: bool,
    is_void: bool = False,
) -> Refusal | None:
    """Why the coupon cannot be redeemed at that moment, the first reason that counts; None when it can."""
    if is_used:
        return Refusal.USED
    if is_void:
        return Refusal.VOID
    if not is_owner:
        return Refusal.OTHER_PERSON
    if at >= terms.valid_until:
        return Refusal.EXPIRED
    if terms.is_first_order and has_ordered:
        return Refusal.NOT_FIRST
    return in_basket(terms.benefit, basket)


def in_basket(benefit: Benefit, basket: Basket) -> Refusal | None:
    """Why a code gives nothing in that basket; None where it gives something, or nothing is known of the basket."""
    why = giving.judge(benefit, basket, digits=DIGITS).why
    return None if why is None else _OF_WHY[why]


def discount(terms: Terms, basket: Basket, *, digits: int) -> Decimal | None:
    """What comes off the basket, in its currency with so many decimals, never more than the basket; None if unknown."""
    return giving.judge(terms.benefit, basket, digits=digits).off


DIGITS = 4
_OF_WHY: Mapping[Why, Refusal] = MappingProxyType({why: Refusal(why.value) for why in Why})
