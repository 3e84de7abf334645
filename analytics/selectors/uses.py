"""Where segments are used: rooms above this one say so here, because this room does not know them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """One thing that stands on a segment: what staff call it, where it opens, and its state."""

    label: str
    url: str
    status: str = ""


Provider = Callable[[], Mapping[str, Sequence[Use]]]
_providers: dict[str, Provider] = {}


def provide(name: str, provider: Provider) -> None:
    """Register who uses segments: the uses by segment key. The same name again replaces it."""
    _providers[name] = provider


def by_segment() -> dict[str, list[Use]]:
    """Every use there is."""
    found: dict[str, list[Use]] = {}
    for provider in _providers.values():
        for key, uses in provider().items():
            found.setdefault(key, []).extend(uses)
    return found
