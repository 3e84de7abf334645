"""Two customers are one person, and how that is taken back exactly (ADR 8).

joining   merge: rows change hands, what cannot is kept as an image, everything is logged
parting   un-merge: the log backwards, and later facts by the identifier that resolved them
strays    facts that arrive under an absorbed id, gathered by the pipeline
rows      the one helper by which rows change hands
keys      identifiers and key tables
golden    the survivor's own row
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from cdp.core.actors import Actor
from customers.models import MergeLog
from customers.rules.survivorship import Side
from customers.services.merging import joining, parting, tries
from customers.services.merging.refusals import Reason, UnableToMerge, UnableToUnmerge
from customers.services.merging.strays import gather

__all__ = ["Reason", "UnableToMerge", "UnableToUnmerge", "gather", "merge", "unmerge"]


def merge(
    *,
    survivor: uuid.UUID,
    absorbed: uuid.UUID,
    choices: Mapping[str, Side] | None = None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> MergeLog:
    """`absorbed` and `survivor` are one person from now on, known by the survivor's id. One transaction.

    `choices` names for fields and kinds of contacts (`survivorship.CHOICES`) the side whose value stands; without one
    the survivor's stands and what it lacks is filled. `reason` is a word of the rule or door. Raises UnableToMerge.
    """
    return _tried(
        lambda: joining.join(
            survivor=survivor, absorbed=absorbed, choices=choices or {}, reason=reason, actor=actor, at=at
        ),
        UnableToMerge,
    )


def unmerge(*, merge_log: uuid.UUID, actor: Actor, at: datetime) -> MergeLog:
    """The merge of that log never was: everybody is who they were, and what came since goes where its identifier went.

    They are kept apart from then on. Raises UnableToUnmerge.
    """
    return _tried(lambda: parting.part(merge_log=merge_log, actor=actor, at=at), UnableToUnmerge)


def _tried(work: Callable[[], MergeLog], busy: type[UnableToMerge]) -> MergeLog:
    try:
        return tries.tried(work)
    except tries.Blocked as error:
        raise busy(Reason.BUSY) from error
