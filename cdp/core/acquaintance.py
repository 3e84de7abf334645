"""What rooms know about how well a customer knows the shop: counts, by name.

The customers' room judges from them what may be asked (`customers.rules.trust`) and knows nothing of orders or consent;
each room that has something to say declares it in its declarations.py.
"""

import uuid
from collections.abc import Callable, Sequence

Count = Callable[[Sequence[uuid.UUID]], int]
ORDERS, CONSENTS = "orders", "consents"
_counts: dict[str, Count] = {}


def provide(name: str, count: Count) -> None:
    """Register who counts that for a lineage (survivor and absorbed ids). A few are as good as many: counts may stop
    at ten.
    """
    _counts[name] = count


def count(name: str, lineage: Sequence[uuid.UUID]) -> int:
    """How many of that this customer has; 0 where no room says."""
    counted = _counts.get(name)
    return counted(lineage) if counted else 0
