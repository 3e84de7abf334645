"""Members of a segment for rooms below the one that computes segments, which registers itself here."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Provider = Callable[[str], QuerySet[Any, Any]]
Namer = Callable[[str], str]
Lister = Callable[[], list[tuple[str, str]]]
_provider: list[Provider] = []
_namer: list[Namer] = []
_lister: list[Lister] = []


class UnknownAudience(LookupError):
    """No live segment has that key."""


def provide(provider: Provider, *, namer: Namer, lister: Lister) -> None:
    """Register who knows: takes a segment's key, returns the customer ids as a lazy one-column queryset. `namer` gives
    the name as staff read it, empty for a key nobody knows; `lister` every live segment as key and name.
    """
    _lister[:] = [lister]
    _provider[:] = [provider]
    _namer[:] = [namer]


def audience(key: str) -> QuerySet[Any, Any]:
    """The ids of the members of segment `key`, for `filter(id__in=…)`. Raises UnknownAudience."""
    if not _provider:
        raise UnknownAudience(key)
    return _provider[0](key)


def name(key: str) -> str:
    """The name of segment `key` in the reader's language; the key itself where there is none."""
    return (_namer[0](key) if _namer else "") or key


def choices() -> list[tuple[str, str]]:
    """Every live segment as key and name in the reader's language, for a form."""
    return _lister[0]() if _lister else []
