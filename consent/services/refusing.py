"""What could not be taken as a word of somebody, kept in the audit: who asks why a tick did not count looks there."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from cdp.core import audit
from cdp.core.actors import Actor
from consent.rules.gate import Reason

FUTURE = "future"


def note_child(
    *,
    customer: uuid.UUID,
    boxes: Iterable[tuple[str, str]],
    door: str,
    actor: Actor,
    at: datetime,
    is_kept: bool = True,
) -> None:
    """A "yes" of somebody whose guardian has to say it; `boxes` are purposes with their channels. `is_kept`: whether
    the child finds them ticked (`selectors.guardians.ticked`); not where a stranger may have said it in their name.
    """
    note_children([(customer, boxes)], door=door, actor=actor, at=at, is_kept=is_kept)


def note_future(*, customer: uuid.UUID, purpose: str, channel: str, door: str, actor: Actor, at: datetime) -> None:
    """A word that was said to have been given after `at`: it would outlast every withdrawal until then. Called outside
    of the transaction that refuses it.
    """
    details = {"reason": FUTURE, "door": door, "boxes": [[purpose, channel]]}
    audit.record(audit.Action.CONSENT_REFUSED, actor=actor, at=at, customer=customer, details=details)


def note_children(
    told: Collection[tuple[uuid.UUID, Iterable[tuple[str, str]]]],
    *,
    door: str,
    actor: Actor,
    at: datetime,
    is_kept: bool = True,
) -> None:
    """The same of many."""
    more = {} if is_kept else {"unproved": True}
    entries = [
        (customer, "", {"reason": str(Reason.CHILD), "door": door, "boxes": [list(box) for box in boxes], **more})
        for customer, boxes in told
    ]
    audit.record_many(audit.Action.CONSENT_REFUSED, actor=actor, at=at, entries=entries)
