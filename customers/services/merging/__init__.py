"""Two customers are one person, and how that is taken back exactly (ADR 8).

joining   merge, many pairs at a time: rows change hands, what cannot is kept as an image, everything is logged
parting   un-merge: the log backwards, and later facts by the identifier that resolved them
retold    what was told of somebody since: identifiers and ways of contact follow the facts that told them
tellers   the same where a fact names many people
sides     fields told since: each side hears its own again; with `places` postal addresses, with `ways` who comes first
strays    facts that arrive under an absorbed id, gathered by the pipeline
rows      the one helper by which rows change hands
keys      identifiers and key tables
golden    the survivor's own row
reindexed the digests in the log, when the search index is made anew
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from cdp.core.actors import Actor
from customers.models import MergeLog
from customers.rules import survivorship
from customers.rules.survivorship import Side
from customers.services.merging import joining, parting, tries
from customers.services.merging.refusals import Reason, UnableToMerge, UnableToUnmerge
from customers.services.merging.strays import gather

__all__ = ["Reason", "UnableToMerge", "UnableToUnmerge", "absorb", "gather", "merge", "unmerge"]

Outcome = TypeVar("Outcome")


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
    if unknown := set(choices or {}) - set(survivorship.CHOICES):
        raise UnableToMerge(Reason.CHOICE) from KeyError(*sorted(unknown))
    if survivor == absorbed:
        raise UnableToMerge(Reason.SAME)
    pair = joining.Pair(survivor, absorbed, choices or {})
    joined = _tried(lambda: joining.join([pair], reason=reason[:60], actor=actor, at=at), UnableToMerge)
    if refused := joined.refused.get(absorbed):
        raise UnableToMerge(refused)
    return joined.logs[0]


def absorb(
    *,
    pairs: Mapping[uuid.UUID, uuid.UUID],
    reason: str,
    actor: Actor,
    at: datetime,
    is_by_time: bool = False,
    why: Mapping[uuid.UUID, Mapping[str, Any]] = MappingProxyType({}),
) -> dict[uuid.UUID, uuid.UUID]:
    """Each key of `pairs` and its value are one person from now on, known by the value's id; as many `merge`s in their
    order, for the price of about one. One transaction.

    Nobody may be absorbed and absorb in the same call. With `is_by_time` the later word about a field stands, else the
    survivor's. `why` tells of who is absorbed what joined them (kinds and facts, never values). Returns the pairs that
    became one: who was merged or erased meanwhile, or has a message on its way this moment, is left out. Raises
    UnableToMerge when others kept writing the same people.
    """
    wanted = [
        joining.Pair(survivor, absorbed, is_by_time=is_by_time, why=why.get(absorbed, {}))
        for absorbed, survivor in pairs.items()
        if survivor != absorbed
    ]
    if chained := {pair.survivor for pair in wanted} & pairs.keys():
        raise UnableToMerge(Reason.SAME) from ValueError(f"{len(chained)} are absorbed and absorb")
    if not wanted:
        return {}
    joined = _tried(lambda: joining.join(wanted, reason=reason[:60], actor=actor, at=at), UnableToMerge)
    return {log.absorbed_id: log.customer_id for log in joined.logs}


def unmerge(*, merge_log: uuid.UUID, actor: Actor, at: datetime) -> MergeLog:
    """The merge of that log never was: everybody is who they were, and what came since goes where its identifier went.

    They are kept apart from then on. Raises UnableToUnmerge.
    """
    return _tried(lambda: parting.part(merge_log=merge_log, actor=actor, at=at), UnableToUnmerge)


def _tried(work: Callable[[], Outcome], busy: type[UnableToMerge]) -> Outcome:
    try:
        return tries.tried(work)
    except tries.Blocked as error:
        raise busy(Reason.BUSY) from error
