"""The events that may be subscribed to."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

ERASED = "customer.erased"
"""Ids only, and always told: whoever was told of somebody must forget them too."""


class UnknownEvent(LookupError):
    """No room declared it."""


@dataclass(frozen=True)
class Event:
    """One kind of fact: `title` says what happened; `holds` names what its `data` has, for the documentation."""

    key: str
    title: str | Promise
    holds: str | Promise = ""


_events: dict[str, Event] = {}


def declare(key: str, title: str | Promise, *, holds: str | Promise = "") -> None:
    """Declare an event such as "order.created"; the same key again replaces it."""
    _events[key] = Event(key, title, holds)


def every() -> Mapping[str, Event]:
    """All events by key, in the order of their keys."""
    return dict(sorted(_events.items()))


def get(key: str) -> Event:
    """Raises UnknownEvent."""
    try:
        return _events[key]
    except KeyError as error:
        raise UnknownEvent(key) from error
