"""Facts that arrive under the id of somebody who was absorbed meanwhile: a file or a till that knew the old id.

The first step of the pipeline: whoever writes a fact marks its customer, so nothing stays behind, whatever door it
came through and whatever was locked at the time.
"""

import functools
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from cdp.core import lifecycle, pipeline
from cdp.core.lifecycle import OnMerge
from customers.models import Customer, MergeLog
from customers.selectors import merges
from customers.services import standing
from customers.services.merging import keys, rows, tries
from customers.services.merging.joining import lock, rebuild


def gather(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Give the rows of absorbed customers to who stands for them, and note them in the log of that merge."""
    absorbed = list(
        Customer.objects.filter(id__in=list(customers), merged_into__isnull=False).values_list("id", flat=True)
    )
    if not absorbed:
        return
    for customer in sorted(absorbed):
        tries.tried(functools.partial(_gather, customer))
    tries.tried(functools.partial(_judge_anew, absorbed, set(customers)))


def _judge_anew(absorbed: Sequence[uuid.UUID], working: Collection[uuid.UUID]) -> None:
    """What never moves is read by lineage: derive anew at once what survivors have of it, and what was derived for the
    absorbed before their rows were fetched.
    """
    holders = set(standing.hold(absorbed).values())
    standing.queue(holders)
    rebuild(*sorted(holders.union(absorbed)))
    pipeline.mark(sorted(holders.difference(working)), cause="customers.strays")


def _gather(absorbed: uuid.UUID) -> None:
    later = merges.above(absorbed)
    if not later:
        return
    holder = later[-1].customer_id
    lock(absorbed, holder)
    if [one.id for one in merges.above(absorbed)] != [one.id for one in later]:
        return  # merged on or parted meanwhile: that left marks of its own
    log = MergeLog.objects.select_for_update().get(customer_id=later[0].customer_id, id=later[0].id)
    found = False
    for model, declaration in lifecycle.declarations().items():
        # Keys never arrive late, and rows somebody works on are fetched by the mark that ends that work.
        if declaration.on_merge is not OnMerge.MOVE or rows.busy(model, declaration.busy, customers=[absorbed]):
            continue
        moved = rows.move(model, declaration, {absorbed: holder}).get(absorbed)
        if moved:
            found = True
            label = model._meta.label
            if not rows.is_part(model, declaration):
                log.moved.setdefault(label, []).extend(str(row) for row in moved.ids)
            log.images.setdefault(label, {}).update({str(row): image for row, image in moved.images.items()})
    late = keys.hand_over({absorbed: holder})[absorbed]
    for part, digests in late.items():
        if digests:
            found = True
            log.identifiers.setdefault(part, []).extend(digests)
    if not found:
        return
    keys.follow(keys.owned([holder]), to={})
    MergeLog.objects.filter(customer_id=log.customer_id, id=log.id).update(
        moved=log.moved, images=log.images, identifiers=log.identifiers
    )
    pipeline.mark([holder], cause="customers.strays")
