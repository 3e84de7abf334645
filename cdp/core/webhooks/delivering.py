"""Handing deliveries over: signed, in the order of each person, again and again for three days.

The gate is asked once more at that very moment. One process works on one address at a time; between handing over and
noting it a kill may come, and then the same message goes once more under the same id, as the specification allows.
"""

import time
import uuid
from datetime import datetime, timedelta

import msgspec
import structlog
from django.conf import settings
from django.db import connection, transaction

from cdp.core import access, audit, ids, leaving, locks, outbox, spoken, wake
from cdp.core.actors import SYSTEM, Actor
from cdp.core.crypto.envelope import Unopenable
from cdp.core.crypto.ring import UnknownRingKey
from cdp.core.leaving import Own, Permit
from cdp.core.models import User, Webhook, WebhookDelivery
from cdp.core.webhooks import addresses, fanning, publishing, signing, subscriptions

log = structlog.get_logger("webhooks")
BATCH = 100
LARGEST = 256 * 1024
OFF = "webhook-off"
"""The notice to owners that an address was taken out of use."""
PAUSES = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
"""The waits between the attempts that the specification proposes: some three days in all."""
PATIENCE = timedelta(days=5)
"""How long an address may fail without a single success before it is taken out of use."""
PAUSE_OF_ADDRESS = timedelta(seconds=60)
STOP_AFTER = 3  # failures in a row: the address is not well, the others of the batch wait for it
GONE = 410
TURN_SECONDS = 20

_NEXT = """
SELECT d.id FROM core_webhookdelivery d
WHERE d.webhook_id = %(webhook)s AND d.state = 'waiting' AND d.due_at <= %(now)s AND NOT EXISTS (
    SELECT 1 FROM core_webhookdelivery before
    WHERE before.webhook_id = d.webhook_id AND before.state = 'waiting' AND before.customer_id = d.customer_id
        AND before.fact_id < d.fact_id
)
ORDER BY d.fact_id LIMIT %(limit)s
"""


def deliver_due(*, now: datetime) -> int:
    """Tell whoever is due, for at most TURN_SECONDS; returns how many deliveries were settled or tried."""
    ends = time.monotonic() + TURN_SECONDS
    total = 0
    for webhook in Webhook.objects.filter(is_active=True).order_by("id"):
        if webhook.paused_until and webhook.paused_until > now:
            continue
        with locks.alone(webhook.id.int % 2**62) as is_ours:
            while is_ours and time.monotonic() < ends:
                done, goes_on = _work(webhook, now, ends)
                total += done
                if not goes_on:
                    break
    return total


def _work(webhook: Webhook, now: datetime, ends: float) -> tuple[int, bool]:
    """One batch. Returns how many were handled and whether there may be more."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"webhook": webhook.id, "now": now, "limit": BATCH})
        wanted = [row[0] for row in cursor.fetchall()]
    failed = handled = 0
    for delivery_id in wanted:
        if time.monotonic() > ends:
            return handled, False
        handled += 1
        # An answer may take ten seconds: what was settled, withdrawn or forgotten meanwhile does not leave.
        delivery = WebhookDelivery.objects.filter(id=delivery_id, state=WebhookDelivery.State.WAITING).first()
        permit = _permit(webhook, delivery, now) if delivery is not None else None
        if delivery is None or permit is None:
            continue
        failed = 0 if _attempt(webhook, delivery, permit, now) else failed + 1
        if not webhook.is_active or failed >= STOP_AFTER or (webhook.paused_until and webhook.paused_until > now):
            return handled, False
    return handled, bool(wanted)


def _permit(webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> Permit | None:
    """What one delivery leaves under at this moment; None for one that may not, which is settled or put off."""
    if delivery.is_stop or delivery.customer_id is None:
        return leaving.own(Own.STOP_NOTICE if delivery.is_stop else Own.TRIAL, channel=fanning.CHANNEL, at=now)
    try:
        return leaving.ask(customer=delivery.customer_id, purpose=webhook.purpose, channel=fanning.CHANNEL, at=now)
    except leaving.Refused as refused:
        decision = refused.decision
        if decision.is_deferred and decision.until:
            _update(delivery, due_at=decision.until, rule=decision.rule)
        else:
            _settle(delivery, WebhookDelivery.State.DENIED, now, reason=decision.reason, rule=decision.rule)
        return None


def _attempt(webhook: Webhook, delivery: WebhookDelivery, permit: Permit, now: datetime) -> bool:
    """Hand one over and note what came of it. Returns whether the receiver took it."""
    permit.check(
        channel=fanning.CHANNEL,
        customer=delivery.customer_id if permit.own is None else None,
        purpose=webhook.purpose,
        own=(Own.STOP_NOTICE, Own.TRIAL),
    )
    try:
        body = body_of(delivery)
        keys = subscriptions.keys_of(webhook, at=now)
    except (Unopenable, UnknownRingKey):
        _settle(delivery, WebhookDelivery.State.FAILED, now, reason="unreadable")
        return True
    if len(body) > LARGEST:
        _settle(delivery, WebhookDelivery.State.FAILED, now, reason="too_large")
        return True
    # The time of the attempt is the clock's: receivers refuse signatures that are minutes old.
    signed = signing.headers(keys=keys, message=message_id(delivery.fact_id), timestamp=int(time.time()), body=body)
    begun = time.monotonic()
    try:
        answer = addresses.post(
            webhook.url,
            body=body,
            headers={"Content-Type": "application/json", "User-Agent": "CDP-Webhooks/1", **signed},
        )
    except (addresses.NotReached, addresses.BadUrl) as error:
        _pause(webhook, now + PAUSE_OF_ADDRESS)
        _failed(webhook, delivery, now, reason=error.code, status=None)
        return False
    took = round((time.monotonic() - begun) * 1000)
    if 200 <= answer.status < 300:
        _settle(
            delivery,
            WebhookDelivery.State.DELIVERED,
            now,
            status_code=answer.status,
            attempts=delivery.attempts + 1,
            took_ms=took,
        )
        if webhook.failing_since is not None:
            webhook.failing_since = None
            webhook.save(update_fields=["failing_since"])
        return True
    _update(delivery, took_ms=took)
    if answer.status == GONE:
        _disable(webhook, "gone", now)
    if answer.retry_after:
        _pause(webhook, now + timedelta(seconds=min(answer.retry_after, 86400)))
    _failed(webhook, delivery, now, reason=f"http_{answer.status}", status=answer.status)
    return False


def body_of(delivery: WebhookDelivery) -> bytes:
    """What is handed over: type, time and data. Raises Unopenable."""
    if delivery.sealed is None:
        raise Unopenable("it was settled")
    data = publishing.open_(bytes(delivery.sealed), fact=delivery.fact_id)
    at = delivery.at.isoformat().replace("+00:00", "Z")
    return msgspec.json.encode({"type": delivery.event, "timestamp": at, "data": data})


def message_id(fact: uuid.UUID) -> str:
    """The `webhook-id`: the same for every attempt, so that receivers know a repetition."""
    return f"msg_{fact.hex}"


def again(delivery: WebhookDelivery, *, now: datetime) -> bool:
    """Try one that was given up or waits once more, at once. False when its data are gone."""
    if delivery.sealed is None:
        return False
    _update(delivery, state=WebhookDelivery.State.WAITING, due_at=now, attempts=0, settled_at=None, reason="")
    return True


def again_since(webhook: Webhook, *, since: datetime, actor: Actor, now: datetime) -> int:
    """Try everything once more that was given up since then and can still be read; returns how many."""
    given_up = WebhookDelivery.objects.filter(
        webhook=webhook, state=WebhookDelivery.State.FAILED, fact_id__gte=ids.floor(since), sealed__isnull=False
    )
    with transaction.atomic():
        count = given_up.update(state=WebhookDelivery.State.WAITING, due_at=now, attempts=0, settled_at=None, reason="")
        audit.record(
            audit.Action.WEBHOOK_RESENT, actor=actor, at=now, subject=webhook.id, details={"deliveries": count}
        )
        transaction.on_commit(wake.webhooks)
    return count


def _failed(webhook: Webhook, delivery: WebhookDelivery, now: datetime, *, reason: str, status: int | None) -> None:
    attempts = delivery.attempts + 1
    if attempts > len(PAUSES):
        _settle(delivery, WebhookDelivery.State.FAILED, now, reason=reason, status_code=status, attempts=attempts)
    else:
        _update(delivery, attempts=attempts, due_at=now + PAUSES[attempts - 1], reason=reason, status_code=status)
    if webhook.failing_since is None:
        webhook.failing_since = now
        webhook.save(update_fields=["failing_since"])
    elif now - webhook.failing_since > PATIENCE:
        _disable(webhook, "failing", now)


def _pause(webhook: Webhook, until: datetime) -> None:
    webhook.paused_until = until
    webhook.save(update_fields=["paused_until"])


def _disable(webhook: Webhook, why: str, now: datetime) -> None:
    if not webhook.is_active:
        return
    webhook.is_active, webhook.disabled_at, webhook.disabled_for = False, now, why
    with transaction.atomic():
        webhook.save(update_fields=["is_active", "disabled_at", "disabled_for"])
        audit.record(
            audit.Action.WEBHOOK_CHANGED, actor=SYSTEM, at=now, subject=webhook.id, details={"disabled_for": why}
        )
        _tell_owners(webhook, why, now)
    log.warning("a webhook was taken out of use", webhook=str(webhook.id), reason=why)


def _tell_owners(webhook: Webhook, why: str, now: datetime) -> None:
    roles = access.CAPABILITIES["settings"]
    outbox.put_many(
        [
            outbox.Draft(
                kind=OFF,
                address=owner.email,
                key=f"{OFF}:{webhook.id}:{now.isoformat()}:{owner.id}",
                language=spoken.by_staff(owner.language),
                data={
                    "name": webhook.name,
                    "why": why,
                    "days": PATIENCE.days,
                    "url": f"{settings.CDP_BASE_URL}/settings/webhooks/{webhook.id}/",
                },
            )
            for owner in User.objects.filter(is_active=True, role__in=roles)
        ],
        at=now,
    )


def _settle(delivery: WebhookDelivery, state: str, now: datetime, **changes: object) -> None:
    # What was told, or may not be told, is not kept; what failed is, until its key goes, for whoever tries again.
    kept = {} if state == WebhookDelivery.State.FAILED else {"sealed": None}
    _update(delivery, state=state, settled_at=now, **kept, **changes)


def _update(delivery: WebhookDelivery, **changes: object) -> None:
    WebhookDelivery.objects.filter(id=delivery.id).update(**changes)
