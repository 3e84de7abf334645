"""What goes out: what somebody has, and what happened to it, as JSON."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cdp.core.crypto import subjects
from commerce.rules import money
from loyalty.models import Act, Coupon, Hold, Member, WalletType
from loyalty.rules.programme import MAIN
from loyalty.rules.purse import ZERO
from loyalty.selectors import accounts, coupons, households, quotes
from loyalty.selectors.accounts import Standing
from loyalty.selectors.quotes import Quote
from loyalty.services.holds import Done

Json = dict[str, Any]
KIND = WalletType.Kind


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class AmountField(serializers.Field[Any, Any, Any, Any]):
    """Points and stamps as a whole number, money as a decimal string."""


class WalletAnswer(serializers.Serializer[Any]):
    """One wallet."""

    wallet = serializers.CharField()
    kind = serializers.ChoiceField(KIND.values)
    currency = serializers.CharField(allow_null=True, help_text="Of store credit.")
    balance = AmountField(
        help_text="What can be spent; below zero only where the programme wants that of what is owed."
    )
    pending = AmountField(help_text="What can be spent later.")
    held = AmountField(help_text="What is put aside for sales under way.")
    owed = AmountField(help_text="What the next earnings pay first.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When something of it ends next.")
    expiring = AmountField(help_text="How much ends then.")


class HouseholdAnswer(serializers.Serializer[Any]):
    """Members who share a wallet: whoever of them spends may spend of all."""

    members = serializers.IntegerField(help_text="How many share, this one too.")
    own = serializers.IntegerField(help_text="How many points of `balance` this one earned.")


class AccountAnswer(serializers.Serializer[Any]):
    """What a customer has. Balances are as of now, whatever was booked."""

    customer = serializers.UUIDField()
    is_member = serializers.BooleanField()
    joined_at = serializers.DateTimeField(allow_null=True)
    tier = serializers.CharField(allow_null=True)
    balance = serializers.IntegerField(help_text="Points that can be spent, as `balance` of their wallet.")
    pending = serializers.IntegerField(help_text="Points that can be spent later.")
    held = serializers.IntegerField(help_text="Points put aside for sales under way.")
    stamps = serializers.IntegerField(help_text="Stamps on all cards.")
    store_credit = serializers.CharField(help_text="Credit in `currency`.")
    currency = serializers.CharField(help_text="The shop's.")
    household = HouseholdAnswer(allow_null=True, help_text="Null for who shares with nobody.")
    wallets = WalletAnswer(many=True)


class LedgerEntryAnswer(serializers.Serializer[Any]):
    """One thing that happened to a wallet."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(Act.Kind.values)
    wallet = serializers.CharField()
    points = AmountField(help_text="By how much what they have changed in all: waiting, to spend, put aside.")
    balance_change = AmountField(help_text="By how much what can be spent changed.")
    reason = serializers.CharField(allow_null=True, help_text="A code: why it was adjusted or taken back.")
    words = serializers.CharField(allow_null=True, help_text="What was written beside it.")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    external_id = serializers.CharField(allow_null=True, help_text="The number it was told with.")
    fact = serializers.UUIDField(allow_null=True, help_text="The order, redemption or answer that it is about.")


class QuotedAnswer(serializers.Serializer[Any]):
    """What would go into one wallet."""

    wallet = serializers.CharField()
    points = AmountField()
    by_line = serializers.ListField(child=AmountField(), help_text="For each line of the basket, in its order.")


class ReasonAnswer(serializers.Serializer[Any]):
    """What one rule or bonus did, or why it did nothing."""

    rule = serializers.CharField()
    name = serializers.CharField(help_text="In the reader's language.")
    wallet = serializers.CharField()
    points = AmountField()
    why_not = serializers.CharField(allow_null=True, help_text="A code, where it gave nothing.")
    detail = serializers.CharField(allow_null=True, help_text="The same in a sentence.")


class BasketQuoteAnswer(serializers.Serializer[Any]):
    """What a basket would earn, and why."""

    customer = serializers.UUIDField(allow_null=True, help_text="Null for a guest.")
    is_member = serializers.BooleanField(help_text="Who takes no part earns it only once they have joined.")
    points = serializers.IntegerField()
    most_points = serializers.IntegerField(help_text="How many points could be spent on it: by balance and programme.")
    wallets = QuotedAnswer(many=True)
    reasons = ReasonAnswer(many=True)


class GivenAnswer(serializers.Serializer[Any]):
    """What was given or taken."""

    id = serializers.UUIDField(help_text="Of the entry.")
    customer = serializers.UUIDField()
    wallet = serializers.CharField()
    points = AmountField()
    balance = AmountField(help_text="What can be spent now.")


class BoughtAnswer(serializers.Serializer[Any]):
    """A coupon that was bought with points."""

    code = serializers.CharField()
    valid_until = serializers.DateTimeField()


class PointsRedemptionAnswer(serializers.Serializer[Any]):
    """Points put aside or redeemed."""

    id = serializers.UUIDField()
    customer = serializers.UUIDField()
    wallet = serializers.CharField()
    state = serializers.ChoiceField(Hold.State.values)
    points = AmountField(help_text="How much was put aside.")
    redeemed = AmountField(help_text="How much of it was redeemed.")
    reversed = AmountField(help_text="How much of that was given back since.")
    value = serializers.CharField(allow_null=True, help_text="What the redeemed is worth, if a price is set.")
    currency = serializers.CharField(allow_null=True)
    reward = serializers.CharField(allow_null=True, help_text="The key of the reward that was taken.")
    benefit = serializers.JSONField(allow_null=True, help_text="What that reward gave then.")
    coupon = BoughtAnswer(allow_null=True, help_text="The coupon that it came as.")
    until = serializers.DateTimeField(allow_null=True, help_text="When it goes back by itself, while it is open.")
    external_id = serializers.CharField(allow_null=True, help_text="The number of the sale, as told.")
    balance = AmountField(help_text="What can be spent now.")


def amount(value: Decimal, kind: WalletType | None) -> int | str:
    """A number as its wallet counts: whole, or as money."""
    if kind is not None and kind.currency:
        return money.text(value, kind.currency)
    return int(value)


def account(customer: uuid.UUID, *, at: datetime) -> Json:
    """What somebody who stands for themselves has at that moment."""
    found = accounts.standings(customer, at=at)
    points = next((one for one in found if one.wallet.key == MAIN), None)
    credit = [one.balance for one in found if one.wallet.currency == settings.CDP_CURRENCY]
    member = Member.objects.filter(customer_id=customer, left_at__isnull=True).first()
    return {
        "customer": str(customer),
        "is_member": member is not None,
        "joined_at": member and member.joined_at,
        "tier": (member.tier or None) if member else None,
        "balance": int(points.balance) if points else 0,
        "pending": int(points.pending) if points else 0,
        "held": int(points.held) if points else 0,
        "stamps": int(sum((one.balance for one in found if one.wallet.kind == KIND.STAMPS), ZERO)),
        "store_credit": money.text(sum(credit, ZERO), settings.CDP_CURRENCY),
        "currency": settings.CDP_CURRENCY,
        "household": _household(customer, at),
        "wallets": [_wallet(one) for one in found],
    }


def _household(customer: uuid.UUID, at: datetime) -> Json | None:
    others = households.others(customer)
    if not others:
        return None
    own = next((one.balance for one in accounts.own(customer, at=at) if one.wallet.key == MAIN), ZERO)
    return {"members": len(others) + 1, "own": int(own)}


def _wallet(one: Standing) -> Json:
    numbers = {"balance": one.balance, "pending": one.pending, "held": one.held, "owed": one.owed}
    return {
        "wallet": one.wallet.key,
        "kind": one.wallet.kind,
        "currency": one.wallet.currency or None,
        **{name: amount(value, one.wallet) for name, value in numbers.items()},
        "expires_at": one.ends_at,
        "expiring": amount(one.ending, one.wallet),
    }


def entries(rows: Sequence[Act]) -> list[Json]:
    """A page of what happened."""
    kinds = {kind.key: kind for kind in WalletType.objects.all()}
    effects = accounts.effects(rows)
    keyring = subjects.load({row.customer_id for row in rows if row.words})
    return [
        {
            "id": str(row.id),
            "at": row.at,
            "kind": row.kind,
            "wallet": row.wallet,
            "points": amount(row.change, kinds.get(row.wallet)),
            "balance_change": amount(effects[row.id], kinds.get(row.wallet)),
            "reason": row.reason or None,
            "words": keyring.open(row.words, table="loyalty_act", column="words", row=row.id) or None,
            "source": row.source or None,
            "external_id": (row.details or {}).get("reference"),
            "fact": str(row.fact_id) if row.fact_id else None,
        }
        for row in rows
    ]


def given(done: Any, *, customer: uuid.UUID, wallet: str) -> Json:
    """What was given or taken (`services.giving.Given`)."""
    kind = accounts.wallet(wallet)
    return {
        "id": str(done.act.id),
        "customer": str(customer),
        "wallet": wallet,
        "points": amount(done.points, kind),
        "balance": amount(done.available, kind),
    }


def redemption(done: Done) -> Json:
    """Points put aside or redeemed, and what can be spent now."""
    row, kind = done.hold, done.wallet
    value, currency = (None, "") if row.reward else done.worth
    return {
        "id": str(row.id),
        "customer": str(row.customer_id),
        "wallet": row.wallet,
        "state": row.state,
        "points": amount(row.amount, kind),
        "redeemed": amount(row.captured, kind),
        "reversed": amount(row.restored, kind),
        "value": None if value is None else money.text(value, currency),
        "currency": currency or None,
        "reward": row.reward or None,
        "benefit": row.gave["benefit"] if row.gave else None,
        "coupon": _bought(row),
        "until": row.until if row.state == Hold.State.OPEN else None,
        "external_id": row.reference or None,
        "balance": amount(done.available, kind),
    }


def _bought(row: Hold) -> Json | None:
    """The coupon that a reward came as."""
    if not row.reward or row.state != Hold.State.CAPTURED:
        return None
    found = Coupon.objects.filter(customer_id=row.customer_id, given_for=row.id, voided_at=None).first()
    if found is None:
        return None
    keyring = subjects.load([found.customer_id])
    return {"code": coupons.code_of(found, keyring), "valid_until": found.valid_until}


def quote(found: Quote | None, *, customer: uuid.UUID | None) -> Json:
    """What a basket would earn; nothing without a programme."""
    answer: Json = {"customer": customer and str(customer), "is_member": False, "points": 0, "most_points": 0}
    answer |= {"wallets": [], "reasons": []}
    if found is None:
        return answer
    kinds = {kind.key: kind for kind in WalletType.objects.all()}
    names = {part.key: part.names for part in (*found.programme.rules, *found.programme.bonuses)}
    wallets = found.judged.wallets
    return answer | {
        "is_member": found.is_member,
        "most_points": int(found.most_points),
        "points": int(wallets[MAIN].points) if MAIN in wallets else 0,
        "wallets": [
            {
                "wallet": key,
                "points": amount(worth.points, kinds.get(key)),
                "by_line": [amount(part, kinds.get(key)) for part in worth.lines],
            }
            for key, worth in wallets.items()
        ],
        "reasons": [
            {
                "rule": reason.rule,
                "name": _named(names.get(reason.rule, {}), reason.rule),
                "wallet": reason.wallet,
                "points": amount(reason.points, kinds.get(reason.wallet)),
                "why_not": reason.why_not and reason.why_not.value,
                "detail": str(quotes.WHY_NOT[reason.why_not]) if reason.why_not else None,
            }
            for reason in found.judged.reasons
        ],
    }


def _named(names: Mapping[Any, str], key: str) -> str:
    """In the reader's language, else in English, else by its key."""
    return names.get((translation.get_language() or "en")[:2]) or names.get("en") or key
