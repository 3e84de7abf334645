"""What was counted of each field, and what was decided about it."""

import datetime as dt
import time
from collections.abc import Collection
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from cdp.core import minimising
from consent.models import FieldDecision, FieldFigure

CACHE_KEY = "consent.stopped_fields"
LASTS = 60.0
"""Seconds for which a process trusts what it read itself, while the cache is away."""
_last: list[tuple[float, frozenset[str]]] = []


def stopped() -> Collection[str]:
    """Fields that are not collected any more: one look into the cache, because every door asks. What the cache does not
    know, because it was emptied or is away, the table says: nothing is collected again for want of a cache.
    """
    try:
        found = cache.get(CACHE_KEY)
        if found is None:
            remember()
            found = _read()
    except RedisError:
        return _without_cache()
    return frozenset(found)


def remember() -> None:
    """Let every process know: after a decision, and whenever the cache was emptied."""
    cache.set(CACHE_KEY, sorted(_read()), None)


def forget() -> None:
    """Drop what this process and the cache remember (tests)."""
    _last.clear()
    cache.delete(CACHE_KEY)


def _without_cache() -> frozenset[str]:
    now = time.monotonic()
    if not _last or now - _last[0][0] > LASTS:
        _last[:] = [(now, _read())]
    return _last[0][1]


def _read() -> frozenset[str]:
    rows = FieldDecision.objects.exclude(decision=FieldDecision.Decision.KEEP)
    return frozenset(rows.values_list("field", flat=True))


def report() -> list[dict[str, Any]]:
    """Every field with its figures and decision: proposals first, then by how many have it."""
    figures = {row.field: row for row in FieldFigure.objects.all()}
    decided = {row.field: row for row in FieldDecision.objects.all()}
    rows = [
        {
            "field": field,
            "figure": figures.get(key),
            "decision": decided.get(key),
            "is_proposed": key not in decided and key in figures and figures[key].is_unused,
            "share": figures[key].have / figures[key].of if key in figures and figures[key].of else 0,
        }
        for key, field in minimising.fields().items()
    ]
    return sorted(rows, key=lambda row: (not row["is_proposed"], -row["share"], row["field"].key))


def counted_at() -> dt.datetime | None:
    """When the fields were counted last."""
    return FieldFigure.objects.order_by("-counted_at").values_list("counted_at", flat=True).first()
