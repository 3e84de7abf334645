"""What goes out: a coupon as JSON."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from cdp.core.crypto import subjects
from commerce.rules import money
from loyalty.models import Coupon
from loyalty.rules.benefit import Amount, Credit, Percent
from loyalty.selectors import benefits, coupons

Json = dict[str, Any]


class CouponAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    offer = serializers.CharField()
    state = serializers.ChoiceField(choices=["open", "redeemed", "void", "expired", "not_yet", "sold_out", "off"])
    customer = serializers.UUIDField(help_text="Whose it is; nobody else can use it.")
    benefit = serializers.JSONField(help_text="What it gives: see the guide “Rewards and codes”.")
    text = serializers.CharField(help_text="The same in one line, in the language of the call.")
    percent = serializers.CharField(allow_null=True)
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True, help_text="Of amount and minimum.")
    minimum = serializers.CharField(allow_null=True, help_text="The smallest basket.")
    first_order_only = serializers.BooleanField()
    issued_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()
    redeemed_at = serializers.DateTimeField(allow_null=True)
    redeemed_by = serializers.CharField(allow_null=True, help_text="The source that redeemed it.")
    order = serializers.UUIDField(allow_null=True)
    external_id = serializers.CharField(allow_null=True, help_text="The number of the sale, as told.")


class RedemptionAnswer(CouponAnswer):
    discount = serializers.CharField(allow_null=True, help_text="What comes off; null where no amount was told.")


def coupon(row: Coupon, *, at: datetime) -> Json:
    """One coupon with its code in clear."""
    gives = row.gives
    percent = gives.percent if isinstance(gives, Percent) else None
    amount = gives.amount if isinstance(gives, Amount | Credit) else None
    return {
        "code": coupons.code_of(row, subjects.load([row.customer_id])),
        "offer": row.offer,
        "state": coupons.state(row, at=at),
        "customer": str(row.customer_id),
        "benefit": row.benefit,
        "text": benefits.words(gives, benefits.names_of([gives])),
        "percent": None if percent is None else f"{percent.normalize():f}",
        "amount": _money(amount, gives.currency),
        "currency": gives.currency or None,
        "minimum": _money(gives.minimum, gives.currency),
        "first_order_only": row.is_first_order,
        "issued_at": row.issued_at,
        "valid_until": row.valid_until,
        "redeemed_at": row.redeemed_at,
        "redeemed_by": row.redeemed_by or None,
        "order": str(row.order_id) if row.order_id else None,
        "external_id": row.reference or None,
    }


def _money(value: Decimal | None, currency: str) -> str | None:
    return None if value is None else money.text(value, currency)
