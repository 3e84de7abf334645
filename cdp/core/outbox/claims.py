"""Who delivers what: claims on notices."""

from datetime import datetime

from django.db.models import QuerySet

from cdp.core.claims import Claims
from cdp.core.models import Notice

CLAIMS = Claims(Notice, waiting=Notice.State.WAITING, turn=0x0CD_0B0C)


def due(channel: str, *, now: datetime) -> QuerySet[Notice]:
    """What is due on a channel."""
    return Notice.objects.filter(channel=channel, due_at__lte=now)
