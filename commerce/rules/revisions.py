"""An order that comes again: is it new, the same, newer or stale, and whose is it?"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an order that was told."""

    CREATED = "created"
    SAME = "same"
    UPDATED = "updated"
    STALE = "stale"  # it tells an older state than the one we have; nothing was written


@dataclass(frozen=True, slots=True)
class Told:
    """One telling of an order: content, the source's own clock, and the buyer (None for a guest)."""

    digest: bytes | None
    updated_at: datetime | None
    customer: uuid.UUID | None


def judge(known: Told, told: Told) -> tuple[Outcome, uuid.UUID | None]:
    """What to do with `told` when `known` is stored, and whose the order is afterwards (None for a guest).

    Other content is taken if its `updated_at` is newer or absent. A guest's order goes to the person who is named
    later; a person's order never becomes a guest's. From one person to another it goes with newer content or a newer
    clock only: the same content again, with the buyer named in other words, must not make it wander.
    """
    is_newer = told.updated_at is not None and (known.updated_at is None or told.updated_at > known.updated_at)
    is_older = told.updated_at is not None and known.updated_at is not None and told.updated_at <= known.updated_at
    is_same = told.digest == known.digest
    owner = told.customer or known.customer
    if not is_same:
        return (Outcome.STALE, known.customer) if is_older else (Outcome.UPDATED, owner)
    if owner == known.customer:
        return Outcome.SAME, owner
    if known.customer is None or is_newer:
        return Outcome.UPDATED, owner
    return Outcome.SAME, known.customer
