"""What REST answers: one customer, one entry of a timeline."""

from typing import Any

from rest_framework import serializers

from cdp.core.timeline import Entry
from customers.models import Customer, Status
from customers.selectors.profiles import Kind, Profile


class ExternalIdAnswer(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class CustomerAnswer(serializers.Serializer[Any]):
    """A customer; what is not known is null."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[Status.KNOWN.value, Status.ANONYMOUS.value])
    external_ids = ExternalIdAnswer(many=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True, help_text="E.164")
    line_id = serializers.CharField(allow_null=True)
    member_number = serializers.CharField(allow_null=True)
    handle = serializers.CharField(
        allow_null=True, help_text="The account on a platform told last, as `instagram:name`."
    )
    name = serializers.CharField(allow_null=True)
    given_name = serializers.CharField(allow_null=True)
    family_name = serializers.CharField(allow_null=True)
    gender = serializers.CharField(allow_null=True)
    birth_date = serializers.DateField(allow_null=True)
    language = serializers.CharField(allow_null=True)
    nationality = serializers.CharField(allow_null=True)
    country = serializers.CharField(allow_null=True, help_text="ISO 3166-1")
    province = serializers.CharField(allow_null=True, help_text="ISO 3166-2")
    city = serializers.CharField(allow_null=True)
    postcode = serializers.CharField(allow_null=True)
    street = serializers.CharField(allow_null=True)
    company = serializers.CharField(allow_null=True)
    job_title = serializers.CharField(allow_null=True)
    income_band = serializers.CharField(allow_null=True)
    occupation = serializers.CharField(allow_null=True)
    education = serializers.CharField(allow_null=True)
    children = serializers.CharField(allow_null=True)
    interests = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text="The source that first brought the person."
    )
    sources = serializers.ListField(child=serializers.CharField(), help_text="Every source that ever did.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class EntryAnswer(serializers.Serializer[Any]):
    """One thing that happened. `data` depends on `kind`; for an event `data.event` is its name."""

    id = serializers.CharField()
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    title = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class TimelineAnswer(serializers.Serializer[Any]):
    results = EntryAnswer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True, help_text="Always null: a timeline is read backwards in time.")


def customer(profile: Profile) -> dict[str, Any]:
    """A profile as REST shows it."""
    row, place = profile.customer, profile.place
    answer = {
        "id": row.id,
        "status": row.status,
        "external_ids": [{"source": found.source, "value": found.value} for found in profile.external_ids],
        "email": profile.email or None,
        "phone": profile.phone or None,
        "line_id": profile.value(Kind.LINE) or None,
        "member_number": profile.value(Kind.MEMBER) or None,
        "handle": profile.value(Kind.HANDLE) or None,
        "name": profile.name or None,
        "given_name": profile.given_name or None,
        "family_name": profile.family_name or None,
        "birth_date": row.birth_date,
        "street": (place.street if place else "") or None,
        "interests": row.interests,
        "tags": row.tags,
        "source": row.source or None,
        "sources": row.sources,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    return dict(CustomerAnswer(answer | {field: getattr(row, field) or None for field in Customer.PLAIN}).data)


def entry(found: Entry) -> dict[str, Any]:
    """A timeline entry as REST shows it."""
    shown = {
        "id": found.id,
        "at": found.at,
        "kind": found.kind,
        "source": found.source or None,
        "title": found.title,
        "data": found.data,
    }
    return dict(EntryAnswer().to_representation(shown))
