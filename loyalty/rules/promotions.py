"""Codes that are nobody's own: how they are read, how a batch is made of its seed, and why one is refused. Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from loyalty.rules import coupons
from loyalty.rules.benefit import Basket, Benefit
from loyalty.rules.coupons import Refusal

LONGEST_WORD = 40
SEED = 32
MOST_CODES = 100_000
_WORD = re.compile(r"[A-Z0-9]{3,40}")
_BITS = 5


def word(text: str) -> str:
    """A word as it is compared: capitals and digits, without blanks and dashes; empty for what cannot be one."""
    plain = "".join(text.split()).replace("-", "").upper()
    return plain if _WORD.fullmatch(plain) else ""


def readings(text: str) -> list[str]:
    """What a typed code may mean: a word, or a code of a batch with its confused letters set right."""
    return list(dict.fromkeys(found for found in (word(text), coupons.read(text)) if found))


def codes(seed: bytes, size: int) -> Iterator[str]:
    """The codes of a batch, always the same of the same seed: fifty bits each, so nobody guesses one from another."""
    known: set[str] = set()
    number = 0
    while len(known) < size:
        mac = int.from_bytes(hmac.digest(seed, number.to_bytes(8, "big"), hashlib.sha256)[:8], "big")
        plain = "".join(coupons.LETTERS[mac >> (_BITS * place) & 31] for place in range(coupons.LENGTH))
        number += 1
        if plain not in known:
            known.add(plain)
            yield plain


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promotion promises, and to whom."""

    benefit: Benefit
    is_on: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    left: int | None = None
    each: int | None = None
    has_guests: bool = True
    is_first_order: bool = False


def refusal(
    terms: Terms,
    *,
    basket: Basket,
    at: datetime,
    is_known: bool,
    has_ordered: bool = False,
    uses: int = 0,
) -> Refusal | None:
    """Why a code cannot be used at that moment, the first reason that counts. `uses` are this customer's so far."""
    reason = _now(terms, at)
    if reason is None and not is_known and (not terms.has_guests or terms.is_first_order):
        reason = Refusal.CUSTOMER_NEEDED
    if reason is None and terms.is_first_order and has_ordered:
        reason = Refusal.NOT_FIRST
    if reason is None and is_known and terms.each is not None and uses >= terms.each:
        reason = Refusal.LIMIT
    return reason or coupons.in_basket(terms.benefit, basket)


def _now(terms: Terms, at: datetime) -> Refusal | None:
    if not terms.is_on:
        return Refusal.OFF
    if terms.starts_at is not None and at < terms.starts_at:
        return Refusal.NOT_YET
    if terms.ends_at is not None and at >= terms.ends_at:
        return Refusal.EXPIRED
    return Refusal.ALL_USED if terms.left is not None and terms.left <= 0 else None


def state(terms: Terms, *, at: datetime, is_used: bool = False) -> str:
    """`open`, `redeemed` (a code of a batch), `expired`, `not_yet`, `sold_out` or `off`."""
    reason = _now(terms, at)
    if reason is None:
        return "redeemed" if is_used else "open"
    return "off" if reason is Refusal.OFF else reason.value
