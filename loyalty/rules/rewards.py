"""Whether somebody can have a reward now, and what stands in the way. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from loyalty.rules.spending import Refusal


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reward costs and who can have it when. `left` and `each` are None where there is no limit."""

    cost: Decimal
    is_on: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    tiers: Collection[str] = ()
    left: int | None = None
    each: int | None = None


def refusal(terms: Terms, *, at: datetime, tier: str, taken: int, available: Decimal) -> Refusal | None:
    """The first reason that counts against it, what the member cannot change first; None where they can have it.

    `taken` is how often they took it in the period that its limit counts in.
    """
    if not terms.is_on or (terms.ends_at is not None and at >= terms.ends_at):
        return Refusal.ENDED
    if terms.starts_at is not None and at < terms.starts_at:
        return Refusal.NOT_YET
    if terms.left is not None and terms.left <= 0:
        return Refusal.SOLD_OUT
    if terms.tiers and tier not in terms.tiers:
        return Refusal.TIER
    if terms.each is not None and taken >= terms.each:
        return Refusal.REWARD_LIMIT
    return Refusal.INSUFFICIENT if available < terms.cost else None
