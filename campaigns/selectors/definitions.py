"""Campaigns and their versions as definitions."""

import uuid

from campaigns.models import Campaign, CampaignVersion
from campaigns.rules import definition


class UnknownCampaign(Exception):
    """There is no campaign with that id."""


def get_campaign(campaign: uuid.UUID, *, lock: bool = False) -> Campaign:
    """The row; `lock` holds it against others until the transaction ends. Raises UnknownCampaign."""
    rows = Campaign.objects.select_for_update() if lock else Campaign.objects.all()
    found = rows.filter(id=campaign).first()
    if found is None:
        raise UnknownCampaign(str(campaign))
    return found


def current(campaign: Campaign) -> definition.Definition:
    """What the campaign does now."""
    return of_version(campaign, campaign.current_version)


def of_version(campaign: Campaign, number: int) -> definition.Definition:
    """What the campaign did in that version; messages are rendered by the version that planned them."""
    version = CampaignVersion.objects.get(campaign_id=campaign.id, number=number)
    return definition.parse(
        {
            "name": campaign.name,
            "purpose": campaign.purpose,
            "trigger": version.trigger,
            "audience": version.audience,
            "steps": version.steps,
        }
    )
