"""How segments and metrics look in REST."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from analytics.models import Segment, SegmentMember
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


class PreviewAnswer(serializers.Serializer[Any]):
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


class MembershipsAnswer(serializers.Serializer[Any]):
    """The segments of a customer, by name."""

    results = MembershipAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


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
    """PreviewAnswer."""
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
