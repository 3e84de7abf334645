"""A cart as any door tells it, and what becomes of one that is told again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from commerce.rules.cart_moves import Move
from commerce.rules.inputs import LineInput

OPEN, ORDERED, DELETED = "open", "ordered", "deleted"
LEFT_AFTER = timedelta(hours=1)
"""An open cart in which nothing happened for so long was left behind."""


@dataclass(frozen=True, slots=True)
class CartInput:
    """A cart or checkout. Any of `tokens` means this cart; `lines` None says nothing of what is in it.

    Tracking tells `moves` instead of lines: what was put in and taken out, several events together, of which `at` is
    the time of the newest and `began_at` of the oldest. `is_fresh`: the cart of these tokens was ordered, this is the
    next one. `was_left`: it had been left behind before it was ordered (None: judge by what is stored).
    """

    tokens: tuple[str, ...]
    at: datetime
    status: str = OPEN
    currency: str = ""
    total: Decimal | None = None
    lines: tuple[LineInput, ...] | None = None
    moves: tuple[Move, ...] = ()
    began_at: datetime | None = None
    checkout_at: datetime | None = None
    step: str = ""
    payment_method: str = ""
    is_fresh: bool = False
    was_left: bool | None = None
    resolved_by: bytes | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a cart."""

    status: str
    started_at: datetime
    told_at: datetime
    is_recovered: bool = False


def is_left(status: str, *, told_at: datetime, now: datetime) -> bool:
    """Whether a cart was left behind."""
    return status == OPEN and now - told_at > LEFT_AFTER


def judge(known: State, told: CartInput) -> State | None:
    """The state after a telling; None where it changes nothing.

    An order ends a cart for good, whenever it is told; everything else goes by the clock of the source.
    """
    started_at = min(known.started_at, told.at)
    told_at = max(known.told_at, told.at)
    if known.status == ORDERED:
        return None
    if told.status == ORDERED:
        recovered = is_left(known.status, told_at=known.told_at, now=told.at)
        recovered = recovered if told.was_left is None else told.was_left
        return State(ORDERED, started_at, told_at, is_recovered=recovered)
    if told.at < known.told_at:
        return None
    return replace(known, status=told.status, started_at=started_at, told_at=told_at)
