"""Visitors who never said who they are: forgotten when nobody has seen them for a while.

Nothing is suppressed, as nobody asked for anything: whoever comes again is a new visitor. What they looked at may stay
for the figures of pages and products, with one of the reserved customers that are nobody. Where something has to stay
(a word about being measured, say) a bare tombstone stays with it; else nothing does.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from cdp.core import lifecycle, pipeline
from cdp.core.lifecycle import OnErase
from cdp.core.retention import Action, Gone, Row, removing
from cdp.core.retention.registry import Again
from customers.models import Customer, Status
from customers.selectors import lineage
from customers.services.erasing import purging

STAYS_FOR_FIGURES = "events.event"


def purge(rows: Sequence[Row], action: Action, again: Again, now: datetime) -> Gone:
    """Forget these visitors, with those that turned out to be the same. Part of a retention run."""
    wanted = sorted(row.key for row in rows)
    pipeline.hold(wanted)
    locked = Customer.objects.select_for_update().filter(id__in=wanted, status=Status.ANONYMOUS).order_by("id")
    over = again([row.id for row in locked])
    if not over:
        return Gone(set(), {})
    everybody = _with_absorbed(over)
    tables: dict[str, int] = {}
    if action is Action.DETACH:
        for model, declaration in lifecycle.declarations().items():
            if declaration.model == STAYS_FOR_FIGURES:
                tables[model._meta.label] = removing.detach_all(model, everybody)
    tables |= purging.purge(everybody, at=now, suppress=False)
    bare = _without_anything(everybody)
    pipeline.forget(bare)
    Customer.objects.filter(id__in=bare).delete()
    return Gone(over, {"customers.Customer": len(over), **tables})


def _with_absorbed(customers: set[uuid.UUID]) -> list[uuid.UUID]:
    found, layer = set(customers), set(customers)
    for _ in range(lineage.LONGEST_CHAIN):
        below = Customer.objects.filter(merged_into__in=layer).values_list("id", flat=True)
        layer = set(below) - found
        if not layer:
            break
        found |= layer
    return sorted(found)


def _without_anything(customers: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those of whom no row stays anywhere."""
    kept: set[uuid.UUID] = set()
    for model, declaration in lifecycle.declarations().items():
        if declaration.on_erase is OnErase.KEEP and model is not Customer:
            kept.update(model._default_manager.filter(customer_id__in=customers).values_list("customer_id", flat=True))
    return [customer for customer in customers if customer not in kept]
