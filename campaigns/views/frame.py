"""What the pages of one campaign share: the row, who asks, the steps, words for trigger and status."""

import uuid
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from campaigns.rules import definition
from campaigns.rules.definition import Definition
from campaigns.selectors import definitions

STEPS = ("name", "trigger", "audience", "message")


def campaign_of(campaign: uuid.UUID) -> Campaign:
    """The campaign of an address."""
    try:
        return definitions.get_campaign(campaign)
    except definitions.UnknownCampaign as error:
        raise Http404 from error


def steps(campaign: Campaign | None, current: str) -> list[dict[str, Any]]:
    """The steps with their addresses, for the head of the editor."""
    labels = {
        "name": _("Name"),
        "trigger": _("When"),
        "audience": _("Who"),
        "message": _("Message"),
        "check": _("Check"),
    }
    order = list(labels)
    found = []
    for name, label in labels.items():
        url = ""
        if campaign is not None:
            is_check = name == "check"
            url = (
                reverse("campaigns:campaign-check", args=[campaign.id])
                if is_check
                else reverse("campaigns:campaign-edit", args=[campaign.id, name])
            )
        found.append(
            {
                "label": label,
                "url": url,
                "is_current": name == current,
                "is_done": campaign is not None and order.index(name) < order.index(current),
            }
        )
    return found


def trigger_words(wanted: Definition) -> str:
    """What sets it off, in one sentence."""
    trigger = wanted.trigger
    match trigger:
        case definition.Inactive(days=days, activity="order"):
            return ngettext("No order for more than {days} day", "No order for more than {days} days", days).format(
                days=days
            )
        case definition.Inactive(days=days, activity="login"):
            return ngettext("No login for more than {days} day", "No login for more than {days} days", days).format(
                days=days
            )
        case definition.Inactive(days=days):
            return ngettext("No visit for more than {days} day", "No visit for more than {days} days", days).format(
                days=days
            )
        case definition.NeverOrdered(days=days):
            return ngettext(
                "Signed up more than {days} day ago and never ordered",
                "Signed up more than {days} days ago and never ordered",
                days,
            ).format(days=days)
        case definition.PointsExpiring(days=days, minimum=1):
            return ngettext("Points end within {days} day", "Points end within {days} days", days).format(days=days)
        case definition.PointsExpiring(days=days, minimum=minimum):
            return ngettext(
                "At least {points} points end within {days} day",
                "At least {points} points end within {days} days",
                days,
            ).format(days=days, points=number_format(minimum, force_grouping=True))
    return _("Everybody in the audience, once")


def clock_words(wanted: Definition) -> str:
    """Who starts it."""
    return (
        _("runs by itself, every few minutes") if wanted.trigger.clock == "live" else _("runs when somebody starts it")
    )
