"""Taking events in: judge each, make durable what is accepted and what is refused, say what became of them.

The tracking door and the quarantine's "send again" both end here.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from events.rules import tracking, visits
from events.services import committing, inbox

Commit = Callable[[inbox.Entry], None]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a request: how many events are durable, and the refused ones with their place in it."""

    accepted: int
    rejected: list[tuple[int, tracking.Refusal]]


@dataclass(frozen=True, slots=True)
class Consent:
    """How a source treats events without consent to measure: whether silence is none, and whether it takes them."""

    must_ask: bool = False
    refuses: bool = False


CONSENT = Consent()


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
    consent: Consent = CONSENT,
    commit: Commit | None = None,
) -> Receipt:
    """Make a request durable and return its receipt; `commit` (the process's own by default) blocks until it is.

    Raises TooMany, `committing.Unavailable` and `committing.Busy`; then nothing was taken.
    """
    if len(request.items) > limits.batch_events:
        raise TooMany
    request, verdicts = tracking.check_all(request, kind=kind, limits=limits)
    if consent.refuses:
        verdicts = _allowed(request, verdicts, consent, sender)
    rejected = [(place, verdict) for place, verdict in enumerate(verdicts) if verdict is not None]
    if verdicts:
        entry = inbox.pack(
            source=source, request=request, kind=kind, verdicts=verdicts, sender=sender, received_at=received_at
        )
        (commit or committing.of_this_process().commit)(entry)
    return Receipt(len(verdicts) - len(rejected), rejected)


def _allowed(
    request: tracking.Request, verdicts: list[tracking.Refusal | None], consent: Consent, sender: inbox.Sender
) -> list[tracking.Refusal | None]:
    """The verdicts of a source that refuses what nobody allowed: that comes before every other fault, because what is
    refused for another reason is kept to be mended.
    """
    judged = []
    for item, verdict in zip(request.items, verdicts, strict=True):
        context = tracking.context_of(item, request.context)
        allowed = visits.may_measure(context, privacy_signal=sender.privacy_signal, must_ask=consent.must_ask)
        judged.append(verdict if allowed else tracking.without_consent(item))
    return judged
