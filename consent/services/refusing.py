"""What could not be taken as a word of somebody, kept in the audit: who asks why a tick did not count looks there."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from cdp.core import audit
from cdp.core.actors import Actor
from consent.rules.gate import Reason


def note_child(*, customer: uuid.UUID, boxes: Iterable[tuple[str, str]], door: str, actor: Actor, at: datetime) -> None:
    """A "yes" of somebody whose guardian has to say it; `boxes` are purposes with their channels."""
    note_children([(customer, boxes)], door=door, actor=actor, at=at)


def note_children(
    told: Collection[tuple[uuid.UUID, Iterable[tuple[str, str]]]], *, door: str, actor: Actor, at: datetime
) -> None:
    """The same of many."""
    entries = [
        (customer, "", {"reason": str(Reason.CHILD), "door": door, "boxes": [list(box) for box in boxes]})
        for customer, boxes in told
    ]
    audit.record_many(audit.Action.CONSENT_REFUSED, actor=actor, at=at, entries=entries)
