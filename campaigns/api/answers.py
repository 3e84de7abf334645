"""What goes out and comes in: campaigns as JSON. The shapes here document; `rules.definition` validates."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from campaigns.models import Campaign
from campaigns.rules import definition
from campaigns.rules.definition import Problem
from campaigns.selectors import definitions
from campaigns.selectors.tallies import Tally
from campaigns.services import drafts
from cdp.core.api.fields import MomentField, StrictSerializer

READ_ONLY = ("id", "status", "version", "warnings", "activated_at", "last_run_at", "created_at")
"""Members of an answer that a client may send back; they change nothing."""


class TemplateShape(serializers.Serializer[Any]):
    subject = serializers.DictField(child=serializers.CharField(), help_text="Liquid per language: {“en”: “…”}.")
    body = serializers.DictField(child=serializers.CharField(), help_text="Liquid per language.")


class StepShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["message"])
    channel = serializers.ChoiceField(choices=list(definition.CHANNELS))
    template = TemplateShape()


class TriggerShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=list(definition.KINDS))
    days = serializers.IntegerField(min_value=1, max_value=definition.MOST_DAYS, required=False)
    activity = serializers.ChoiceField(choices=list(definition.ACTIVITIES), default="order")
    minimum = serializers.IntegerField(
        min_value=1,
        max_value=definition.MOST_POINTS,
        default=1,
        help_text="Of points_expiring: from how many points on that end within these days.",
    )
    clock = serializers.ChoiceField(
        choices=list(definition.CLOCKS),
        default="live",
        help_text="“manual” campaigns are run only by the command run_triggers.",
    )


class ProblemShape(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    detail = serializers.CharField()


class CampaignBody(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=definition.LONGEST_NAME)
    purpose = serializers.CharField(default="marketing")
    trigger = TriggerShape()
    audience = serializers.DictField(
        allow_null=True, required=False, help_text="A segment rule; {“all”: []} is everybody."
    )
    steps = StepShape(many=True)


class CampaignAnswer(CampaignBody):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Campaign.Status.choices)
    version = serializers.IntegerField()
    warnings = ProblemShape(many=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    last_run_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ResultsAnswer(serializers.Serializer[Any]):
    eligible = serializers.IntegerField(help_text="Messages whose person met trigger and audience.")
    planned = serializers.IntegerField(help_text="Of these, not suppressed when planned.")
    suppressed = serializers.DictField(child=serializers.IntegerField(), help_text="Not sent, by reason.")
    suppressed_later = serializers.DictField(
        child=serializers.IntegerField(), help_text="Of the suppressed, those that had been planned, by reason."
    )
    waiting = serializers.IntegerField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    opened = serializers.IntegerField()
    clicked = serializers.IntegerField()
    converted = serializers.IntegerField(help_text="Customers who ordered within the window after a message.")
    conversion_window_days = serializers.IntegerField()


class PreviewBody(StrictSerializer):
    now = MomentField(required=False, help_text="Judge as of this time.")
    customer = serializers.UUIDField(required=False, help_text="Also render the message as this person sees it.")
    step = serializers.IntegerField(required=False, default=0, min_value=0)


class RenderedAnswer(serializers.Serializer[Any]):
    subject = serializers.CharField()
    html = serializers.CharField()
    text = serializers.CharField()


class PreviewAnswer(serializers.Serializer[Any]):
    eligible = serializers.IntegerField()
    planned = serializers.IntegerField()
    suppressed = serializers.DictField(child=serializers.IntegerField())
    is_estimate = serializers.BooleanField(
        help_text="Counting everybody took too long; a random sample was judged, shared addresses within it only."
    )
    sample = serializers.ListField(child=serializers.UUIDField())
    warnings = ProblemShape(many=True)
    rendered = RenderedAnswer(required=False)


def campaign(row: Campaign) -> dict[str, Any]:
    """One campaign with its present definition."""
    wanted = definitions.current(row)
    return {
        "id": str(row.id),
        "status": row.status,
        "version": row.current_version,
        **definition.as_json(wanted),
        "warnings": problems(drafts.warnings(wanted)),
        "activated_at": row.activated_at,
        "last_run_at": row.last_run_at,
        "created_at": row.created_at,
    }


def preview(found: Tally, warnings: Sequence[Problem]) -> dict[str, Any]:
    """A dry run."""
    return {
        "eligible": found.eligible,
        "planned": found.planned,
        "suppressed": dict(sorted(found.suppressed.items())),
        "is_estimate": found.is_estimate,
        "sample": [str(customer) for customer in found.sample],
        "warnings": problems(warnings),
    }


def problems(found: Sequence[Problem]) -> list[dict[str, str]]:
    """Faults and warnings as the API writes them."""
    return [{"pointer": problem.pointer, "detail": problem.detail} for problem in found]
