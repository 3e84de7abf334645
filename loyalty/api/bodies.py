"""What comes in: the sale that a coupon is redeemed for."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from cdp.core.api.fields import CurrencyField, MoneyField, StrictSerializer, WordsField
from commerce.rules.inputs import ZERO
from customers.rules import people
from loyalty.api.account_bodies import QuoteLineBody


class IdentifiersBody(StrictSerializer):
    """Who pays, by anything that tells it."""

    external_id = WordsField(max_length=200, help_text="The customer's number in your system.")
    member_number = WordsField(max_length=200)
    line_id = WordsField(max_length=200)
    email = WordsField(max_length=320)
    phone = WordsField(max_length=60)
    card_token = WordsField(max_length=200, help_text="A token of a payment card; never its number.")

    def validate(self, attrs: dict[str, Any]) -> people.Person:
        rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=self.context["now"].date())
        person, faults = people.clean(attrs, rules)
        if faults:
            raise serializers.ValidationError({fault.field: [str(fault.problem.reason)] for fault in faults})
        return person


class PayerField(serializers.Field[Any, Any, Any, Any]):
    """A buyer as an object, or the id of a customer."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            return serializers.UUIDField().run_validation(data)
        return IdentifiersBody(context=self.context).run_validation(data)


class PayerSchema(OpenApiSerializerFieldExtension):
    """How a buyer appears in the OpenAPI document: an object or an id."""

    target_class = "loyalty.api.bodies.PayerField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        body = auto_schema.resolve_serializer(IdentifiersBody, direction)
        return {"oneOf": [body.ref, {"type": "string", "format": "uuid"}]}


class RedeemBody(StrictSerializer):
    """Name the buyer, or an order that you have written; the amount before the discount tells what comes off."""

    customer = PayerField(required=False, allow_null=True, default=None)
    order = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="The id of an order that is written already."
    )
    external_id = WordsField(
        max_length=200,
        help_text="Your own number of the sale. The same number again gets the same answer and redeems nothing twice.",
    )
    amount = MoneyField(
        required=False, allow_null=True, default=None, min_value=ZERO, help_text="Before anything comes off."
    )
    lines = QuoteLineBody(  # type: ignore[call-arg]  # of the list
        many=True,
        required=False,
        default=list,
        max_length=500,
        help_text="What is bought: some codes are for some articles.",
    )
    currency = CurrencyField(required=False, default="", help_text="Left out: the shop's currency.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["customer"] is None and attrs["order"] is None and not attrs.get("external_id"):
            raise serializers.ValidationError({"customer": [_("Name the buyer or the order.")]})
        return attrs


class TryBody(StrictSerializer):
    """A basket that is not paid yet."""

    customer = PayerField(required=False, allow_null=True, default=None)
    amount = MoneyField(
        required=False, allow_null=True, default=None, min_value=ZERO, help_text="Before anything comes off."
    )
    lines = QuoteLineBody(  # type: ignore[call-arg]  # of the list
        many=True, required=False, default=list, max_length=500
    )
    currency = CurrencyField(required=False, default="", help_text="Left out: the shop's currency.")


class TakeBackBody(StrictSerializer):
    """Which sale came to nothing."""

    external_id = serializers.CharField(
        max_length=200, help_text="The number of the sale that the code was redeemed for, by a key of the same source."
    )
