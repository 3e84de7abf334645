"""Keys for what lives hours, not years: uploads, rejected rows, stored idempotent answers.

Deleted plaintext stays in the write-ahead log and in free disk blocks; so short-lived data is sealed under the key of
its hour and the key is deleted with it (fine print: after use or 7 days).
"""

import os
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils import timezone

from cdp.core import autonomous
from cdp.core.crypto import ring
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import HourlyKey

KEPT = timedelta(days=7)
NONCE = 12
_HOUR = 8


def _context(hour: int) -> bytes:
    return b"core.hourly_key:" + hour.to_bytes(_HOUR)


@lru_cache(maxsize=24)
def _key(hour: int) -> AESGCM | None:
    stored = HourlyKey.objects.filter(hour=hour).first()
    if stored is None:
        return None
    return AESGCM(ring.current().unwrap(bytes(stored.wrapped), ring_key=stored.ring_key, context=_context(hour)))


def _make(hour: int) -> AESGCM:
    key_ring = ring.current()
    wrapped = key_ring.wrap(os.urandom(32), context=_context(hour))
    autonomous.execute(
        "INSERT INTO core_hourlykey (hour, ring_key, wrapped) VALUES (%s, %s, %s) ON CONFLICT (hour) DO NOTHING",
        [hour, key_ring.primary, wrapped],
    )
    _key.cache_clear()
    key = _key(hour)
    assert key is not None, "an hourly key that was just stored is there"  # noqa: S101
    return key


def hour_of(moment: datetime) -> int:
    """Hours since the epoch: the name of the key."""
    return int(moment.timestamp()) // 3600


def seal(data: bytes, *, context: bytes) -> bytes:
    """`data` sealed under the key of the present hour; `context` names what it is and must match on opening."""
    hour = hour_of(timezone.now())
    key = _key(hour) or _make(hour)
    nonce = os.urandom(NONCE)
    return hour.to_bytes(_HOUR) + nonce + key.encrypt(nonce, data, context)


def open_(sealed: bytes, *, context: bytes) -> bytes:
    """The data back. Raises Unopenable when the hour's key is gone or the bytes were altered."""
    raw = bytes(sealed)
    hour = int.from_bytes(raw[:_HOUR])
    key = _key(hour)
    if key is None:
        _key.cache_clear()  # A None must not be remembered: another process may just have made the key.
        raise Unopenable("the key of that hour was deleted")
    try:
        return key.decrypt(raw[_HOUR : _HOUR + NONCE], raw[_HOUR + NONCE :], context)
    except (InvalidTag, ValueError) as error:  # ValueError: cut so short that not even the nonce is whole
        raise Unopenable("sealed data does not open") from error


def forget_old(*, now: datetime) -> int:
    """Delete the keys older than `KEPT`; what they sealed can never be read again. Returns how many."""
    deleted = HourlyKey.objects.filter(hour__lt=hour_of(now - KEPT)).delete()[0]
    _key.cache_clear()  # after the deletion, or another thread could remember a key once more
    return deleted


def forget() -> None:
    """Drop the cached keys (tests, restore)."""
    _key.cache_clear()
