"""What comes in: a run through a questionnaire, told by another system."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from cdp.core.api.fields import ChoiceField, MomentField, StrictSerializer, WordsField
from customers.rules import people
from surveys.rules.kinds import LANGUAGES

MOST_ANSWERS = 2500
"""Fifty pages of fifty questions, the most a questionnaire can have."""
MOST_CONTEXT = 20
LONGEST_NAME = 60


class AnswersField(serializers.JSONField):
    """Question → answer, in the JSON form of the question's kind. Each is judged by its question."""

    default_error_messages = {
        "shape": _("Name the answers by their questions, in braces."),
        "too_many": _("No questionnaire has so many questions."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The answers as they came."""
        if not isinstance(data, dict):
            self.fail("shape")
        if len(data) > MOST_ANSWERS:
            self.fail("too_many")
        return data


class RespondentBody(StrictSerializer):
    """Who answers: at least one identifier, and what they are called."""

    external_id = WordsField(max_length=200, help_text="The customer's number in your system.")
    member_number = WordsField(max_length=200)
    line_id = WordsField(max_length=200)
    email = WordsField(max_length=320)
    phone = WordsField(max_length=60)
    name = WordsField(max_length=200)
    given_name = WordsField(max_length=120)
    family_name = WordsField(max_length=120)
    language = WordsField(max_length=20)

    def validate(self, attrs: dict[str, Any]) -> people.Person:
        rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=self.context["now"].date())
        person, faults = people.clean(attrs, rules)
        if faults:
            raise serializers.ValidationError({fault.field: [str(fault.problem.reason)] for fault in faults})
        if not person.is_identified:
            raise serializers.ValidationError(_("Name at least one identifier of the customer."))
        return person


class RespondentField(serializers.Field[Any, Any, Any, Any]):
    """A person as an object, or the id of a customer."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            return serializers.UUIDField().run_validation(data)
        return RespondentBody(context=self.context).run_validation(data)


class RespondentSchema(OpenApiSerializerFieldExtension):
    """How a respondent appears in the OpenAPI document: an object or an id."""

    target_class = "surveys.api.bodies.RespondentField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        body = auto_schema.resolve_serializer(RespondentBody, direction)
        return {"oneOf": [body.ref, {"type": "string", "format": "uuid"}]}


class ResponseBody(StrictSerializer):
    """The answers of one run, whole or in part."""

    answers = AnswersField(help_text="`{question: answer}`, as the kinds of the definition say.")
    customer = RespondentField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Who answers: a customer's id, or an object with an identifier. Left out: nobody we know.",
    )
    customer_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    self = serializers.BooleanField(
        required=False, default=False, help_text="The person acts themselves; brings back somebody who was erased."
    )
    external_id = WordsField(
        max_length=200, help_text="Your number of the response. Sent again it goes on with what was told in part."
    )
    partial = serializers.BooleanField(  # type: ignore[assignment]
        required=False, default=False, help_text="More is to come: what is valid is kept, the rest told in `refused`."
    )
    language = ChoiceField(LANGUAGES, required=False, help_text="In which it was answered; left out: the shop's.")
    started_at = MomentField(required=False, allow_null=True, default=None)
    disclosure = WordsField(
        max_length=20,
        help_text="The version of what people were told before the first question, as the survey names it. It is kept"
        " with the answer; left out, nothing is known of what they were told.",
    )
    context = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=200),
        required=False,
        default=dict,
        help_text="Store, order, campaign: what results are told apart by.",
    )

    def validate_context(self, value: dict[str, str]) -> dict[str, str]:
        if len(value) > MOST_CONTEXT or any(len(name) > LONGEST_NAME for name in value):
            raise serializers.ValidationError(_("At most twenty names of sixty characters."))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given, customer_id = attrs.pop("customer"), attrs.pop("customer_id")
        if given is not None and customer_id is not None:
            raise serializers.ValidationError({"customer_id": [_("Give either customer or customer_id.")]})
        if isinstance(given, people.Person):
            return {**attrs, "person": given, "customer": None}
        return {**attrs, "person": None, "customer": given or customer_id}
