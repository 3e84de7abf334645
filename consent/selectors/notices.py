"""Texts that people are shown, by name and time: which version held when, and what it says."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from consent.models import PolicyVersion


def in_force_at(wanted: Collection[tuple[str, dt.datetime]]) -> dict[tuple[str, dt.datetime], str]:
    """For each (name, time) the version that held then; nothing where none did. One small read."""
    if not wanted:
        return {}
    history: dict[str, list[tuple[dt.datetime, str]]] = defaultdict(list)
    rows = PolicyVersion.objects.filter(policy__in={name for name, _at in wanted}, published_at__isnull=False)
    for name, version, published_at in rows.order_by("published_at", "id").values_list(
        "policy", "version", "published_at"
    ):
        assert published_at is not None, "the statement asked for published ones"  # noqa: S101
        history[name].append((published_at, version))
    found = {}
    for name, at in wanted:
        held = [version for published_at, version in history[name] if published_at <= at]
        if held:
            found[name, at] = held[-1]
    return found
