"""One delivery for each subscriber of a fact, with the gate's decision about the person it is about."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from cdp.core import leaving, locks
from cdp.core.leaving import Decision, Outcome
from cdp.core.models import Webhook, WebhookDelivery, WebhookFact
from cdp.core.webhooks import registry

CHANNEL = "webhook"
BATCH = 500
_FANNING = 0x0CD_FA11
TOLD = Decision(Outcome.ALLOWED, reason="erasure_notice", rule="house:erasure_notice")
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
    decided = judge([(fact.event, fact.customer_id) for fact in facts], {hook.purpose for hook in webhooks}, at=now)
    for fact in facts:
        for webhook in webhooks:
            if fact.event not in webhook.events:
                continue
            decision = decided[webhook.purpose](fact.event, fact.customer_id)
            is_denied = decision.is_denied
            yield WebhookDelivery(
                webhook=webhook,
                fact_id=fact.id,
                event=fact.event,
                customer_id=fact.customer_id,
                at=fact.at,
                state=WebhookDelivery.State.DENIED if is_denied else WebhookDelivery.State.WAITING,
                reason=decision.reason if is_denied else "",
                rule=decision.rule,
                due_at=decision.until or now,
                settled_at=now if is_denied else None,
                sealed=None if is_denied else fact.sealed,
            )


class Judged:
    """The decisions for one purpose."""

    def __init__(self, decisions: Mapping[uuid.UUID, Decision]) -> None:
        self._decisions = decisions

    def __call__(self, event: str, customer: uuid.UUID | None) -> Decision:
        """Of this event about this person. An erasure is told to everybody, what is about nobody to whoever asked."""
        if event == registry.ERASED:
            return TOLD
        return NOBODYS if customer is None else self._decisions[customer]


def judge(about: Sequence[tuple[str, uuid.UUID | None]], purposes: set[str], *, at: datetime) -> Mapping[str, Judged]:
    """Purpose → the gate's decisions about everybody in `about` (event, customer); asked once for each purpose."""
    people = sorted({customer for event, customer in about if customer and event != registry.ERASED})
    found: dict[str, Judged] = defaultdict(lambda: Judged({}))
    for purpose in purposes:
        decisions = leaving.gate().decide_many(people, purpose=purpose, channel=CHANNEL, at=at) if people else {}
        found[purpose] = Judged(decisions)
    return found
