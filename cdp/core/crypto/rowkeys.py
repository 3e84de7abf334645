"""Texts that are no customer's, sealed under a key of their own row: an incident, its log, its letters.

The row keeps its data key wrapped by the ring (`ring_key`, `wrapped`), so rotation takes it along and destroying the
two columns destroys the texts. Rows that belong to it (a log, drafts) are sealed under the same key, each in its place.
"""

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.core.crypto import envelope, ring


@dataclass(frozen=True)
class RowKey:
    """An open key. What is empty is not sealed, and reads as an empty text."""

    row: uuid.UUID
    key: AESGCM = field(repr=False)

    def seal(self, text: str, *, table: str, column: str, row: uuid.UUID) -> bytes | None:
        """The column's value for this text."""
        if not text:
            return None
        return envelope.seal(text, key_id=self.row, key=self.key, place=envelope.place_of(table, column, row))

    def open(self, sealed: bytes | memoryview | None, *, table: str, column: str, row: uuid.UUID) -> str:
        """The text back. Raises Unopenable for one that was altered or moved."""
        if sealed is None:
            return ""
        return envelope.open_(sealed, key=self.key, place=envelope.place_of(table, column, row))


def context(table: str) -> Callable[[uuid.UUID], bytes]:
    """The associated data of the wrapped keys of a table, for `keys.holders`."""
    return lambda row: f"{table}:".encode() + row.bytes


def new(table: str, row: uuid.UUID) -> tuple[str, bytes]:
    """The columns `ring_key` and `wrapped` of a new row."""
    current = ring.current()
    return current.primary, current.wrap(os.urandom(ring.KEY), context=context(table)(row))


def load(table: str, row: uuid.UUID, *, ring_key: str, wrapped: bytes) -> RowKey:
    """The key of a row. Raises ring.UnknownRingKey."""
    opened = ring.current().unwrap(bytes(wrapped), ring_key=ring_key, context=context(table)(row))
    return RowKey(row, AESGCM(opened))
