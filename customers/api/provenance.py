"""REST: who told each value of a customer, and why each identifier is theirs."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.finding import found
from customers.selectors import origins, profiles

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The customer's id.")
FACT = "By what it was told: `order:1001`, `event:<messageId>`, `import:<id>`, `form:signup`, `staff:<id>`, `key:<id>`."


class OriginAnswer(serializers.Serializer[Any]):
    """Who told a field. `source` is null where nobody knows any more."""

    field = serializers.CharField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    at = serializers.DateTimeField(allow_null=True, help_text="When it was so, by the fact's own time.")
    fact = serializers.CharField(allow_null=True, help_text=FACT)


class LinkAnswer(serializers.Serializer[Any]):
    """Why an identifier is this customer's; its value is among the customer's own fields."""

    kind = serializers.CharField()
    scope = serializers.CharField(allow_null=True, help_text="Whose number it is, for `external_id`.")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    fact = serializers.CharField(allow_null=True, help_text=FACT)
    since = serializers.DateTimeField()
    is_verified = serializers.BooleanField()
    is_shared = serializers.BooleanField(help_text="A household's phone: others are reached by it, too.")


class ProvenanceAnswer(serializers.Serializer[Any]):
    fields = OriginAnswer(many=True)  # type: ignore[assignment]
    identifiers = LinkAnswer(many=True)


class ProvenanceMixin:
    """`GET customers/{id}/provenance`."""

    @extend_schema(
        operation_id="customers_provenance",
        summary="Read who told each value, when and by what",
        parameters=[ID],
        responses={200: ProvenanceAnswer, 410: OpenApiResponse(description="The person was erased.")},
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def provenance(self, request: Request, id: str) -> Response:
        """Who told what."""
        row = found(id)
        profile = profiles.one(row)
        if profile is None:
            raise exceptions.NotFound
        return Response(
            {
                "fields": [
                    {"field": one.field, "source": one.source or None, "at": one.at, "fact": one.fact or None}
                    for one in origins.of(profile)
                ],
                "identifiers": [
                    {
                        "kind": one.kind,
                        "scope": one.scope or None,
                        "source": one.source or None,
                        "fact": one.fact or None,
                        "since": one.since,
                        "is_verified": one.is_verified,
                        "is_shared": one.is_shared,
                    }
                    for one in origins.links(row.id)
                ],
            }
        )
