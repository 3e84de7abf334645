"""What of deliveries goes with a person, and with time."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from cdp.core import forgetting, ids
from cdp.core.models import WebhookDelivery, WebhookFact, WebhookSecret
from cdp.core.webhooks import registry

KEPT = timedelta(days=30)
"""How long a settled delivery is listed."""


def forget(customers: Collection[uuid.UUID]) -> None:
    """Everything that was to be told of these people, but their being forgotten. May run twice."""
    gone = list(customers)
    WebhookFact.objects.filter(customer_id__in=gone).exclude(event=registry.ERASED).delete()
    WebhookDelivery.objects.filter(customer_id__in=gone).exclude(event=registry.ERASED).delete()


def forget_old(*, now: datetime) -> int:
    """Settled deliveries of weeks ago. Returns how many."""
    WebhookSecret.objects.filter(ends_at__lte=now).delete()
    old = WebhookDelivery.objects.filter(fact_id__lt=ids.floor(now - KEPT)).exclude(state="waiting")
    return forgetting.in_portions(old.order_by("fact_id"))
