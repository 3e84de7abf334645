"""What comes in: what is given, spent, put aside and taken back."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cdp.core.api.fields import ChoiceField, CurrencyField, ExactField, MoneyField, StrictSerializer, WordsField
from loyalty.rules.adjusting import Why
from loyalty.rules.earning import Line
from loyalty.rules.programme import MAIN
from loyalty.services import giving, holds

ZERO = Decimal(0)
WALLET_HELP = "Which wallet; left out: points."
NUMBER_HELP = "Your own number of it. Told again with the same number it happens once, and the answer is the same."


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string"}]})
class PointsField(ExactField):
    """How many: whole points or stamps, or an amount of store credit."""

    def __init__(self, **kwargs: Any) -> None:
        """Digits are those of the ledger; what a wallet counts in is judged there."""
        super().__init__(max_digits=18, decimal_places=4, **kwargs)


class EarnBody(StrictSerializer):
    """What somebody earned elsewhere; it can be spent at once. Who takes no part yet is enrolled."""

    points = PointsField()
    reason = WordsField(max_length=giving.LONGEST_WORDS, help_text="What for, in words; it stands in the ledger.")
    wallet = serializers.SlugField(max_length=20, required=False, default=MAIN, help_text=WALLET_HELP)
    external_id = WordsField(max_length=200, help_text=NUMBER_HELP)


class SpendBody(StrictSerializer):
    """How many points are redeemed, or which reward of the catalogue is taken for what it costs."""

    points = PointsField(required=False, allow_null=True, default=None, help_text="So many; or name a `reward`.")
    reward = serializers.SlugField(
        max_length=40, required=False, default="", allow_blank=True, help_text="The key of a reward: it says the cost."
    )
    wallet = serializers.SlugField(max_length=20, required=False, default=MAIN, help_text=WALLET_HELP)
    external_id = WordsField(max_length=200, help_text="Your own number of the sale. " + NUMBER_HELP)
    basket = MoneyField(
        required=False,
        allow_null=True,
        default=None,
        min_value=ZERO,
        help_text="What the sale comes to, in the programme's currency: then no more points than may be spent on it."
        " Needed where the programme lets only a part be paid with points (422 `basket_needed`).",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["points"] is None) == (not attrs["reward"]):
            raise serializers.ValidationError({"points": [_("Say how many points, or name a reward.")]})
        return attrs


class HoldBody(SpendBody):
    """How many points (or the cost of which reward) are put aside for a sale that is under way."""

    minutes = serializers.IntegerField(
        min_value=1,
        max_value=holds.LONGEST_MINUTES,
        required=False,
        allow_null=True,
        default=None,
        help_text="After so many they go back by themselves; left out: as the programme says.",
    )


class CaptureBody(StrictSerializer):
    """How much of what was put aside is redeemed; the rest goes back."""

    points = PointsField(required=False, allow_null=True, default=None, help_text="Left out: all of it.")


class NothingMoreBody(StrictSerializer):
    """Nothing to say."""


class ReverseBody(StrictSerializer):
    """Which redemption is taken back, and how much of it: name it by its id or by your number of the sale."""

    redemption = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="The id it was given.")
    sale = WordsField(max_length=200, help_text="The `external_id` it was told with, by a key of the same source.")
    wallet = serializers.SlugField(
        max_length=20, required=False, default="", allow_blank=True, help_text="Of a sale paid from several wallets."
    )
    points = PointsField(required=False, allow_null=True, default=None, help_text="Left out: all that is left of it.")
    external_id = WordsField(max_length=200, help_text="Your own number of the return. " + NUMBER_HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["redemption"] is None) == (not attrs["sale"]):
            raise serializers.ValidationError({"redemption": [_("Name the redemption: by its id or by the sale.")]})
        return attrs


class AdjustBody(StrictSerializer):
    """What is given (above zero) or taken (below zero) by hand, and why."""

    points = PointsField()
    reason = ChoiceField(Why.values)
    words = WordsField(max_length=giving.LONGEST_WORDS, help_text="What happened; it stands in the ledger.")
    wallet = serializers.SlugField(max_length=20, required=False, default=MAIN, help_text=WALLET_HELP)
    external_id = WordsField(max_length=200, help_text=NUMBER_HELP)


class QuoteLineBody(StrictSerializer):
    """One article of a basket."""

    sku = WordsField(max_length=120)
    category = WordsField(max_length=200, help_text="Left out: the catalogue's.")
    quantity = ExactField(max_digits=14, decimal_places=3, min_value=ZERO, required=False, default=Decimal(1))
    unit_price = MoneyField(min_value=ZERO)
    discount = MoneyField(required=False, default=ZERO, min_value=ZERO)

    def validate(self, attrs: dict[str, Any]) -> Line:
        amount = max(attrs["quantity"] * attrs["unit_price"] - attrs["discount"], ZERO)
        return Line(attrs["sku"], attrs["category"], attrs["quantity"], amount)


class QuoteBody(StrictSerializer):
    """A basket that is not bought yet."""

    lines = QuoteLineBody(many=True, allow_empty=False, max_length=500)  # type: ignore[call-arg]  # of the list
    discount = MoneyField(required=False, default=ZERO, min_value=ZERO, help_text="Off the whole basket.")
    shipping = MoneyField(required=False, default=ZERO, min_value=ZERO)
    tax = MoneyField(required=False, default=ZERO, min_value=ZERO)
    total = MoneyField(
        required=False,
        allow_null=True,
        default=None,
        min_value=ZERO,
        help_text="What is to pay: tells whether the tax is inside the prices.",
    )
    rewards = MoneyField(
        required=False, default=ZERO, min_value=ZERO, help_text="How much of the discount is paid with rewards."
    )
    currency = CurrencyField(required=False, default="", help_text="Left out: the programme's.")
