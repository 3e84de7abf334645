"""Taking events in: judge each, make durable what is accepted and what is refused, say what became of them.

The tracking door and the quarantine's "send again" both end here.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from events.rules import tracking
from events.services import committing, inbox

Commit = Callable[[inbox.Entry], None]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a request: how many events are durable, and the refused ones with their place in it."""

    accepted: int
    rejected: list[tuple[int, tracking.Refusal]]


class TooMany(Exception):
    """A batch of more events than the source may send at once."""


def take(
    request: tracking.Request,
    *,
    source: uuid.UUID,
    kind: str | None,
    limits: tracking.Limits,
    sender: inbox.Sender,
    received_at: dt.datetime,
    commit: Commit | None = None,
) -> Receipt:
    """Make a request durable and return its receipt; `commit` (the process's own by default) blocks until it is.

    Raises TooMany, `committing.Unavailable` and `committing.Busy`; then nothing was taken.
    """
    if len(request.items) > limits.batch_events:
        raise TooMany
    request, verdicts = tracking.check_all(request, kind=kind, limits=limits)
    rejected = [(place, verdict) for place, verdict in enumerate(verdicts) if verdict is not None]
    if verdicts:
        entry = inbox.pack(
            source=source, request=request, kind=kind, verdicts=verdicts, sender=sender, received_at=received_at
        )
        (commit or committing.of_this_process().commit)(entry)
    return Receipt(len(verdicts) - len(rejected), rejected)
