"""Which fields of customers campaigns ask about and write into messages."""

import json
import re
from collections.abc import Iterator

from analytics.selectors import fields_used
from campaigns.models import Campaign, CampaignVersion
from cdp.core.minimising import Use

_VARIABLE = re.compile(r"customer\.(\w+)")


def by_campaigns() -> Iterator[Use]:
    """The fields of the newest version of every campaign that has not ended: audience, branches and texts."""
    running = Campaign.objects.exclude(status=Campaign.Status.ENDED).order_by("name")
    newest = (
        CampaignVersion.objects.filter(campaign__in=running).order_by("campaign_id", "-number").distinct("campaign_id")
    )
    versions = {version.campaign_id: version for version in newest}
    for campaign in running:
        if (version := versions.get(campaign.id)) is None:
            continue
        fields = fields_used.named(version.audience) | fields_used.named(version.steps)
        fields |= set(_VARIABLE.findall(json.dumps(version.steps)))
        for field in sorted(fields):
            yield Use(field, "campaign", campaign.name)
