"""What staff write about a file: why they ask, what the second person says. Sealed under a key of the export's own row.

Such words may name somebody. They go with the row and its key, and no ledger learns of them.
"""

import uuid
from dataclasses import dataclass

from cdp.core.crypto import rowkeys
from cdp.core.models import Export

TABLE = "core_export"
context = rowkeys.context(TABLE)


@dataclass(frozen=True)
class Words:
    """Opened; empty where nothing was said."""

    reason: str
    decided_why: str


def new(row: uuid.UUID, reason: str) -> dict[str, str | bytes | None]:
    """The columns of a new export that hold its key and why it is asked for."""
    ring_key, wrapped = rowkeys.new(TABLE, row)
    key = rowkeys.load(TABLE, row, ring_key=ring_key, wrapped=wrapped)
    return {
        "ring_key": ring_key,
        "wrapped": wrapped,
        "reason": key.seal(reason, table=TABLE, column="reason", row=row),
    }


def sealed(export: Export, text: str) -> bytes | None:
    """What the second person says, for `decided_why`."""
    return _key(export).seal(text, table=TABLE, column="decided_why", row=export.id)


def of(export: Export) -> Words:
    """What was said. Raises ring.UnknownRingKey, envelope.Unopenable."""
    key = _key(export)
    return Words(
        key.open(export.reason, table=TABLE, column="reason", row=export.id),
        key.open(export.decided_why, table=TABLE, column="decided_why", row=export.id),
    )


def _key(export: Export) -> rowkeys.RowKey:
    return rowkeys.load(TABLE, export.id, ring_key=export.ring_key, wrapped=bytes(export.wrapped))
