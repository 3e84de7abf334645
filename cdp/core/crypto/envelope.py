"""One sealed value: version, the id of its data key, nonce, AES-256-GCM ciphertext.

The associated data names table, column and row, so a sealed value copied to another place does not open. It does not
name the customer, because rows move when customers merge.
"""

import operator
import os
import uuid
from collections.abc import Iterator
from functools import cache
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE = 12
_HEAD = 1 + 16
_NONCES = Struct(f"{NONCE}s")
_first = operator.itemgetter(0)


class Unopenable(Exception):
    """The value was altered, moved, or its key was destroyed."""


def seal(text: str, *, key_id: uuid.UUID, key: AESGCM, place: bytes) -> bytes:
    """`text` sealed under `key`; `place` is the associated data, see `place_of`."""
    return seal_bytes(text.encode(), key_id=key_id, key=key, place=place)


def seal_bytes(data: bytes, *, key_id: uuid.UUID, key: AESGCM, place: bytes) -> bytes:
    """`data`, a file for example, sealed as `seal` does a text."""
    nonce = os.urandom(NONCE)
    return VERSION + key_id.bytes + nonce + key.encrypt(nonce, data, place)


def head(key_id: bytes) -> bytes:
    """What every value sealed under that key begins with (what follows is the nonce and the ciphertext)."""
    return VERSION + key_id


def nonces(count: int) -> Iterator[bytes]:
    """As many nonces as `count` from one draw of random bytes: each is for one value, so never keep what is left."""
    return map(_first, _NONCES.iter_unpack(os.urandom(NONCE * count)))


def key_id_of(sealed: bytes | memoryview) -> uuid.UUID:
    """Which data key opens it. Raises Unopenable."""
    raw = bytes(sealed[1:_HEAD])
    if len(raw) < _HEAD - 1:
        raise Unopenable("a sealed value is cut off")
    return uuid.UUID(bytes=raw)


def open_(sealed: bytes | memoryview, *, key: AESGCM, place: bytes) -> str:
    """The text back. Raises Unopenable."""
    return open_bytes(sealed, key=key, place=place).decode()


def open_bytes(sealed: bytes | memoryview, *, key: AESGCM, place: bytes) -> bytes:
    """The bytes back. Raises Unopenable."""
    raw = bytes(sealed)
    if raw[:1] != VERSION:
        raise Unopenable("unknown version of a sealed value")
    try:
        return key.decrypt(raw[_HEAD : _HEAD + NONCE], raw[_HEAD + NONCE :], place)
    except (InvalidTag, ValueError) as error:  # ValueError: cut so short that not even the nonce is whole
        raise Unopenable("a sealed value does not open in this place") from error


def place_of(table: str, column: str, row: uuid.UUID) -> bytes:
    """The associated data of a value."""
    return column_of(table, column) + row.bytes


@cache  # as many as there are sealed columns
def column_of(table: str, column: str) -> bytes:
    """The associated data of a column's values without the row's 16 bytes."""
    return f"{table}.{column}:".encode()
