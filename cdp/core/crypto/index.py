"""Blind indexes: equal values give equal digests under a key of their own, so sealed values can be matched and found.

The root is a random key, kept in the database wrapped by the ring. Rotation of the ring never changes it (all digests
would change); every field gets its own key from it by HKDF, so digests of different fields cannot be compared.
"""

import hashlib
import hmac
import os
import struct
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cdp.core import autonomous
from cdp.core.crypto import ring
from cdp.core.models import IndexRoot

CURRENT_VERSION = 1
DIGEST = 32
LONGEST_PREFIX = 12
CONTEXT = b"core.index_root"


@cache
def root() -> bytes:
    """The root key of this installation, made on first use. The first process to store one wins."""
    stored = IndexRoot.objects.filter(version=CURRENT_VERSION).first()
    if stored is None:
        key_ring = ring.current()
        autonomous.execute(
            "INSERT INTO core_indexroot (version, ring_key, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [CURRENT_VERSION, key_ring.primary, key_ring.wrap(os.urandom(32), context=CONTEXT)],
        )
        stored = IndexRoot.objects.get(version=CURRENT_VERSION)
    return ring.current().unwrap(bytes(stored.wrapped), ring_key=stored.ring_key, context=CONTEXT)


@cache
def field_key(field: str) -> bytes:
    """The key of one field (`identifier.email`, `customer.name`, …), derived from the root (RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"cdp.index.{field}".encode()).derive(root())


def forget() -> None:
    """Drop the cached keys: after the database under this process was replaced (restore, tests)."""
    root.cache_clear()
    field_key.cache_clear()
    hasher.cache_clear()


def digest(field: str, value: str) -> bytes:
    """The 32-byte digest of a normalised value, for equality look-ups."""
    return hasher(field)(value.encode())


@cache
def hasher(field: str) -> Callable[[bytes], bytes]:
    """The digest of one field as a function of encoded values, for many of them."""
    return _hmac(field_key(field))


def _hmac(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 whose key blocks are hashed beforehand: a third of the price of hmac.digest."""
    begin = HMAC(key, hashes.SHA256()).copy

    def run(value: bytes) -> bytes:
        going = begin()
        going.update(value)
        return going.finalize()

    return run


@lru_cache(maxsize=8)
def _by_key(key: bytes) -> Callable[[bytes], bytes]:
    return _hmac(key)


def number(field: str, value: str) -> int:
    """A 63-bit digest that fits a bigint column; good for comparing two rows, not for uniqueness."""
    return struct.unpack(">q", digest(field, value)[:8])[0] & 0x7FFF_FFFF_FFFF_FFFF


def tokens(field: str, terms: Iterable[str]) -> list[int]:
    """Every prefix of every term as a bigint: what is stored in a search column.

    One letter is enough for Thai, Hangul or Han, where it already narrows much; other scripts start at two.
    """
    key = field_key(field)
    found: dict[int, None] = {}
    for term in terms:
        found |= _prefixes(key, term)
    return sorted(found)


@lru_cache(maxsize=16384)  # the same few thousand names come again and again
def _prefixes(key: bytes, term: str) -> dict[int, None]:
    shortest, digest_ = 1 if term[:1] > "\u0e00" else 2, _by_key(key)
    lengths = range(min(shortest, len(term)), min(len(term), LONGEST_PREFIX) + 1)
    found = (struct.unpack(">q", digest_(term[:length].encode())[:8])[0] for length in lengths)
    return dict.fromkeys(sorted(found))


def query_tokens(field: str, terms: Iterable[str]) -> list[int]:
    """The token of each whole term as typed so far: a row matches when it holds all of them."""
    key = field_key(field)
    return [
        struct.unpack(">q", hmac.digest(key, term[:LONGEST_PREFIX].encode(), hashlib.sha256)[:8])[0] for term in terms
    ]
