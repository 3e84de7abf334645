"""Codes that cannot be guessed and can be read aloud, what a coupon is worth, and why one is refused."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: what people confuse is read as one letter."""
LENGTH = 10
"""Fifty bits: with a million codes out and 200 guesses a second, one is hit in about two months; guesses need a key."""
HALF = LENGTH // 2
_CONFUSED = str.maketrans("OIL", "011")
ZERO = Decimal(0)


class Refusal(StrEnum):
    """Why a coupon is not taken."""

    USED = "already_used"
    EXPIRED = "expired"
    OTHER_PERSON = "other_person"
    NOT_FIRST = "not_first_order"
    CURRENCY = "other_currency"
    AMOUNT_NEEDED = "amount_needed"
    TOO_SMALL = "basket_too_small"


REASONS: Mapping[Refusal, Promise] = MappingProxyType(
    {
        Refusal.USED: _("This coupon has been used."),
        Refusal.EXPIRED: _("This coupon has expired."),
        Refusal.OTHER_PERSON: _("This coupon belongs to somebody else."),
        Refusal.NOT_FIRST: _("This coupon is for the first order, and the customer has bought before."),
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
    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    minimum: Decimal | None = None
    is_first_order: bool = False


@dataclass(frozen=True, slots=True)
class Basket:
    """What is being paid for; without an amount nothing is known of it."""

    amount: Decimal | None = None
    currency: str = ""


def refusal(
    terms: Terms, *, basket: Basket, at: datetime, is_used: bool, is_owner: bool, has_ordered: bool
) -> Refusal | None:
    """Why the coupon cannot be redeemed at that moment, the first reason that counts; None when it can."""
    if is_used:
        return Refusal.USED
    if not is_owner:
        return Refusal.OTHER_PERSON
    if at >= terms.valid_until:
        return Refusal.EXPIRED
    if terms.is_first_order and has_ordered:
        return Refusal.NOT_FIRST
    return _of_basket(terms, basket)


def _of_basket(terms: Terms, basket: Basket) -> Refusal | None:
    """A minimum or an amount is in a currency; what was not told cannot be judged, so a minimum asks for it."""
    if basket.amount is None:
        return Refusal.AMOUNT_NEEDED if terms.minimum is not None else None
    if terms.currency and basket.currency != terms.currency and (terms.minimum is not None or terms.amount is not None):
        return Refusal.CURRENCY
    if terms.minimum is not None and basket.amount < terms.minimum:
        return Refusal.TOO_SMALL
    return None


def discount(terms: Terms, basket: Basket, *, digits: int) -> Decimal | None:
    """What comes off the basket, in its currency with so many decimals, never more than the basket; None if unknown."""
    if basket.amount is None:
        return None
    off = (terms.amount or ZERO) if terms.percent is None else basket.amount * terms.percent / 100
    exact = Decimal(1).scaleb(-digits)
    return max(ZERO, min(off, basket.amount)).quantize(exact, rounding=ROUND_HALF_UP)
