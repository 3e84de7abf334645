"""Which campaigns stand on which segments, for the pages of segments."""

from django.urls import reverse

from analytics.rules import segment_rules, tree
from analytics.rules.problems import InvalidRules
from analytics.selectors.uses import Use
from campaigns.models import Campaign, CampaignVersion


def of_segments() -> dict[str, list[Use]]:
    """Campaigns by the keys of the segments their present audience names."""
    present = {campaign.id: campaign for campaign in Campaign.objects.all()}
    found: dict[str, list[Use]] = {}
    for version in CampaignVersion.objects.filter(campaign_id__in=present).only("campaign_id", "number", "audience"):
        campaign = present[version.campaign_id]
        if version.number != campaign.current_version:
            continue
        for key in sorted(_named(version.audience)):
            url = reverse("campaigns:campaign-detail", args=[campaign.id])
            found.setdefault(key, []).append(Use(campaign.name, url, campaign.status))
    return found


def _named(audience: object) -> frozenset[str]:
    try:
        return tree.references(segment_rules.parse(audience))
    except InvalidRules:
        return frozenset()
