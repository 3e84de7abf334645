"""The timeline registry: each room says how its facts read as entries of one customer's history."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from cdp.core.crypto import subjects


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `title` is already in the reader's language; `data` is what REST shows."""

    id: str
    at: datetime
    kind: str  # order, refund, consent, message, event, note, segment …
    title: str
    source: str = ""
    icon: str = "point"
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """Entries of these customer ids (survivor and absorbed) before `before`, newest first, at most `limit`."""

    customers: Sequence[uuid.UUID]
    before: datetime | None
    limit: int
    keyring: subjects.Keyring


Provider = Callable[[Question], list[Entry]]
_providers: dict[str, tuple[str | Promise, str, Provider]] = {}
_folds: dict[str, str] = {}


def provide(kind: str, label: str | Promise, provider: Provider, *, scope: str = "customers", folds: str = "") -> None:
    """Register the provider of one kind; `label` (lazily translated) is the filter chip.

    `scope` is the REST scope that may read these facts elsewhere: a key without it does not get them here either.
    `folds` names a kind whose entries this one tells together: people read these, programs the single ones.
    """
    _providers[kind] = (label, scope, provider)
    if folds:
        _folds[kind] = folds


def kinds() -> dict[str, str | Promise]:
    """Every kind with its label."""
    return {kind: label for kind, (label, _, _) in _providers.items()}


def readable(scopes: Collection[str]) -> list[str]:
    """The kinds that a key with these scopes may read."""
    return [kind for kind, (_, scope, _) in _providers.items() if f"{scope}:read" in scopes and kind not in _folds]


def story() -> list[str]:
    """The kinds that tell everything once, as people read it."""
    return [kind for kind in _providers if kind not in _folds.values()]


def entries(question: Question, *, only: Sequence[str] = ()) -> list[Entry]:
    """The newest entries of all kinds (or of `only`), one timeline."""
    found: list[Entry] = []
    for kind, (_, _, provider) in _providers.items():
        if not only or kind in only:
            found += provider(question)
    found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return found[: question.limit]
