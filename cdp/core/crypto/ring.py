"""The key ring: wraps and unwraps data keys. The first key wraps, every key listed unwraps."""

import base64
import os
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE = 12
KEY = 32
LONGEST_ID = 40  # as long as the columns that name a ring key


class UnknownRingKey(Exception):
    """Something was wrapped by a key that is not in CDP_ENCRYPTION_KEYS any more."""


@dataclass(frozen=True)
class Ring:
    """Keys by id, in the order of the setting."""

    keys: dict[str, AESGCM]

    @property
    def primary(self) -> str:
        """The id of the key that wraps new data keys."""
        return next(iter(self.keys))

    def wrap(self, data_key: bytes, *, context: bytes) -> bytes:
        """`data_key` sealed by the primary key; `context` must be the same on unwrapping."""
        nonce = os.urandom(NONCE)
        return nonce + self.keys[self.primary].encrypt(nonce, data_key, context)

    def unwrap(self, wrapped: bytes, *, ring_key: str, context: bytes) -> bytes:
        """The data key back. Raises UnknownRingKey when the ring lost the key or the bytes were altered."""
        try:
            return self.keys[ring_key].decrypt(wrapped[:NONCE], wrapped[NONCE:], context)
        except KeyError as error:
            message = f"ring key {ring_key!r} is not in CDP_ENCRYPTION_KEYS"
            raise UnknownRingKey(message) from error
        except (InvalidTag, ValueError) as error:  # ValueError: cut so short that not even the nonce is whole
            message = f"a data key does not open with ring key {ring_key!r}"
            raise UnknownRingKey(message) from error


def parse(text: str) -> Ring:
    """A ring from `id:base64key,…`. Raises ImproperlyConfigured with the place of the fault, never with a key."""
    keys: dict[str, AESGCM] = {}
    for position, part in enumerate(text.split(","), start=1):
        key_id, _, encoded = part.strip().partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:  # no base64, or not even ASCII
            raw = b""
        if not key_id or len(key_id) > LONGEST_ID or len(raw) != KEY or key_id in keys:
            message = f"CDP_ENCRYPTION_KEYS: entry {position} must be a new id, a colon and 32 bytes in base64."
            raise ImproperlyConfigured(message)
        keys[key_id] = AESGCM(raw)
    return Ring(keys)


@cache
def current() -> Ring:
    """The ring of this process."""
    return parse(settings.CDP_ENCRYPTION_KEYS)
