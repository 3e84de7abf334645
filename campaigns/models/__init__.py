"""What we do about it; one file per aggregate."""

from campaigns.models.campaigns import Campaign, CampaignVersion
from campaigns.models.messages import Message, MessageEvent

__all__ = ["Campaign", "CampaignVersion", "Message", "MessageEvent"]
