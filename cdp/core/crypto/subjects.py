"""A data key for every customer, wrapped by the ring. Destroying a customer's keys is erasure (crypto-shredding)."""

import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import Q

from cdp.core import ids
from cdp.core.crypto import envelope, ring
from cdp.core.models import DataKey, DestroyedKey

_CONTEXT = b"core.data_key:"


def context(key_id: uuid.UUID) -> bytes:
    """The associated data of a wrapped data key."""
    return _CONTEXT + key_id.bytes


class LostKey(envelope.Unopenable):
    """A value is sealed with a data key that is gone, though nobody destroyed it: a backup was restored without it."""


@dataclass
class Keyring:
    """The opened data keys of some customers. Make one with `new_keys`, `load` or `load_for_customers`."""

    by_id: dict[uuid.UUID, AESGCM] = field(default_factory=dict)
    writing: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    """customer id → id of the key that seals new values"""
    of: frozenset[uuid.UUID] = frozenset()
    """the customers whose keys were asked for, whether they had any or not"""
    destroyed: set[uuid.UUID] = field(default_factory=set)
    """ids of keys that were found to have been destroyed"""

    def seal(self, text: str | None, *, customer: uuid.UUID, table: str, column: str, row: uuid.UUID) -> bytes | None:
        """`text` sealed for that customer and place; None and the empty text stay None."""
        return self.seal_bytes(text.encode(), customer=customer, table=table, column=column, row=row) if text else None

    def seal_bytes(self, data: bytes, *, customer: uuid.UUID, table: str, column: str, row: uuid.UUID) -> bytes:
        """`data`, a file for example, sealed for that customer and place."""
        key_id = self.writing[customer]
        place = envelope.place_of(table, column, row)
        return envelope.seal_bytes(data, key_id=key_id, key=self.by_id[key_id], place=place)

    def open(self, sealed: bytes | memoryview | None, *, table: str, column: str, row: uuid.UUID) -> str:
        """The text; empty when there is no value or its key was destroyed. Raises LostKey for one that is gone though
        nobody destroyed it, and Unopenable: a blank would look as if there had never been anything.
        """
        return (self.open_bytes(sealed, table=table, column=column, row=row) or b"").decode()

    def open_bytes(self, sealed: bytes | memoryview | None, *, table: str, column: str, row: uuid.UUID) -> bytes | None:
        """What `seal_bytes` sealed; None when there is no value or its key was destroyed. Raises as `open` does."""
        if not sealed:
            return None
        key_id = envelope.key_id_of(sealed)
        key = self.by_id.get(key_id) or self._late(key_id)
        if key is None:
            return None
        return envelope.open_bytes(sealed, key=key, place=envelope.place_of(table, column, row))

    def _late(self, key_id: uuid.UUID) -> AESGCM | None:
        """A key that is not at hand: made after this ring was loaded, or destroyed (None). Raises LostKey."""
        if key_id in self.destroyed:
            return None
        row = DataKey.objects.filter(id=key_id).values_list("customer_id", "ring_key", "wrapped").first()
        if row is not None:
            customer, ring_key, wrapped = row
            if customer not in self.of and customer not in self.writing:
                return None  # somebody else's: this ring opens nothing of theirs
            secret = ring.current().unwrap(bytes(wrapped), ring_key=ring_key, context=context(key_id))
            return self.by_id.setdefault(key_id, AESGCM(secret))
        if not DestroyedKey.objects.filter(Q(id=key_id) | Q(is_mark=True, id__gt=key_id)).exists():
            message = f"the data key {key_id} is missing, and nobody destroyed it"
            raise LostKey(message)
        self.destroyed.add(key_id)
        return None

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
    asked = frozenset(customers)
    keyring, key_ring = Keyring(of=asked), ring.current()
    rows = DataKey.objects.filter(customer_id__in=asked).order_by("id")
    for key_id, customer, ring_key, wrapped in rows.values_list("id", "customer_id", "ring_key", "wrapped"):
        keyring.by_id[key_id] = AESGCM(key_ring.unwrap(bytes(wrapped), ring_key=ring_key, context=context(key_id)))
        keyring.writing[customer] = key_id
    return keyring


def note_destroyed(customers: Iterable[uuid.UUID]) -> None:
    """Whoever deletes the data keys of these customers says so first, in the same transaction: from then on what they
    sealed is gone on purpose, and reads as empty.
    """
    keys = DataKey.objects.filter(customer_id__in=list(customers)).values_list("id", flat=True)
    DestroyedKey.objects.bulk_create([DestroyedKey(id=key) for key in keys], batch_size=5000, ignore_conflicts=True)
