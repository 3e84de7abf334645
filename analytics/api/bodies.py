"""What REST takes for segments."""

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cdp.core.api.fields import StrictSerializer

READ_ONLY = frozenset({"id", "version", "size", "refreshed_at", "created_at"})


@extend_schema_field(OpenApiTypes.OBJECT)
class RulesField(serializers.Field[Any, Any, Any, Any]):
    """Segment rules as they came, with exact numbers; reading them is the business of the rules."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class SegmentBody(StrictSerializer):
    """A segment; the key is made from the name where none is given."""

    answered = READ_ONLY

    key = serializers.CharField(
        max_length=60,
        required=False,
        validators=[RegexValidator(r"^(?!preview\Z)[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\Z", _("Use a-z, 0-9, - and _."))],
    )
    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    rules = RulesField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A name or a key, from which the other follows."""
        key = attrs.get("key") or self.context.get("key")
        if not attrs.get("name") and not key:
            raise serializers.ValidationError({"name": _("Give a name or a key.")})
        attrs["name"] = attrs.get("name") or key
        return attrs


class SegmentChangeBody(StrictSerializer):
    """What changes of a segment; the key never does."""

    answered = READ_ONLY | {"key"}

    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    rules = RulesField(required=False)


class RulesPreviewBody(StrictSerializer):
    """Rules to try; the rest of a segment may stand beside them."""

    answered = READ_ONLY | {"key", "name", "description"}

    rules = RulesField()
