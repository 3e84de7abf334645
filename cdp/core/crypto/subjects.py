"""A data key for every customer, wrapped by the ring. Destroying a customer's keys is erasure (crypto-shredding)."""

import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.core import ids
from cdp.core.crypto import envelope, ring
from cdp.core.models import DataKey


def _context(key_id: uuid.UUID) -> bytes:
    return b"core.data_key:" + key_id.bytes


@dataclass
class Keyring:
    """The opened data keys of some customers. Make one with `new_keys`, `load` or `load_for_customers`."""

    by_id: dict[uuid.UUID, AESGCM] = field(default_factory=dict)
    writing: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    """customer id → id of the key that seals new values"""

    def seal(self, text: str | None, *, customer: uuid.UUID, table: str, column: str, row: uuid.UUID) -> bytes | None:
        """`text` sealed for that customer and place; None and the empty text stay None."""
        if not text:
            return None
        key_id = self.writing[customer]
        return envelope.seal(text, key_id=key_id, key=self.by_id[key_id], place=envelope.place_of(table, column, row))

    def open(self, sealed: bytes | memoryview | None, *, table: str, column: str, row: uuid.UUID) -> str:
        """The text; empty when there is no value or its key was destroyed."""
        if not sealed:
            return ""
        key = self.by_id.get(envelope.key_id_of(sealed))
        if key is None:
            return ""
        return envelope.open_(sealed, key=key, place=envelope.place_of(table, column, row))

    def add_new(self, customers: Iterable[uuid.UUID]) -> list[DataKey]:
        """Fresh keys for customers that have none: unsaved rows to be inserted with the customers themselves."""
        return [
            DataKey(id=key_id, customer_id=customer, ring_key=ring_key, wrapped=wrapped)
            for key_id, customer, ring_key, wrapped in self.new_rows(list(customers))
        ]

    def new_rows(self, customers: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID, str, bytes]]:
        """As `add_new`, as plain values for COPY: id, customer id, ring key, wrapped key."""
        key_ring = ring.current()
        primary, rows = key_ring.primary, []
        for customer, key_id in zip(customers, ids.uuid7s(len(customers)), strict=True):
            raw = os.urandom(32)
            self.by_id[key_id] = AESGCM(raw)
            self.writing[customer] = key_id
            rows.append((key_id, customer, primary, key_ring.wrap(raw, context=_context(key_id))))
        return rows


def load(customers: Iterable[uuid.UUID]) -> Keyring:
    """The keys of these customers in one query; newer keys win for writing."""
    keyring, key_ring = Keyring(), ring.current()
    rows = DataKey.objects.filter(customer_id__in=list(customers)).order_by("id")
    for key_id, customer, ring_key, wrapped in rows.values_list("id", "customer_id", "ring_key", "wrapped"):
        keyring.by_id[key_id] = AESGCM(key_ring.unwrap(bytes(wrapped), ring_key=ring_key, context=_context(key_id)))
        keyring.writing[customer] = key_id
    return keyring
