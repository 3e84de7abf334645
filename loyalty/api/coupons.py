"""REST: coupons at the till and in the store's checkout."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api.problems import Problem, invalid
from cdp.core.api.views import ApiViewSet
from commerce.models import Order
from commerce.rules import money
from commerce.selectors import orders as reading_orders
from customers.rules.people import Person
from loyalty.api import answers, bodies, examples
from loyalty.models import Coupon
from loyalty.rules.benefit import Basket
from loyalty.rules.coupons import REASONS, Refusal, discount
from loyalty.selectors import coupons as reading
from loyalty.services import coupons

CODE = OpenApiParameter(
    "code", str, OpenApiParameter.PATH, description="The code, in any case, with or without its dash."
)
PLACES = {
    Refusal.OTHER_PERSON: "/customer",
    Refusal.CURRENCY: "/currency",
    Refusal.AMOUNT_NEEDED: "/amount",
    Refusal.TOO_SMALL: "/amount",
}
"""Where in the body a reason belongs."""
OF_THE_BASKET = {Refusal.CURRENCY, Refusal.AMOUNT_NEEDED, Refusal.TOO_SMALL}
"""What another body could mend: 422. The others are 409."""


class CouponViewSet(ApiViewSet):
    """Personal coupons."""

    scope = "loyalty"
    lookup_field = "code"
    lookup_value_regex = "[^/]{1,60}"
    serializer_class = answers.CouponAnswer
    examples = examples.COUPONS

    @extend_schema(
        operation_id="coupons_retrieve", summary="One coupon", parameters=[CODE], responses=answers.CouponAnswer
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """What a code is worth and whether it still can be used."""
        row = _coupon(code)
        context.show([row.customer_id])
        return Response(answers.coupon(row, at=timezone.now()))

    @extend_schema(
        operation_id="coupons_redeem",
        summary="Redeem a coupon",
        description="Once, for its own customer. 409 with the code `already_used`, `expired`, `not_first_order` or"
        " `other_person`; 422 where the basket does not fit. Told again with the same `external_id` or order, the"
        " answer is the same and nothing happens twice.",
        parameters=[CODE],
        request=bodies.RedeemBody,
        responses={200: OpenApiResponse(answers.RedemptionAnswer, description="Redeemed.")},
    )
    @action(detail=True, methods=["post"])
    def redeem(self, request: Request, code: str) -> Response:
        """Take a coupon for a sale."""
        row = _coupon(code)
        now = timezone.now()
        body = bodies.RedeemBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        sale = self._sale(body.validated_data)
        try:
            redeemed = coupons.redeem(coupon=row, sale=sale, source=self.source, actor=self.actor, now=now)
        except coupons.UnknownBuyer as error:
            raise invalid("/customer", _("Name the buyer: we know no order of that number.")) from error
        except coupons.UnableToRedeem as error:
            raise _problem(error.reason) from error
        context.show([row.customer_id])
        off = discount(reading.terms(redeemed.coupon), sale.basket, digits=money.decimals(sale.basket.currency))
        answer = answers.coupon(redeemed.coupon, at=now)
        return Response(answer | {"discount": None if off is None else money.text(off, sale.basket.currency)})

    def _sale(self, told: dict[str, Any]) -> coupons.Sale:
        buyer, number = told["customer"], told.get("external_id") or ""
        order = _order(told["order"]) if told["order"] else None
        if order is None and number:
            order = reading_orders.by_number(self.source.key, number).first()
        basket = Basket(told["amount"], told["currency"] or settings.CDP_CURRENCY)
        if basket.amount is None and order is not None:
            basket = Basket(order.amount + order.discount, order.currency)
        is_person = isinstance(buyer, Person)
        return coupons.Sale(
            basket=basket,
            buyer=buyer if is_person else None,
            customer_id=None if is_person else buyer,
            order=order,
            reference=number or (order.external_id if order else ""),
        )


def _coupon(code: str) -> Coupon:
    row = reading.find(code)
    if row is None:
        raise exceptions.NotFound(_("There is no such coupon."))
    return row


def _order(order_id: Any) -> Order:
    order = reading_orders.find(order_id)
    if order is None:
        raise invalid("/order", _("There is no such order."))
    return order


def _problem(reason: Refusal) -> Problem:
    pointer, detail = PLACES.get(reason, ""), REASONS[reason]
    code = status.HTTP_422_UNPROCESSABLE_ENTITY if reason in OF_THE_BASKET else status.HTTP_409_CONFLICT
    places = [{"pointer": pointer, "detail": str(detail)}] if pointer else []
    return Problem(reason.value, str(detail), status_code=code, errors=places)
