"""Taking a statement back at once, as if it had not been said: whoever pressed the wrong button undoes the press.

The ledger only grows, so an entry says that the statement counts no more. That is neither a yes nor a no: what was said
before it holds again, or nothing, and what had expired stays expired. Nobody gains a "yes" that was never said.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from cdp.core import audit, ids, pipeline, webhooks
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import ConsentRecord, ConsentState
from consent.selectors import ledger
from consent.services import states
from customers.selectors import lineage
from customers.services import standing


def take_back(
    records: Collection[uuid.UUID],
    *,
    customer: uuid.UUID,
    source: str,
    method: str,
    actor: Actor,
    evidence: Mapping[str, Any],
    at: dt.datetime,
) -> int:
    """Take back those of these statements that are still the person's last word; how many were.

    `customer` is who stands for the person. What was said since, or is taken back already, is left alone.
    """
    with transaction.atomic():
        if standing.hold([customer]).get(customer) != customer:
            return 0
        standing.queue({customer})
        last = ConsentState.objects.select_for_update().filter(customer_id=customer, record_id__in=list(records))
        wanted = list(last.values_list("record_id", flat=True))
        found = list(ledger.counting(lineage.of(customer)).filter(id__in=wanted).defer("evidence").order_by("id"))
        if not found:
            return 0
        keyring = subjects.load({record.customer_id for record in found} | {customer})
        entries = [_entry(record, keyring, source, method, actor, evidence, at) for record in found]
        ConsentRecord.objects.bulk_create(entries)
        states.rebuild([customer])
        holds = {(one.purpose, one.channel): one.is_granted for one in ledger.states([customer])}
        for entry in entries:
            audit.record(
                audit.Action.CONSENT_RECORDED,
                actor=actor,
                at=at,
                customer=customer,
                subject=entry.id,
                details={
                    "purpose": entry.purpose,
                    "channel": entry.channel,
                    "status": entry.status,
                    "source": source,
                },
            )
        webhooks.publish_many(
            "consent.changed",
            [
                webhooks.Fact(
                    customer,
                    at,
                    {
                        "record": str(entry.id),
                        "purpose": entry.purpose,
                        "channel": entry.channel,
                        "status": str(entry.status),
                        "said_at": at,
                    },
                    is_stop=not holds.get((entry.purpose, entry.channel), False),
                )
                for entry in entries
            ],
        )
        pipeline.mark([customer], cause="consent")
    return len(entries)


def _entry(
    record: ConsentRecord,
    keyring: subjects.Keyring,
    source: str,
    method: str,
    actor: Actor,
    evidence: Mapping[str, Any],
    at: dt.datetime,
) -> ConsentRecord:
    entry = ConsentRecord(
        id=ids.uuid7(),
        customer_id=record.customer_id,
        purpose=record.purpose,
        channel=record.channel,
        status=ConsentRecord.Status.RETRACTED,
        at=max(at, record.at),
        recorded_at=at,
        source=source,
        method=method,
        actor_kind=actor.kind,
        actor_id=actor.id,
        retracts=record.id,
    )
    if record.customer_id in keyring.writing:
        entry.evidence = keyring.seal(
            json.dumps(dict(evidence), ensure_ascii=False, default=str),
            customer=record.customer_id,
            table=ledger.TABLE,
            column="evidence",
            row=entry.id,
        )
    return entry
