"""What this room forgets by itself, and what it makes ahead of time."""

import datetime as dt

from cdp.core.crypto import hourly
from events.models import RefusedRequests, RejectedEvent
from events.services import deduplication, partitions

REFUSALS_KEPT = dt.timedelta(days=90)


def tidy(*, now: dt.datetime) -> None:
    """Make partitions ahead; forget the quarantine after seven days, repeats after thirty, refusals after ninety."""
    partitions.ensure_ahead(now=now)
    RejectedEvent.objects.filter(received_at__lt=now - hourly.KEPT).delete()
    RefusedRequests.objects.filter(hour__lt=now - REFUSALS_KEPT).delete()
    deduplication.forget_old(now=now)
