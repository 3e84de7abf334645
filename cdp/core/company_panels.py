"""What upper rooms have to say on the page of one company: the customers' room knows nothing of orders or metrics."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Figure:
    """One key number of all people of a company. `currency` empty: a count; `note` is a sentence beside it."""

    label: str | Promise
    value: Any
    currency: str = ""
    note: str | Promise = ""


Figures = Callable[[uuid.UUID, datetime], Sequence[Figure]]
_providers: dict[str, Figures] = {}


def provide(key: str, figures: Figures) -> None:
    """Register who gives figures of a company; the same key again replaces it."""
    _providers[key] = figures


def shown(company: uuid.UUID, *, now: datetime) -> list[Figure]:
    """All figures of a company, in the order of their rooms."""
    return [figure for figures in _providers.values() for figure in figures(company, now)]
