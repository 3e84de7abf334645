"""What was counted of each field, and what was decided about it."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from cdp.core import minimising
from consent.models import FieldDecision, FieldFigure

CACHE_KEY = "consent.stopped_fields"
_last: list[frozenset[str]] = [frozenset()]


def stopped() -> Collection[str]:
    """Fields that are not collected any more: one look into the cache, because every door asks; what a process heard
    last while the cache is away. `remember` puts them there.
    """
    try:
        found = cache.get(CACHE_KEY)
    except RedisError:
        return _last[0]
    if found is not None:
        _last[0] = frozenset(found)
    return _last[0]


def remember() -> None:
    """Let every process know: after a decision, and every quarter of an hour in case the cache was emptied."""
    rows = FieldDecision.objects.exclude(decision=FieldDecision.Decision.KEEP).values_list("field", flat=True)
    cache.set(CACHE_KEY, sorted(rows), None)


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
