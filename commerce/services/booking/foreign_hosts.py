"""Which hosts the pages and pictures are on that were left off articles, because no origin of their source names them.

For whoever wonders where the pictures are. It stands in the cache, as `cdp.core.trials` does; forgetting harms nobody.
Anybody may send with a key that pages carry, so a host is shown to be judged and never taken by itself.
"""

import contextlib
from collections.abc import Collection, Mapping
from typing import Final

import redis
from django.core.cache import cache

KEPT: Final = 30 * 24 * 3600
MOST: Final = 5
LONGEST: Final = 100


def note(source_key: str, hosts: Collection[str]) -> None:
    """Addresses of these hosts were left off what that source told. Without a cache nothing is noted."""
    with contextlib.suppress(redis.RedisError, OSError):
        known: tuple[str, ...] = cache.get(_key(source_key)) or ()
        new = tuple(host for host in sorted(hosts) if host not in known and len(host) <= LONGEST)
        if new:
            cache.set(_key(source_key), (*new, *known)[:MOST], KEPT)


def told(source_keys: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The hosts by source, where there are any."""
    with contextlib.suppress(redis.RedisError, OSError):
        names = {_key(key): key for key in source_keys}
        return {names[name]: tuple(hosts) for name, hosts in cache.get_many(list(names)).items()}
    return {}


def _key(source_key: str) -> str:
    return f"commerce:foreign_hosts:{source_key}"
