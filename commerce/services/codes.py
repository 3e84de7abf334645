"""Codes that orders name: the room that gave a code out redeems it in the order's own transaction.

That room stands above this one, so it says in its declarations.py who does it. A till that looks at a coupon right
after its order finds it used, and no second till can take it meanwhile.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

Redeemer = Callable[[Sequence[uuid.UUID], datetime], None]
Guests = Callable[[Sequence[tuple[uuid.UUID, uuid.UUID]], datetime], None]
_redeemers: dict[str, Redeemer] = {}
_guests: dict[str, Guests] = {}


def provide(name: str, redeemer: Redeemer, *, guests: Guests | None = None) -> None:
    """Register who redeems what the orders of these customers name; it may run twice. The same name again replaces.
    `guests` does so for orders of nobody: pairs of the reserved customer and the order.
    """
    _redeemers[name] = redeemer
    if guests is not None:
        _guests[name] = guests


def redeem(customers: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Redeem what orders of these customers name, which were written just now."""
    for redeemer in _redeemers.values():
        redeemer(customers, now)


def redeem_guests(orders: Sequence[tuple[uuid.UUID, uuid.UUID]], *, now: datetime) -> None:
    """The same for orders of guests that were told, changed or given money back for just now, each by the reserved
    customer it lies with: no step of the pipeline ever looks at those.
    """
    for redeemer in _guests.values():
        redeemer(orders, now)
