"""How segments and metrics look in REST."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_serializer, inline_serializer
from rest_framework import serializers

from analytics.models import Segment, SegmentMember
from analytics.rules.metrics import METRICS, Metric, Unit
from analytics.selectors.audiences import Preview


class SegmentAnswer(serializers.Serializer[Any]):
    """A segment."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    rules = serializers.JSONField()
    version = serializers.CharField(help_text="Changes when the rules do.")
    size = serializers.IntegerField(help_text="How many customers are in it.")
    refreshed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class MemberAnswer(serializers.Serializer[Any]):
    """Somebody who is in a segment."""

    id = serializers.UUIDField(help_text="The customer.")
    customer = serializers.UUIDField()
    entered_at = serializers.DateTimeField()


class RulesPreviewAnswer(serializers.Serializer[Any]):
    """What rules would select."""

    count = serializers.IntegerField()
    is_estimate = serializers.BooleanField(help_text="Counting took too long; a random sample was judged.")
    sample = serializers.ListField(child=serializers.UUIDField(), help_text="Some of the customers.")
    sql = serializers.CharField(help_text="The statement, with placeholders.")


class MembershipAnswer(serializers.Serializer[Any]):
    """A segment a customer is in."""

    key = serializers.CharField()
    name = serializers.CharField()
    entered_at = serializers.DateTimeField()


@extend_schema_serializer(many=False)
class MembershipsAnswer(serializers.Serializer[Any]):
    """The segments of a customer, by name."""

    results = MembershipAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


def _described(metric: Metric) -> serializers.Field[Any, Any, Any, Any]:
    """A metric for the OpenAPI document."""
    about: dict[str, Any] = {"help_text": str(metric.definition), "allow_null": True}
    match metric.unit:
        case Unit.MONEY:
            return serializers.CharField(**about)
        case Unit.MONEY_BY_CURRENCY:
            return serializers.DictField(child=serializers.CharField(), **about)
        case Unit.MOMENT:
            return serializers.DateTimeField(**about)
        case Unit.CODE:
            return serializers.CharField(**about)
    return serializers.IntegerField(**about)


_METRICS = inline_serializer(
    "MetricsAnswer",
    {
        "customer": serializers.UUIDField(),
        "profiled": serializers.BooleanField(
            help_text="False: the customer refused profiling or is restricted, so nothing is worked out."
        ),
        "currency": serializers.CharField(help_text="Of all totals: the shop's."),
        "missing_rate": serializers.CharField(
            allow_null=True, help_text="The currency whose exchange rate is not known, when a total is null."
        ),
        **{metric.key: _described(metric) for metric in METRICS.values()},
    },
)
MetricsAnswer = extend_schema_serializer(many=False)(type(_METRICS))


def segment(row: Segment) -> dict[str, Any]:
    """SegmentAnswer."""
    return {
        "id": str(row.id),
        "key": row.key,
        "name": row.name,
        "description": row.description,
        "rules": row.rules,
        "version": row.version,
        "size": row.size,
        "refreshed_at": row.refreshed_at,
        "created_at": row.created_at,
    }


def member(row: SegmentMember) -> dict[str, Any]:
    """MemberAnswer."""
    return {"id": str(row.customer_id), "customer": str(row.customer_id), "entered_at": row.entered_at}


def preview(found: Preview) -> dict[str, Any]:
    """RulesPreviewAnswer."""
    return {
        "count": found.count,
        "is_estimate": found.is_estimate,
        "sample": [str(customer) for customer in found.sample],
        "sql": found.sql,
    }


def memberships(rows: list[tuple[Segment, datetime]]) -> dict[str, Any]:
    """MembershipsAnswer."""
    results = [{"key": row.key, "name": row.name, "entered_at": entered_at} for row, entered_at in rows]
    return {"results": results, "next": None, "previous": None}
