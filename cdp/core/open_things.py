"""What is open with a customer right now: an unpaid order, a warranty, a pre-order, a call that was promised.

The counter and the phone show it at a glance; each room declares its own in its declarations.py.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

MOST = 8


@dataclass(frozen=True, slots=True)
class OpenThing:
    """One of them, already in the reader's language. `at` orders them, newest first; `note` is a word or two beside,
    `day` when it is due; `done` is the act of a desk's page that says it is done.
    """

    title: str
    at: datetime
    icon: str = "point"
    note: str = ""
    url: str = ""
    day: date | None = None
    done: str = ""


Provider = Callable[[Sequence[uuid.UUID]], list[OpenThing]]
_providers: dict[str, Provider] = {}


def declare(key: str, provider: Provider) -> None:
    """Register who tells what is open with a lineage (survivor and absorbed ids), a few at most; the same key again
    replaces it.
    """
    _providers[key] = provider


def of(lineage: Sequence[uuid.UUID]) -> list[OpenThing]:
    """Everything open with that customer, the newest first, at most MOST."""
    found = [thing for provider in _providers.values() for thing in provider(lineage)]
    return sorted(found, key=lambda thing: thing.at, reverse=True)[:MOST]
