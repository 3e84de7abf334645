"""Members of a segment for rooms below the one that computes segments, which registers itself here."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Provider = Callable[[str], QuerySet[Any, Any]]
_provider: list[Provider] = []


class UnknownAudience(LookupError):
    """No live segment has that key."""


def provide(provider: Provider) -> None:
    """Register who knows: takes a segment's key, returns the customer ids as a lazy one-column queryset."""
    _provider[:] = [provider]


def audience(key: str) -> QuerySet[Any, Any]:
    """The ids of the members of segment `key`, for `filter(id__in=…)`. Raises UnknownAudience."""
    if not _provider:
        raise UnknownAudience(key)
    return _provider[0](key)
