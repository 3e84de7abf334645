"""One delivery for each subscriber of a fact, with the gate's decision about the person it is about."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from cdp.core import ids, leaving, locks, wake
from cdp.core.leaving import Decision, Outcome
from cdp.core.models import Webhook, WebhookDelivery, WebhookFact
from cdp.core.webhooks import publishing

CHANNEL = "webhook"
TRIAL = "webhook.test"
BATCH = 500
_FANNING = 0x0CD_FA11
TOLD = Decision(Outcome.ALLOWED, reason="stop_notice", rule="house:stop_notice")
NOBODYS = Decision(Outcome.ALLOWED, reason="nobody", rule="house:no_person")


def fan_out(*, now: datetime) -> int:
    """Judge and hand on what was written since; returns how many facts. Safe beside others, who leave it to us."""
    total = 0
    with locks.alone(_FANNING) as is_ours:
        while is_ours and (done := _batch(now)):
            total += done
    return total


def _batch(now: datetime) -> int:
    with transaction.atomic():
        facts = list(WebhookFact.objects.order_by("id")[:BATCH])
        if not facts:
            return 0
        WebhookDelivery.objects.bulk_create(list(_deliveries(facts, now)), ignore_conflicts=True)
        WebhookFact.objects.filter(id__in=[fact.id for fact in facts]).delete()
    return len(facts)


def _deliveries(facts: Sequence[WebhookFact], now: datetime) -> Iterator[WebhookDelivery]:
    webhooks = list(Webhook.objects.filter(is_active=True))
    asked = [fact.customer_id for fact in facts if fact.customer_id and not fact.is_stop]
    decided = {purpose: judge(asked, purpose, at=now) for purpose in {hook.purpose for hook in webhooks}}
    for fact in facts:
        for webhook in webhooks:
            if fact.event not in webhook.events:
                continue
            if fact.is_stop:
                decision = TOLD
            else:
                decision = decided[webhook.purpose][fact.customer_id] if fact.customer_id else NOBODYS
            is_denied = decision.is_denied
            yield WebhookDelivery(
                webhook=webhook,
                fact_id=fact.id,
                event=fact.event,
                customer_id=fact.customer_id,
                at=fact.at,
                is_stop=fact.is_stop,
                state=WebhookDelivery.State.DENIED if is_denied else WebhookDelivery.State.WAITING,
                reason=decision.reason if is_denied else "",
                rule=decision.rule,
                due_at=decision.until or now,
                settled_at=now if is_denied else None,
                sealed=None if is_denied else fact.sealed,
            )


def judge(people: Sequence[uuid.UUID], purpose: str, *, at: datetime) -> dict[uuid.UUID, Decision]:
    """What the gate says of telling others of these people for that purpose."""
    wanted = sorted(set(people))
    return leaving.gate().decide_many(wanted, purpose=purpose, channel=CHANNEL, at=at) if wanted else {}


def trial(webhook: Webhook, *, at: datetime) -> WebhookDelivery:
    """A telling about nobody, for this one alone, whatever it subscribed: to try the connection."""
    fact_id = ids.uuid7()
    sealed = publishing.seal({"webhook": str(webhook.id)}, fact=fact_id)
    made = WebhookDelivery.objects.create(
        webhook=webhook, fact_id=fact_id, event=TRIAL, at=at, due_at=at, rule=NOBODYS.rule, sealed=sealed
    )
    transaction.on_commit(wake.webhooks)
    return made
