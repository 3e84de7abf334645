"""The timeline registry: each room says how its facts read as entries of one customer's history."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    is_private: bool = False
    """Whether `data["text"]` holds words about a person, hidden from whoever sees contacts masked."""
    masked: str = ""
    """What they read in its place, where they may know what it was about."""


@dataclass(frozen=True)
class Question:
    """Entries of these customer ids (survivor and absorbed) before `before`, newest first, at most `limit`."""

    customers: Sequence[uuid.UUID]
    before: datetime | None
    limit: int
    keyring: subjects.Keyring


BOUGHT, SAID, ONLINE, KNOWN = "bought", "said", "online", "known"
GROUPS: dict[str, str | Promise] = {
    BOUGHT: _("Purchases"),
    SAID: _("Conversations"),
    ONLINE: _("On the website"),
    KNOWN: _("Details and consent"),
}
"""What people look for first; a single kind is one step further."""
Provider = Callable[[Question], list[Entry]]
_providers: dict[str, tuple[str | Promise, str, Provider]] = {}
_groups: dict[str, str] = {}
_folds: dict[str, str] = {}


def provide(
    kind: str,
    label: str | Promise,
    provider: Provider,
    *,
    group: str,
    scope: str = "customers",
    folds: str = "",
) -> None:
    """Register the provider of one kind; `label` (lazily translated) names it, `group` is the filter it is under.

    `scope` is the REST scope that may read these facts elsewhere: a key without it does not get them here either.
    `folds` names a kind whose entries this one tells together: people read these, programs the single ones.
    """
    _providers[kind] = (label, scope, provider)
    _groups[kind] = group
    if folds:
        _folds[kind] = folds


def kinds() -> dict[str, str | Promise]:
    """Every kind with its label."""
    return {kind: label for kind, (label, _scope, _provider) in _providers.items()}


def grouped() -> dict[str, list[str]]:
    """The kinds of each group, in the order of the groups."""
    return {group: [kind for kind in _providers if _groups[kind] == group] for group in GROUPS}


def readable(scopes: Collection[str]) -> list[str]:
    """The kinds that a key with these scopes may read."""
    return [
        kind
        for kind, (_label, scope, _provider) in _providers.items()
        if f"{scope}:read" in scopes and kind not in _folds
    ]


def story() -> list[str]:
    """The kinds that tell everything once, as people read it."""
    return [kind for kind in _providers if kind not in _folds.values()]


def entries(question: Question, *, only: Sequence[str] = ()) -> list[Entry]:
    """The newest entries of all kinds (or of `only`), one timeline."""
    found: list[Entry] = []
    for kind, (_label, _scope, provider) in _providers.items():
        if not only or kind in only:
            found += provider(question)
    found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return found[: question.limit]
