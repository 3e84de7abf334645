"""Codes that orders name: the room that gave a code out redeems it in the order's own transaction.

That room stands above this one, so it says in its declarations.py who does it. A till that looks at a coupon right
after its order finds it used, and no second till can take it meanwhile.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

Redeemer = Callable[[Sequence[uuid.UUID], datetime], None]
_redeemers: dict[str, Redeemer] = {}


def provide(name: str, redeemer: Redeemer) -> None:
    """Register who redeems what the orders of these customers name; it may run twice. The same name again replaces."""
    _redeemers[name] = redeemer


def redeem(customers: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Redeem what orders of these customers name, which were written just now."""
    for redeemer in _redeemers.values():
        redeemer(customers, now)
