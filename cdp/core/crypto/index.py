"""Blind indexes: equal values give equal digests under a key of their own, so sealed values can be matched and found.

The root is a random key, kept in the database wrapped by the ring. Rotation of the ring never changes it (all digests
would change); every field gets its own key from it by HKDF, so digests of different fields cannot be compared.

`manage.py reindex` puts a root of the next version behind it: from then on a digest is the keyed digest, under the new
root, of what it was before. So what was stored can be brought forward without knowing what it stands for, which nobody
knows any more of the erased (ADR 27), and whoever knows the roots before computes none of the digests that are stored.
"""

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

FIRST = 1
DIGEST = 32
LONGEST_PREFIX = 12
CONTEXT = b"core.index_root"
_STEP = b"cdp.index.step"
_POSITIVE = 0x7FFF_FFFF_FFFF_FFFF
_number_of = struct.Struct(">Q").unpack_from


class Reindexing(Exception):
    """The digests in this database are being brought to a new root: nobody may look for any, nor write one."""


@cache
def roots() -> tuple[bytes, ...]:
    """The roots of this installation, the first one first; that is made on first use, and who stores it first wins.

    Raises Reindexing.
    """
    stored = list(IndexRoot.objects.order_by("version"))
    if not stored:
        key_ring = ring.current()
        autonomous.execute(
            "INSERT INTO core_indexroot (version, ring_key, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [FIRST, key_ring.primary, key_ring.wrap(os.urandom(32), context=CONTEXT)],
        )
        stored = list(IndexRoot.objects.order_by("version"))
    if not all(one.is_ready for one in stored):
        message = "`manage.py reindex` is under way or was cut off: run it to its end, then start everything again"
        raise Reindexing(message)
    return tuple(map(opened, stored))


def opened(stored: IndexRoot) -> bytes:
    """The root of a row."""
    return ring.current().unwrap(bytes(stored.wrapped), ring_key=stored.ring_key, context=CONTEXT)


@cache
def of_links() -> tuple[bytes, ...]:
    """The roots by which links are read, the newest first; it makes them."""
    found = roots()
    ended = set(IndexRoot.objects.filter(opens_links=False).values_list("version", flat=True))
    return tuple(key for version, key in reversed(list(enumerate(found, FIRST))) if version not in ended)


def derived(root: bytes, info: str) -> bytes:
    """The key of that name under a root (RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info.encode()).derive(root)


@cache
def field_key(field: str) -> bytes:
    """The key of one field (`identifier.email`, `customer.name`, …), derived from the first root."""
    return derived(roots()[0], f"cdp.index.{field}")


class Step:
    """From the digests of one version to those of the next; both kinds by themselves, without what they stand for."""

    def __init__(self, root: bytes) -> None:
        """`root` is that of the version it leads to."""
        self._run = _hmac(derived(root, "cdp.index.step"))

    def digest(self, before: bytes) -> bytes:
        """The next digest."""
        return self._run(before)

    def number(self, before: int) -> int:
        """The next blind number."""
        return int(_number_of(self._run(before.to_bytes(8, signed=True)))[0]) & _POSITIVE


@cache
def steps() -> tuple[Step, ...]:
    """The way from the first version to the present one: nothing while there is one root."""
    return tuple(Step(root) for root in roots()[1:])


def forget() -> None:
    """Drop the cached keys: after the database under this process was replaced (restore, tests)."""
    for cached in (roots, of_links, field_key, steps, hasher, lasting_hasher, _prefixes):
        cached.cache_clear()
    for each in _remembering:
        each()


_remembering: list[Callable[[], None]] = []


def remembers(forget_it: Callable[[], None]) -> None:
    """Whoever keeps blind numbers in memory says how they are forgotten."""
    _remembering.append(forget_it)


def digest(field: str, value: str) -> bytes:
    """The 32-byte digest of a normalised value, for equality look-ups. Where it is stored, `keys.digests` is told."""
    return hasher(field)(value.encode())


@cache
def hasher(field: str) -> Callable[[bytes], bytes]:
    """The digest of one field as a function of encoded values, for many of them."""
    first, later = lasting_hasher(field), steps()
    if not later:
        return first

    def run(value: bytes) -> bytes:
        found = first(value)
        for step in later:
            found = step.digest(found)
        return found

    return run


def lasting(field: str, value: str) -> bytes:
    """A digest that no `reindex` changes: for what is cut short, part of another digest, or an id."""
    return lasting_hasher(field)(value.encode())


@cache
def lasting_hasher(field: str) -> Callable[[bytes], bytes]:
    """`lasting` for many encoded values."""
    return _hmac(field_key(field))


def _hmac(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 whose key blocks are hashed beforehand: a third of the price of hmac.digest."""
    begin = HMAC(key, hashes.SHA256()).copy

    def run(value: bytes) -> bytes:
        going = begin()
        going.update(value)
        return going.finalize()

    return run


def number(field: str, value: str) -> int:
    """A 63-bit digest that fits a bigint column; good for comparing two rows, not for uniqueness."""
    return present(int(_number_of(lasting(field, value))[0]) & _POSITIVE)


def present(first: int) -> int:
    """A number under the first root as it is stored at present."""
    for step in steps():
        first = step.number(first)
    return first


def tokens(field: str, terms: Iterable[str]) -> list[int]:
    """Every prefix of every term as a bigint: what is stored in a search column.

    One letter is enough for Thai, Hangul or Han, where it already narrows much; other scripts start at two.
    """
    found: dict[int, None] = {}
    for term in terms:
        found |= _prefixes(field, term)
    return sorted(found)


@lru_cache(maxsize=16384)  # the same few thousand names come again and again
def _prefixes(field: str, term: str) -> dict[int, None]:
    shortest, run = 1 if term[:1] > "\u0e00" else 2, lasting_hasher(field)
    lengths = range(min(shortest, len(term)), min(len(term), LONGEST_PREFIX) + 1)
    found = (present(_token(run(term[:length].encode()))) for length in lengths)
    return dict.fromkeys(sorted(found))


def query_tokens(field: str, terms: Iterable[str]) -> list[int]:
    """The token of each whole term as typed so far: a row matches when it holds all of them."""
    run = lasting_hasher(field)
    return [present(_token(run(term[:LONGEST_PREFIX].encode()))) for term in terms]


def _token(found: bytes) -> int:
    return int(_signed(found)[0])


_signed = struct.Struct(">q").unpack_from
