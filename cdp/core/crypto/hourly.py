"""Keys for what lives hours, not years: uploads, rejected rows, stored idempotent answers.

Deleted plaintext stays in the write-ahead log and in free disk blocks; so short-lived data is sealed under the key of
its hour and the key is deleted with it (fine print: after use or 7 days).
"""

import contextlib
import os
import threading
import time
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cdp.core import autonomous
from cdp.core.crypto import ring
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import HourlyKey

KEPT = timedelta(days=7)
NONCE = 12
_HOUR = 8
_making = threading.Lock()


def _renew() -> None:
    """A forked process must not wait for a lock that a thread of its parent held."""
    global _making  # noqa: PLW0603  (module state is what a fork copies)
    _making = threading.Lock()


os.register_at_fork(after_in_child=_renew)


def context(hour: int) -> bytes:
    """The associated data of a wrapped key of an hour."""
    return b"core.hourly_key:" + hour.to_bytes(_HOUR)


@lru_cache(maxsize=24)
def _key(hour: int) -> AESGCM:
    """Raises DoesNotExist, which is not remembered: another process may make the key at any moment."""
    stored = HourlyKey.objects.get(hour=hour)
    return AESGCM(ring.current().unwrap(bytes(stored.wrapped), ring_key=stored.ring_key, context=context(hour)))


def _made(hour: int) -> AESGCM:
    """The key of that hour, made where there is none: by one thread, while the others of the process wait for it."""
    with contextlib.suppress(HourlyKey.DoesNotExist):
        return _key(hour)
    with _making:
        with contextlib.suppress(HourlyKey.DoesNotExist):
            return _key(hour)
        key_ring = ring.current()
        wrapped = key_ring.wrap(os.urandom(32), context=context(hour))
        autonomous.execute(
            "INSERT INTO core_hourlykey (hour, ring_key, wrapped) VALUES (%s, %s, %s) ON CONFLICT (hour) DO NOTHING",
            [hour, key_ring.primary, wrapped],
        )
        return _key(hour)


def hour_of(moment: datetime) -> int:
    """Hours since the epoch: the name of the key."""
    return int(moment.timestamp()) // 3600


def seal(data: bytes, *, context: bytes) -> bytes:
    """`data` sealed under the key of the present hour; `context` names what it is and must match on opening."""
    hour = int(time.time()) // 3600  # `hour_of` the present moment
    key = _made(hour)
    nonce = os.urandom(NONCE)
    return hour.to_bytes(_HOUR) + nonce + key.encrypt(nonce, data, context)


def open_(sealed: bytes, *, context: bytes) -> bytes:
    """The data back. Raises Unopenable when the hour's key is gone or the bytes were altered."""
    raw = bytes(sealed)
    hour = int.from_bytes(raw[:_HOUR])
    try:
        key = _key(hour)
    except HourlyKey.DoesNotExist as error:
        raise Unopenable("the key of that hour was deleted") from error
    try:
        return key.decrypt(raw[_HOUR : _HOUR + NONCE], raw[_HOUR + NONCE :], context)
    except (InvalidTag, ValueError) as error:  # ValueError: cut so short that not even the nonce is whole
        raise Unopenable("sealed data does not open") from error


def make_ahead(*, now: datetime) -> None:
    """Have the key of the next hour lie ready before requests ask for it."""
    _made(hour_of(now) + 1)


def forget_old(*, now: datetime) -> int:
    """Delete the keys older than `KEPT`; what they sealed can never be read again. Returns how many."""
    deleted = HourlyKey.objects.filter(hour__lt=hour_of(now - KEPT)).delete()[0]
    _key.cache_clear()  # after the deletion, or another thread could remember a key once more
    return deleted


def forget() -> None:
    """Drop the cached keys (tests, restore)."""
    _key.cache_clear()
