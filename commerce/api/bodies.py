"""What comes in: request bodies of orders, refunds and products, strictly read into plain values."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from cdp.core.api.fields import (
    CurrencyField,
    ExactField,
    MomentField,
    MoneyField,
    RawField,
    StrictSerializer,
    WordsField,
)
from commerce.rules import statuses
from commerce.rules.inputs import MOST_LINES, ZERO, LineInput, OrderInput, RefundInput
from commerce.services import interest, orders
from customers.rules import people

AHEAD = timedelta(days=1)
"""How far a store's clock may run ahead of ours; a zone that was left out is never more."""


class LineBody(StrictSerializer):
    sku = WordsField(max_length=120)
    name = WordsField(max_length=300)
    category = WordsField(max_length=200)
    quantity = ExactField(max_digits=14, decimal_places=3, help_text="Below zero for a return.")
    unit_price = MoneyField()
    discount = MoneyField(required=False, default=ZERO, min_value=ZERO)
    amount = MoneyField(
        required=False, allow_null=True, default=None, help_text="Left out: quantity × unit_price − discount."
    )

    def validate(self, attrs: dict[str, Any]) -> LineInput:
        line = LineInput(**attrs)
        if line.quantity < 0 and line.amount is not None and line.amount > 0:
            raise serializers.ValidationError({"amount": [_("The amount of a returned line is below zero.")]})
        return line


class BuyerBody(StrictSerializer):
    """Who bought: identifiers first, then what is known of the person. Without an identifier the order is a guest's."""

    external_id = WordsField(max_length=200, help_text="The customer's number in your system.")
    member_number = WordsField(max_length=200)
    line_id = WordsField(max_length=200)
    email = WordsField(max_length=320)
    phone = WordsField(max_length=60)
    card_token = WordsField(max_length=200, help_text="A token of a payment card; never its number.")
    name = WordsField(max_length=200)
    given_name = WordsField(max_length=120)
    family_name = WordsField(max_length=120)
    gender = WordsField(max_length=20)
    birth_date = WordsField(max_length=40)
    language = WordsField(max_length=20)
    nationality = WordsField(max_length=80)
    country = WordsField(max_length=80)
    province = WordsField(max_length=120)
    city = WordsField(max_length=120)
    postcode = WordsField(max_length=12)
    street = WordsField(max_length=300)
    company = WordsField(max_length=200)
    job_title = WordsField(max_length=120)
    interests = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)

    def validate(self, attrs: dict[str, Any]) -> people.Person:
        raw = {name: ",".join(value) if isinstance(value, list) else value for name, value in attrs.items()}
        rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=self.context["now"].date())
        person, faults = people.clean(raw, rules)
        if faults:
            raise serializers.ValidationError({fault.field: [str(fault.problem.reason)] for fault in faults})
        return person


class BuyerField(serializers.Field[Any, Any, Any, Any]):
    """A buyer as an object, or the id of a customer."""

    _body: BuyerBody | None = None

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            return serializers.UUIDField().run_validation(data)
        # The same body serves all orders of a batch: making one costs more than reading one.
        if self._body is None:
            self._body = BuyerBody(context=self.context)
        return self._body.run_validation(data)


class BuyerSchema(OpenApiSerializerFieldExtension):
    """How a buyer appears in the OpenAPI document: an object or an id."""

    target_class = "commerce.api.bodies.BuyerField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        body = auto_schema.resolve_serializer(BuyerBody, direction)
        return {"oneOf": [body.ref, {"type": "string", "format": "uuid"}]}


class OrderBody(StrictSerializer):
    external_id = serializers.CharField(max_length=200, help_text="The order's number, unique in your system.")
    customer = BuyerField(required=False, allow_null=True, default=None)
    customer_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    placed_at = MomentField()
    updated_at = MomentField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Your own clock: a telling that is not newer than the stored one is left aside.",
    )
    status = serializers.CharField(
        max_length=60, required=False, default=statuses.PAID, help_text="One of ours, or the word your store uses."
    )
    currency = CurrencyField(required=False, help_text="ISO 4217; left out: the shop's currency.")
    total = MoneyField(required=False, allow_null=True, default=None, min_value=ZERO)
    discount = MoneyField(required=False, default=ZERO, min_value=ZERO)
    shipping = MoneyField(required=False, default=ZERO, min_value=ZERO)
    tax = MoneyField(required=False, default=ZERO, min_value=ZERO)
    coupon = WordsField(max_length=80)
    channel = WordsField(max_length=40)
    store = WordsField(max_length=80)
    lines = LineBody(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]

    def validate_placed_at(self, value: datetime) -> datetime:
        return _not_to_come(value, self.context["now"])

    def validate_updated_at(self, value: datetime | None) -> datetime | None:
        # Nothing told afterwards would ever be newer than a clock that runs ten years ahead.
        return value and _not_to_come(value, self.context["now"])

    def validate_status(self, value: str) -> str:
        status = statuses.find(value)
        if status is None:
            raise serializers.ValidationError(
                _("Unknown status; ours are %(known)s.") % {"known": ", ".join(statuses.ALL)}
            )
        return status

    def validate(self, attrs: dict[str, Any]) -> orders.Purchase:
        buyer, customer_id = attrs.pop("customer"), attrs.pop("customer_id")
        if buyer is not None and customer_id is not None:
            raise serializers.ValidationError({"customer_id": [_("Give either customer or customer_id.")]})
        if not isinstance(buyer, people.Person):
            buyer, customer_id = None, buyer or customer_id
        lines = tuple(attrs.pop("lines", ()))
        if not lines and attrs["total"] is None:
            raise serializers.ValidationError({"lines": [_("Give lines or a total.")]})
        currency = attrs.pop("currency", settings.CDP_CURRENCY)
        return orders.Purchase(OrderInput(currency=currency, lines=lines, **attrs), buyer, customer_id)


class OrderBatchBody(StrictSerializer):
    orders = OrderBody(many=True, max_length=orders.MOST, allow_empty=False)  # type: ignore[call-arg]


class OrderBatchFrame(StrictSerializer):
    """The frame of a batch alone; its orders are read one by one, so that a bad one does not stop the others."""

    orders = serializers.ListField(child=RawField(allow_null=True), max_length=orders.MOST, allow_empty=False)


class RefundLineBody(StrictSerializer):
    sku = WordsField(max_length=120)
    name = WordsField(max_length=300)
    quantity = ExactField(max_digits=14, decimal_places=3, min_value=Decimal("0.001"))
    unit_price = MoneyField(min_value=ZERO)
    discount = MoneyField(required=False, default=ZERO, min_value=ZERO)
    amount = MoneyField(required=False, allow_null=True, default=None, min_value=ZERO)

    def validate(self, attrs: dict[str, Any]) -> LineInput:
        return LineInput(**attrs)


class RefundBody(StrictSerializer):
    external_id = serializers.CharField(max_length=200, help_text="The refund's number, unique in your system.")
    amount = MoneyField(required=False, allow_null=True, default=None, help_text="Left out: the sum of the lines.")
    lines = RefundLineBody(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    at = MomentField(required=False, allow_null=True, default=None, help_text="Left out: now.")
    currency = CurrencyField(required=False, help_text="Left out: the order's currency.")
    reason = WordsField(max_length=200)

    def validate_at(self, value: datetime | None) -> datetime | None:
        return value and _not_to_come(value, self.context["now"])

    def validate_amount(self, value: Decimal | None) -> Decimal | None:
        if value is not None and value <= 0:
            raise serializers.ValidationError(_("A refund must be above zero."))
        return value

    def validate(self, attrs: dict[str, Any]) -> RefundInput:
        lines = tuple(attrs.pop("lines", ()))
        if not lines and attrs["amount"] is None:
            raise serializers.ValidationError({"amount": [_("Give an amount or lines.")]})
        return RefundInput(lines=lines, **attrs)


class StockInterestBody(StrictSerializer):
    customer = BuyerField(help_text="Who waits: an object with an identifier, or a customer's id.")
    sku = serializers.CharField(max_length=120)
    name = WordsField(max_length=300, help_text="The article's name, where the catalogue does not know it.")
    at = MomentField(required=False, allow_null=True, default=None, help_text="Left out: now.")

    def validate_sku(self, value: str) -> str:
        if not value.isprintable():
            raise serializers.ValidationError(_("A SKU has at most 120 printable characters."))
        return value

    def validate_at(self, value: datetime | None) -> datetime | None:
        return value and _not_to_come(value, self.context["now"])

    def validate(self, attrs: dict[str, Any]) -> interest.Wanted:
        buyer = attrs.pop("customer")
        if not isinstance(buyer, people.Person):
            return interest.Wanted(customer_id=buyer, **attrs)
        if not buyer.is_identified:
            raise serializers.ValidationError({"customer": [_("Name at least one identifier of the customer.")]})
        return interest.Wanted(person=buyer, **attrs)


class LineLinkBody(StrictSerializer):
    customer = serializers.UUIDField(help_text="Who has logged in on your website.")


def _not_to_come(value: datetime, now: datetime) -> datetime:
    if value > now + AHEAD:
        raise serializers.ValidationError(_("This lies more than a day in the future; check the date and its zone."))
    return value


class ProductBody(StrictSerializer):
    """Only what is given changes; null or an empty text clears."""

    name = serializers.CharField(max_length=300, required=False, allow_blank=True, allow_null=True)
    category = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)
    brand = serializers.CharField(max_length=120, required=False, allow_blank=True, allow_null=True)
    price = ExactField(max_digits=16, decimal_places=4, required=False, allow_null=True, min_value=ZERO)
    currency = CurrencyField(required=False)

    def validate(self, attrs: dict[str, Any]) -> Mapping[str, Any]:
        return {name: "" if value is None and name != "price" else value for name, value in attrs.items()}
