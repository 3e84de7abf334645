"""When an outside system last tried our address, and when it last came with a signature that does not fit.

Both are for the page that somebody looks at while connecting. They stand in the cache: a request that is turned away
writes nothing that lasts, and forgetting them harms nobody. Callers note only sources that exist.
"""

import contextlib
import datetime as dt
from typing import Final

import redis
from django.core.cache import cache

TRIED: Final = "tried"
UNSIGNED: Final = "unsigned"
KEPT: Final = 7 * 24 * 3600


def note(what: str, *, source_key: str, at: dt.datetime) -> None:
    """Somebody came to the address of that source. Without a cache nothing is noted."""
    with contextlib.suppress(redis.RedisError, OSError):
        cache.set(_key(what, source_key), at, KEPT)


def last(what: str, *, source_key: str) -> dt.datetime | None:
    """When that was the last time, if it was within seven days."""
    found: dt.datetime | None = None
    with contextlib.suppress(redis.RedisError, OSError):
        found = cache.get(_key(what, source_key))
    return found


def _key(what: str, source_key: str) -> str:
    return f"core:trials:{what}:{source_key}"
