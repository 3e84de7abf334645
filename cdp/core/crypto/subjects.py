"""A data key for every customer, wrapped by the ring. Destroying a customer's keys is erasure (crypto-shredding)."""

import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.core import ids
from cdp.core.crypto import envelope, ring
from cdp.core.models import DataKey

_CONTEXT = b"core.data_key:"


def _context(key_id: uuid.UUID) -> bytes:
    return _CONTEXT + key_id.bytes


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
        wanted, primary = list(customers), ring.current().primary
        rows = []
        for customer, (raw_id, key, wrapped) in zip(wanted, new_keys(len(wanted)), strict=True):
            key_id = uuid.UUID(bytes=raw_id)
            self.add(customer, key_id, key)
            rows.append(DataKey(id=key_id, customer_id=customer, ring_key=primary, wrapped=wrapped))
        return rows

    def add(self, customer: uuid.UUID, key_id: uuid.UUID, key: AESGCM) -> None:
        """A key that was just made; new values of the customer are sealed with it."""
        self.by_id[key_id] = key
        self.writing[customer] = key_id


def new_keys(count: int) -> Iterator[tuple[bytes, AESGCM, bytes]]:
    """Fresh data keys: the id's 16 bytes, the key, and the key wrapped by the primary key of the ring."""
    key_ring = ring.current()
    wrapping, randoms = key_ring.keys[key_ring.primary], os.urandom(ring.KEY * count)
    starts = range(0, len(randoms), ring.KEY)
    for key_id, start, nonce in zip(ids.raw7s(count), starts, envelope.nonces(count), strict=True):
        secret = randoms[start : start + ring.KEY]
        yield key_id, AESGCM(secret), nonce + wrapping.encrypt(nonce, secret, _CONTEXT + key_id)


def load(customers: Iterable[uuid.UUID]) -> Keyring:
    """The keys of these customers in one query; newer keys win for writing."""
    keyring, key_ring = Keyring(), ring.current()
    rows = DataKey.objects.filter(customer_id__in=list(customers)).order_by("id")
    for key_id, customer, ring_key, wrapped in rows.values_list("id", "customer_id", "ring_key", "wrapped"):
        keyring.by_id[key_id] = AESGCM(key_ring.unwrap(bytes(wrapped), ring_key=ring_key, context=_context(key_id)))
        keyring.writing[customer] = key_id
    return keyring
