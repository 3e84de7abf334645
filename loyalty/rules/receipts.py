"""Codes on receipts: how they are written and read, and why one is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.rules.coupons import LETTERS

LENGTH, GROUP = 12, 4
_CONFUSED = str.maketrans("OIL", "011")


class Refusal(StrEnum):
    """Why there is no code for an order, or nothing for a code."""

    HAS_CUSTOMER = "order_has_customer"
    NO_PROGRAMME = "no_programme"
    TOO_OLD = "claim_over"
    UNKNOWN = "unknown_receipt"


REASONS: Mapping[Refusal, Promise] = MappingProxyType(
    {
        Refusal.HAS_CUSTOMER: _("This order has a customer: it earns by itself."),
        Refusal.NO_PROGRAMME: _("There was no loyalty programme when this was bought."),
        Refusal.TOO_OLD: _("The days in which this order could be claimed are over."),
        Refusal.UNKNOWN: _("This code cannot be claimed, or not any more. Check it letter by letter."),
    }
)


class Refused(Exception):
    """`reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def made(chance: bytes) -> str:
    """The code that sixty bits of a keyed digest are, in three groups: `7KM3-P9XW-2QRT`."""
    number = int.from_bytes(chance[:8])
    plain = "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))
    return "-".join(plain[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read(text: str) -> str:
    """The twelve letters of a code however it was typed (case, blanks, dashes, O for 0, I and L for 1); else empty."""
    plain = "".join(text[:60].upper().split()).replace("-", "").translate(_CONFUSED)
    return plain if len(plain) == LENGTH and set(plain) <= set(LETTERS) else ""
