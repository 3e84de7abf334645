"""What is known of the request at hand: its id for the logs, and which customers it showed for the access log."""

import contextvars
import uuid
from collections.abc import Iterable

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
_shown: contextvars.ContextVar[list[uuid.UUID] | None] = contextvars.ContextVar("shown", default=None)


def begin() -> None:
    """Start a request: nobody was shown yet."""
    _shown.set([])


def show(customers: Iterable[uuid.UUID]) -> None:
    """Note that the answer being made shows these customers. Selectors that open sealed values call this."""
    shown = _shown.get()
    if shown is not None:
        shown.extend(customers)


def shown() -> list[uuid.UUID]:
    """Everybody shown so far in this request, once each, in order."""
    return list(dict.fromkeys(_shown.get() or []))
