"""Taking back what an import told of consent (see ADR 18).

The ledger only grows: each statement that the import wrote gets an entry which says that it counts no more. That is
neither a yes nor a no, so what was said before it, or nothing, holds again; the proof of both stays.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence

from django.utils.translation import gettext_noop

from cdp.core import ids, pipeline
from cdp.core.imports import tracing, undoing
from consent.models import ConsentRecord
from consent.rules.ledger import JUST_AFTER
from consent.selectors import ledger
from consent.services import states
from customers.services import standing

MADE, RETRACTED = "consents.made", "consents_retracted"
METHOD = ledger.IMPORT_UNDONE
WORDS = {RETRACTED: gettext_noop("Consents that count no more; what was said before holds again")}


def take_back(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Retract the statements and derive anew what holds."""
    for trace in traces:
        records = _found(trace)
        holders = standing.hold({record.customer_id for record in records})
        standing.queue(set(holders.values()))
        same: Counter[tuple[uuid.UUID, str, str, str]] = Counter()
        entries = []
        for record in records:
            slot = (record.customer_id, record.purpose, record.channel, record.source)
            entries.append(
                ConsentRecord(
                    id=ids.uuid7(),
                    customer_id=record.customer_id,
                    purpose=record.purpose,
                    channel=record.channel,
                    status=ConsentRecord.Status.RETRACTED,
                    at=undo.now + same[slot] * JUST_AFTER,
                    recorded_at=undo.now,
                    source=record.source,
                    method=METHOD,
                    actor_kind=undo.actor.kind,
                    actor_id=undo.actor.id,
                    retracts=record.id,
                )
            )
            same[slot] += 1
        ConsentRecord.objects.bulk_create(entries, batch_size=1000)
        states.rebuild(set(holders.values()))
        undo.counts[RETRACTED] += len(entries)
        pipeline.mark(sorted(set(holders.values())), cause="consent.import_undone", lane=pipeline.BULK)


def foresee(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    found = {record.id for trace in traces for record in _found(trace)}
    undo.ahead[ConsentRecord._meta.label].update(found)
    undo.counts[RETRACTED] += len(found)


def _found(trace: tracing.Trace) -> list[ConsentRecord]:
    customers = {uuid.UUID(bytes=customer) for customer, _ in trace.data}
    wanted = [uuid.UUID(bytes=record) for _, record in trace.data]
    return list(ledger.counting(customers).filter(id__in=wanted).defer("evidence").order_by("id"))


def holders(customers: Collection[uuid.UUID], without: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Who of these said something that counts, `without` these entries."""
    return set(
        ledger.counting(customers).exclude(id__in=without).order_by().values_list("customer_id", flat=True).distinct()
    )


PARTS = (undoing.Part(MADE, 30, take_back, foresee),)
