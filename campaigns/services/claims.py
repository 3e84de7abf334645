"""Who sends what: claims on messages."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from campaigns.models import Campaign, Message
from cdp.core.claims import Claims

CLAIMS = Claims(Message, waiting=Message.State.PLANNED, turn=0x0CD_5E2D)
IS_ACTIVE = Exists(Campaign.objects.filter(id=OuterRef("campaign_id"), status=Campaign.Status.ACTIVE))
"""That nobody stopped its campaign since it was claimed."""


def due(channel: str, *, now: datetime) -> QuerySet[Message]:
    """What is due on a channel. Messages of campaigns that are not active wait."""
    resting = Campaign.objects.exclude(status=Campaign.Status.ACTIVE).values_list("id", flat=True)
    return Message.objects.filter(channel=channel, due_at__lte=now).exclude(campaign_id__in=list(resting))
