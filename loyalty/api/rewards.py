"""REST: the catalogue of rewards, as everybody sees it and as one member does."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.schema import Example, page
from cdp.core.api.views import ApiViewSet
from loyalty.api.account_answers import AmountField, amount
from loyalty.api.whose import customer_of
from loyalty.models import Reward, WalletType
from loyalty.rules.spending import REASONS, Refusal
from loyalty.selectors import benefits
from loyalty.selectors import rewards as reading
from loyalty.selectors.rewards import Offered

Json = dict[str, Any]
CUSTOMER = OpenApiParameter(
    "customer", OpenApiTypes.UUID, description="Whose eyes: what this member can have now. Left out: nobody's."
)


class RewardAnswer(serializers.Serializer[Any]):
    """One reward."""

    reward = serializers.CharField(help_text="Its key: name it to take it.")
    name = serializers.CharField(help_text="In the language of the call.")
    text = serializers.CharField(allow_blank=True)
    gives = serializers.CharField(help_text="What it gives, in one line.")
    benefit = serializers.JSONField(help_text="The same as data: see the guide “Rewards and codes”.")
    how = serializers.ChoiceField(Reward.How.values)
    wallet = serializers.CharField()
    cost = AmountField()
    left = serializers.IntegerField(allow_null=True, help_text="Pieces that are left; null: as many as are wanted.")
    each = serializers.IntegerField(allow_null=True, help_text="How often a member may have it, in each `per`.")
    per = serializers.ChoiceField(Reward.Per.values)
    position = serializers.IntegerField(help_text="Its place in the list that people see: smaller first.")
    tiers = serializers.ListField(child=serializers.CharField(), help_text="For these ranks only; empty: for all.")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    can_take = serializers.BooleanField(allow_null=True, help_text="Whether this member can have it now.")
    why_not = serializers.CharField(allow_null=True, help_text="A code: what a redemption would be refused with.")
    detail = serializers.CharField(allow_null=True, help_text="The same as a sentence.")
    missing = AmountField(allow_null=True, help_text="How much of the wallet is missing.")
    taken = serializers.IntegerField(allow_null=True, help_text="How often this member had it in the period.")


FREE_COFFEE: Json = {
    "reward": "free-coffee",
    "name": "Free coffee",
    "text": "Any size, also iced.",
    "gives": "Coffee for nothing, up to ฿80.00",
    "benefit": {"gives": "item", "of": {"categories": ["Coffee"]}, "most": "80", "currency": "THB"},
    "how": "voucher",
    "wallet": "points",
    "cost": 120,
    "left": 38,
    "each": 1,
    "per": "month",
    "position": 10,
    "tiers": [],
    "starts_at": None,
    "ends_at": "2027-01-01T00:00:00+07:00",
    "can_take": False,
    "why_not": "insufficient_points",
    "detail": "There are fewer points than that: 95 can be spent.",
    "missing": 25,
    "taken": 0,
}


class RewardViewSet(ApiViewSet):
    """Rewards that members take for their points. Taking one is `redeem` or `holds` of the account."""

    scope = "loyalty"
    serializer_class = RewardAnswer
    pagination_class = SealedCursorPagination
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"customer"})}
    examples: ClassVar[Mapping[str, Example]] = {"list": Example(response=page(FREE_COFFEE))}

    @extend_schema(
        operation_id="loyalty_rewards_list",
        summary="The catalogue of rewards",
        description="With `customer`: what this member can have now, and what stands in the way of the others.",
        parameters=[CUSTOMER],
        responses=RewardAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Everything that is given now or will be."""
        paginator = self.paginator
        assert paginator is not None, "the house has one"  # noqa: S101
        told, now = paginator.filters(request).get("customer"), timezone.now()  # type: ignore[attr-defined]
        who = customer_of(told) if told else None
        rows = paginator.paginate_queryset(reading.given(now), request, view=self) or []
        if who is not None:
            offered = reading.offered(rows, who, at=now)
        else:
            offered = [Offered(row, None, row.cost, 0) for row in rows]
        kinds = {kind.key: kind for kind in WalletType.objects.all()}
        names = benefits.names_of(one.reward.gives for one in offered)
        return paginator.get_paginated_response(
            [_reward(one, kinds, names, is_seen=who is not None) for one in offered]
        )


def _reward(one: Offered, kinds: Json, names: dict[str, str], *, is_seen: bool) -> Json:
    row, kind = one.reward, kinds.get(one.reward.wallet)
    detail = None
    if one.why is not None:
        available = row.cost - one.missing
        numbers = {"available": amount(available, kind)} if one.why is Refusal.INSUFFICIENT else {}
        detail = str(REASONS[one.why]) % numbers
    return {
        "reward": row.key,
        "name": reading.name(row.names, row.key),
        "text": reading.name(row.texts, ""),
        "gives": benefits.words(row.gives, names),
        "benefit": row.benefit,
        "how": row.how,
        "wallet": row.wallet,
        "cost": amount(row.cost, kind),
        "left": one.left,
        "each": row.each,
        "per": row.per,
        "position": row.position,
        "tiers": row.tiers,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "can_take": one.why is None if is_seen else None,
        "why_not": one.why.value if one.why else None,
        "detail": detail,
        "missing": amount(one.missing, kind) if is_seen else None,
        "taken": one.taken if is_seen else None,
    }
