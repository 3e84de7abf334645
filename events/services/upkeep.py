"""What this room forgets by itself, and what it makes ahead of time."""

import datetime as dt

import structlog
from django.conf import settings

from cdp.core import forgetting
from cdp.core.crypto import hourly
from events.models import RefusedRequests, RejectedEvent
from events.services import deduplication, partitions, retention

log = structlog.get_logger("events")
REFUSALS_KEPT = dt.timedelta(days=90)


def tidy(*, now: dt.datetime) -> None:
    """Make partitions ahead and drop old ones; forget the quarantine after seven days, repeats after thirty, refusals
    after ninety.
    """
    partitions.ensure_ahead(now=now)
    retention.drop_old(months=settings.CDP_EVENTS_KEPT_MONTHS, now=now)
    if partitions.stray():
        log.error("events lie in the partition of those that have no month")
    forgetting.in_portions(RejectedEvent.objects.filter(received_at__lt=now - hourly.KEPT).order_by("id"))
    forgetting.in_portions(RefusedRequests.objects.filter(hour__lt=now - REFUSALS_KEPT))
    deduplication.forget_old(now=now)
