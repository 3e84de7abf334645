"""Figures of the whole shop, counted once for everybody who looks: a busy morning costs one count a minute."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from django.core.cache import cache

SECONDS = 60
LONGEST_SECONDS = 900
"""How old a figure may be that a worker is counting anew meanwhile."""
Figure = TypeVar("Figure")


def kept(
    name: str, count: Callable[[], Figure], *, seconds: int = SECONDS, renew: Callable[[], None] | None = None
) -> Figure:
    """What `count` says, at most `seconds` old. What takes long to count has `renew`, which asks a worker to `put` it:
    then nobody waits while there is one of the last LONGEST_SECONDS. Without the cache it is counted.
    """
    try:
        known = cache.get(name)
        if known is None:
            return put(name, count(), seconds=seconds if renew is None else LONGEST_SECONDS)
    except redis.RedisError:
        return count()
    counted_at, figure = known
    if renew is not None and time.time() - counted_at > seconds:
        renew()
    found: Figure = figure
    return found


def put(name: str, figure: Figure, *, seconds: int = LONGEST_SECONDS) -> Figure:
    """Keep what was counted."""
    cache.set(name, (time.time(), figure), seconds)
    return figure


def is_fresh(name: str) -> bool:
    """Whether it was counted within SECONDS: a worker that was asked twice counts once."""
    known: tuple[float, Any] | None = cache.get(name)
    return known is not None and time.time() - known[0] <= SECONDS
