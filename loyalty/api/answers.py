"""What goes out: a coupon as JSON."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from cdp.core.crypto import subjects
from commerce.rules import money
from loyalty.models import Coupon, PromotionUse
from loyalty.rules import benefit
from loyalty.rules import promotions as rules
from loyalty.rules.benefit import Amount, Benefit, Credit, Gives, Percent
from loyalty.selectors import benefits, coupons, promotions
from loyalty.selectors.promotions import Found

Json = dict[str, Any]


class CouponAnswer(serializers.Serializer[Any]):
    code = serializers.CharField()
    kind = serializers.ChoiceField(
        choices=["personal", "word", "batch"],
        help_text="Of one person; words that everybody may use; one of a batch for one use each.",
    )
    offer = serializers.CharField(help_text="The key of the offer, reward or promotion that it comes from.")
    state = serializers.ChoiceField(choices=["open", "redeemed", "void", "expired", "not_yet", "sold_out", "off"])
    customer = serializers.UUIDField(
        allow_null=True, help_text="Whose it is; nobody else can use it. Null: it is nobody's own."
    )
    benefit = serializers.JSONField(help_text="What it gives: see the guide “Rewards and codes”.")
    text = serializers.CharField(help_text="The same in one line, in the language of the call.")
    percent = serializers.CharField(allow_null=True)
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True, help_text="Of amount and minimum.")
    minimum = serializers.CharField(allow_null=True, help_text="The smallest basket.")
    first_order_only = serializers.BooleanField()
    issued_at = serializers.DateTimeField()
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True, help_text="Null: without an end.")
    left = serializers.IntegerField(allow_null=True, help_text="How often it can be used yet; null: without a limit.")
    each = serializers.IntegerField(allow_null=True, help_text="How often by each customer; null: without a limit.")
    redeemed_at = serializers.DateTimeField(allow_null=True)
    redeemed_by = serializers.CharField(allow_null=True, help_text="The source that redeemed it.")
    order = serializers.UUIDField(allow_null=True)
    external_id = serializers.CharField(allow_null=True, help_text="The number of the sale, as told.")


class RedemptionAnswer(CouponAnswer):
    discount = serializers.CharField(allow_null=True, help_text="What comes off; null where no amount was told.")
    by_line = serializers.ListField(
        child=serializers.CharField(), help_text="The same by line, in their order; they add up to it."
    )


class TriedAnswer(RedemptionAnswer):
    """What a code would do; nothing is written."""

    can_redeem = serializers.BooleanField()
    why_not = serializers.CharField(allow_null=True, help_text="What `redeem` would refuse it with.")
    detail = serializers.CharField(allow_null=True, help_text="The same as a sentence.")


def coupon(row: Coupon, *, at: datetime) -> Json:
    """One coupon with its code in clear."""
    return coupons_of([row], at=at)[0]


def coupons_of(rows: Sequence[Coupon], *, at: datetime) -> list[Json]:
    """Some coupons with their codes in clear: keys are read once for all."""
    keyring = subjects.load({row.customer_id for row in rows})
    names = benefits.names_of(row.gives for row in rows)
    return [_coupon(row, keyring, names, at) for row in rows]


def _coupon(row: Coupon, keyring: subjects.Keyring, names: dict[str, str], at: datetime) -> Json:
    return _benefit(row.gives, names) | {
        "code": coupons.code_of(row, keyring),
        "kind": "personal",
        "offer": row.offer,
        "state": coupons.state(row, at=at),
        "customer": str(row.customer_id),
        "first_order_only": row.is_first_order,
        "issued_at": row.issued_at,
        "valid_from": None,
        "valid_until": row.valid_until,
        "left": None,
        "each": None,
        "redeemed_at": row.redeemed_at,
        "redeemed_by": row.redeemed_by or None,
        "order": str(row.order_id) if row.order_id else None,
        "external_id": row.reference or None,
    }


def promotion(found: Found, *, at: datetime, use: PromotionUse | None = None) -> Json:
    """One code that is nobody's own, and the use that was asked for."""
    row = found.promotion
    terms = promotions.terms(row)
    used = use if use and use.reversed_at is None else None
    return _benefit(row.gives, benefits.names_of([row.gives])) | {
        "code": found.shown,
        "kind": row.kind,
        "offer": row.key,
        "state": rules.state(terms, at=at, is_used=found.is_used),
        "customer": None,
        "first_order_only": row.is_first_order,
        "issued_at": row.created_at,
        "valid_from": row.starts_at,
        "valid_until": row.ends_at,
        "left": terms.left,
        "each": row.each,
        "redeemed_at": used and used.used_at,
        "redeemed_by": used and used.source,
        "order": str(used.order_id) if used and used.order_id else None,
        "external_id": used and used.reference,
    }


def gives(found: Gives, currency: str) -> Json:
    """What comes off a basket."""
    return {
        "discount": None if found.off is None else money.text(found.off, currency),
        "by_line": [money.text(part, currency) for part in found.lines],
    }


def _benefit(gives: Benefit, names: dict[str, str]) -> Json:
    percent = gives.percent if isinstance(gives, Percent) else None
    amount = gives.amount if isinstance(gives, Amount | Credit) else None
    return {
        "benefit": benefit.written(gives),
        "text": benefits.words(gives, names),
        "percent": None if percent is None else f"{percent.normalize():f}",
        "amount": _money(amount, gives.currency),
        "currency": gives.currency or None,
        "minimum": _money(gives.minimum, gives.currency),
    }


def _money(value: Decimal | None, currency: str) -> str | None:
    return None if value is None else money.text(value, currency)
