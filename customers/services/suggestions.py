"""Two records may be one person: a steward is asked, and decides."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.models import Source
from customers.models import MergeSuggestion

OPEN, APART = "open", "apart"


def are_apart(ours: Collection[uuid.UUID], theirs: Collection[uuid.UUID]) -> bool:
    """Whether somebody said that they are two people. Each is a person with all who were merged into them."""
    both = [*ours, *theirs]
    pairs = MergeSuggestion.objects.filter(customer_id__in=both, other_id__in=both, state=APART)
    return any((first in ours) != (second in ours) for first, second in pairs.values_list("customer_id", "other_id"))


def ask(pairs: Iterable[tuple[uuid.UUID, uuid.UUID]], *, source: Source, at: datetime) -> list[tuple[uuid.UUID, ...]]:
    """Ask about pairs that an identifier told by `source` named together; asking again changes nothing.

    Returns each pair once, the smaller id first, in order.
    """
    wanted = sorted({tuple(sorted(pair)) for pair in pairs})
    MergeSuggestion.objects.bulk_create(
        [
            MergeSuggestion(
                id=ids.uuid7(),
                customer_id=first,
                other_id=second,
                reason="shared_identifier",
                source=source.key,
                created_at=at,
            )
            for first, second in wanted
        ],
        ignore_conflicts=True,
    )
    return wanted


def keep_apart(*, suggestions: Sequence[MergeSuggestion], actor: Actor, at: datetime) -> int:
    """These are two people each; the machine does not ask again. Decided ones are left alone. Returns how many."""
    done = 0
    with transaction.atomic():
        for one in suggestions:
            rows = MergeSuggestion.objects.filter(customer_id=one.customer_id, id=one.id, state=OPEN)
            if not rows.update(state=APART):
                continue
            done += 1
            for who, other in ((one.customer_id, one.other_id), (one.other_id, one.customer_id)):
                _tell(who, other, subject=one.id, actor=actor, at=at)
    return done


def _tell(who: uuid.UUID, other: uuid.UUID, *, subject: uuid.UUID, actor: Actor, at: datetime) -> None:
    audit.record(
        audit.Action.CUSTOMERS_KEPT_APART,
        actor=actor,
        at=at,
        customer=who,
        subject=subject,
        details={"other": str(other), "state": APART},
    )
