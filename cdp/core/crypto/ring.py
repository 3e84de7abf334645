"""The key ring: wraps and unwraps data keys. The first key wraps, every key listed unwraps."""

import os
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from cdp.core.crypto import keylists

NONCE = 12
KEY = keylists.SIZE
LONGEST_ID = keylists.LONGEST_ID


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
    keys = keylists.parse(text, setting="CDP_ENCRYPTION_KEYS", longest_id=LONGEST_ID)
    return Ring({key_id: AESGCM(raw) for key_id, raw in keys.items()})


@cache
def current() -> Ring:
    """The ring of this process."""
    return parse(settings.CDP_ENCRYPTION_KEYS)
