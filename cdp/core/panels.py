"""What upper rooms have to say on the page of one customer.

The page belongs to the customers' room, which knows nothing of metrics, segments or consent. Each room declares its
panels and its advice here (in its declarations.py); the page shows what was declared.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from django.utils.functional import Promise

from cdp.core.crypto import subjects
from cdp.core.models import User

LEFT, RIGHT = "left", "right"
T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """Which customer (the surviving id, and the lineage with those absorbed), who reads, and when."""

    customer: uuid.UUID
    lineage: Sequence[uuid.UUID]
    reader: User
    now: datetime
    _read: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def keyring(self) -> subjects.Keyring:
        """The keys of the customer and of those absorbed."""
        return self.once("core.keyring", lambda: subjects.load(self.lineage))

    def once(self, key: str, read: Callable[[], T]) -> T:
        """What `read` gives, read once for all parts of this one page: a panel and advice often need the same row."""
        if key not in self._read:
            self._read[key] = read()
        return cast("T", self._read[key])


@dataclass(frozen=True)
class Panel:
    """One part of the page. `context` reads what its template shows; None leaves the panel out."""

    key: str
    side: str
    template: str
    context: Callable[[Question], Mapping[str, Any] | None]
    position: int = 50  # smaller stands higher


@dataclass(frozen=True)
class Advice:
    """Something worth doing for this customer now. `weight`: the largest is the next best action."""

    key: str
    weight: int
    title: str | Promise
    text: str | Promise
    icon: str = "bulb"
    action_label: str | Promise = ""
    action_url: str = ""


Adviser = Callable[[Question], list[Advice]]
_panels: dict[str, Panel] = {}
_advisers: dict[str, Adviser] = {}


def declare(panel: Panel) -> None:
    """Register a panel; the same key again replaces it."""
    _panels[panel.key] = panel


def advise(key: str, adviser: Adviser) -> None:
    """Register who gives advice about a customer."""
    _advisers[key] = adviser


def shown(side: str, question: Question) -> list[tuple[Panel, Mapping[str, Any]]]:
    """The panels of one side with their contexts, in order."""
    panels = sorted((panel for panel in _panels.values() if panel.side == side), key=lambda p: (p.position, p.key))
    contexts = [(panel, panel.context(question)) for panel in panels]
    return [(panel, context) for panel, context in contexts if context is not None]


def advice(question: Question) -> list[Advice]:
    """Everything advised, the most useful first."""
    found = [advice for adviser in _advisers.values() for advice in adviser(question)]
    return sorted(found, key=lambda one: (-one.weight, one.key))
