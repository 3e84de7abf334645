"""People whom nobody has seen for years, forgotten as if they had asked for it."""

import datetime as dt
import uuid
from collections.abc import Sequence

from cdp.core.actors import SYSTEM, Actor
from cdp.core.retention import Action, Gone, Row
from cdp.core.retention.registry import Again
from customers.services import erasing


def forget(rows: Sequence[Row], _action: Action, again: Again, now: dt.datetime, *, actor: Actor = SYSTEM) -> Gone:
    """Erase these people, each for good. Who gave a sign of life meanwhile, or cannot be erased now, stays."""
    over = again([row.key for row in rows])
    gone: set[uuid.UUID] = set()
    tables: dict[str, int] = {}
    for customer in sorted(over):
        try:
            erased = erasing.erase(customer=customer, actor=actor, at=now)
        except erasing.UnableToErase:
            continue
        gone.add(customer)
        for table, count in erased.rows.items():
            tables[table] = tables.get(table, 0) + count
    return Gone(gone, {"customers.Customer": len(gone), **tables} if gone else {})
