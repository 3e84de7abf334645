"""What a steward decides about two records that may be one person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cdp.core import audit
from cdp.core.actors import Actor
from customers.models import MergeSuggestion

OPEN, APART = "open", "apart"


def keep_apart(*, suggestions: Sequence[MergeSuggestion], actor: Actor, at: datetime) -> int:
    """These are two people each; the machine does not ask again. Decided ones are left alone. Returns how many."""
    done = 0
    with transaction.atomic():
        for one in suggestions:
            rows = MergeSuggestion.objects.filter(customer_id=one.customer_id, id=one.id, state=OPEN)
            if not rows.update(state=APART):
                continue
            done += 1
            audit.record(
                audit.Action.ADMIN_CHANGED,
                actor=actor,
                at=at,
                customer=one.customer_id,
                subject=one.id,
                details={"other": str(one.other_id), "state": APART},
            )
    return done
