"""REST: codes for the receipts of orders without a customer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api.fields import StrictSerializer
from cdp.core.api.problems import Problem, invalid
from cdp.core.api.schema import Example
from cdp.core.api.views import ApiViewSet
from commerce.selectors import orders
from loyalty.rules.receipts import REASONS, Refused
from loyalty.services import claims

ANSWER = {"code": "7KM3-P9XW-2QRT", "claim_until": "2026-12-20T16:30:00+07:00", "order": "T-1001"}


class ReceiptCodeBody(StrictSerializer):
    """Which order."""

    order = serializers.CharField(max_length=200, help_text="Your own number of it, as you told the order.")


class ReceiptCodeAnswer(serializers.Serializer[Any]):
    """What to print."""

    code = serializers.CharField(help_text="Whoever brings it on their card earns for this order. Good once.")
    claim_until = serializers.DateTimeField()
    order = serializers.CharField()


class ReceiptViewSet(ApiViewSet):
    """Codes on receipts of guests."""

    scope = "loyalty"
    serializer_class = ReceiptCodeAnswer
    examples: ClassVar[Mapping[str, Example]] = {"create": Example(request={"order": "T-1001"}, response=ANSWER)}

    @extend_schema(
        operation_id="loyalty_receipts_create",
        summary="A code for the receipt of a guest",
        description="For an order that you told without a customer. Asked again, it is the same code. 409"
        " `order_has_customer`, `claim_over` or `no_programme`.",
        request=ReceiptCodeBody,
        responses={200: OpenApiResponse(ReceiptCodeAnswer, description="The code.")},
    )
    def create(self, request: Request) -> Response:
        """A code to print."""
        body = ReceiptCodeBody(data=request.data)
        body.is_valid(raise_exception=True)
        number = body.validated_data["order"]
        order = orders.by_number(self.source.key, number).first()
        if order is None:
            raise invalid("/order", _("There is no such order."))
        try:
            printed = claims.print_code(order=order, now=timezone.now())
        except Refused as refused:
            detail = str(REASONS[refused.reason])
            raise Problem(refused.reason.value, detail, status_code=status.HTTP_409_CONFLICT) from refused
        return Response({"code": printed.code, "claim_until": printed.until, "order": number})
