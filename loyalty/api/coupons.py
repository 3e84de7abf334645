"""REST: coupons at the till and in the store's checkout."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import throttling
from cdp.core.api.authentication import key_of
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.problems import Problem, invalid
from cdp.core.api.views import ApiViewSet
from commerce.models import Order
from commerce.rules import money
from commerce.selectors import orders as reading_orders
from customers.rules.people import Person
from customers.selectors import lineage
from loyalty.api import answers, bodies, examples
from loyalty.api.whose import customer_of
from loyalty.models import Coupon
from loyalty.rules import benefit as benefits
from loyalty.rules.benefit import Basket, Benefit
from loyalty.rules.coupons import REASONS, Refusal
from loyalty.selectors import coupons as reading
from loyalty.selectors import promotions as reading_promotions
from loyalty.selectors.promotions import Found
from loyalty.services import coupons, promotions

CODE = OpenApiParameter(
    "code", str, OpenApiParameter.PATH, description="The code, in any case, with or without its dash."
)
STATES = ("open", "redeemed", "void", "expired", "all")
CUSTOMER = OpenApiParameter(
    "customer", OpenApiTypes.UUID, required=True, description="Whose: any id that was ever theirs."
)
STATE = OpenApiParameter("state", str, enum=STATES, description="Left out: what can be used now.")
PLACES = {
    Refusal.OTHER_PERSON: "/customer",
    Refusal.CURRENCY: "/currency",
    Refusal.AMOUNT_NEEDED: "/amount",
    Refusal.TOO_SMALL: "/amount",
    Refusal.LINES_NEEDED: "/lines",
    Refusal.NO_ARTICLE: "/lines",
    Refusal.CUSTOMER_NEEDED: "/customer",
}
"""Where in the body a reason belongs."""
OF_THE_BASKET = set(PLACES) - {Refusal.OTHER_PERSON}
"""What another body could mend: 422. The others are 409."""


GUESSES, GUESSES_A_SECOND = 60, 0.2
"""So many codes that nobody has are answered at once to one key, then one in five seconds: codes are money."""


class CouponViewSet(ApiViewSet):
    """Codes: personal coupons, words that everybody may use, and codes of a batch."""

    scope = "loyalty"
    reads_by_post: ClassVar[frozenset[str]] = frozenset({"quote"})
    pagination_class = SealedCursorPagination
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"customer", "state"})}
    lookup_field = "code"
    lookup_value_regex = "[^/]{1,60}"
    serializer_class = answers.CouponAnswer
    examples = examples.COUPONS

    @extend_schema(
        operation_id="coupons_list",
        summary="The coupons of one customer",
        description="Newest first: those that can be used now, or with `state` those that were redeemed, taken back,"
        " are over, or all. What the customer was as another id before is theirs. Public codes are nobody's own and do"
        " not stand here.",
        parameters=[CUSTOMER, STATE],
        responses=answers.CouponAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """What somebody has."""
        paginator = self.paginator
        assert paginator is not None, "the house has one"  # noqa: S101
        told, now = paginator.filters(request), timezone.now()  # type: ignore[attr-defined]
        if not told.get("customer"):
            raise invalid("customer", _("Say whose coupons."))
        state = told.get("state") or "open"
        if state not in STATES:
            raise invalid("state", _("One of: %(known)s.") % {"known": ", ".join(STATES)})
        found = customer_of(told["customer"])
        rows = paginator.paginate_queryset(reading.of(lineage.of(found), state, at=now), request, view=self) or []
        return paginator.get_paginated_response(answers.coupons_of(rows, at=now))

    @extend_schema(
        operation_id="coupons_retrieve", summary="One code", parameters=[CODE], responses=answers.CouponAnswer
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """What a code is worth and whether it still can be used."""
        found, now = self._found(code), timezone.now()
        if isinstance(found, Found):
            return Response(answers.promotion(found, at=now))
        context.show([found.customer_id])
        return Response(answers.coupon(found, at=now))

    @extend_schema(
        operation_id="coupons_quote",
        summary="What a code would take off",
        description="Nothing is written. `can_redeem` says whether `redeem` would take it, `why_not` with which code it"
        " would refuse. Without an amount or lines nothing is said of a discount.",
        parameters=[CODE],
        request=bodies.TryBody,
        responses=answers.TriedAnswer,
    )
    @action(detail=True, methods=["post"])
    def quote(self, request: Request, code: str) -> Response:
        """Judge a basket that is not paid yet."""
        found, now = self._found(code), timezone.now()
        body = bodies.TryBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        sale = self._sale({**body.validated_data, "order": None})
        if isinstance(found, Found):
            reason = promotions.obstacle(code=found, sale=sale, source=self.source, now=now)
            answer, benefit = answers.promotion(found, at=now), found.promotion.gives
        else:
            context.show([found.customer_id])
            reason = coupons.obstacle(coupon=found, sale=sale, source=self.source, now=now)
            answer, benefit = answers.coupon(found, at=now), found.gives
        answer |= _off(benefit, sale.basket) | {
            "can_redeem": reason is None,
            "why_not": reason and reason.value,
            "detail": str(REASONS[reason]) if reason else None,
        }
        return Response(answer)

    @extend_schema(
        operation_id="coupons_redeem",
        summary="Redeem a code",
        description="A personal coupon once, for its own customer; a public code as often as it may be, its sale named"
        " by `external_id`. 409 with the code `already_used`, `expired`, `not_first_order`, `other_person`, `voided`,"
        " `sold_out`, `limit_reached`, `not_yet`, `not_in_force` or `already_reversed`; 422 where the basket does not"
        " fit. Told again with the same `external_id` or order, the answer is the same and nothing happens twice."
        " 429 after many codes that nobody has.",
        parameters=[CODE],
        request=bodies.RedeemBody,
        responses={200: OpenApiResponse(answers.RedemptionAnswer, description="Redeemed.")},
    )
    @action(detail=True, methods=["post"])
    def redeem(self, request: Request, code: str) -> Response:
        """Take a code for a sale."""
        found, now = self._found(code), timezone.now()
        body = bodies.RedeemBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        sale = self._sale(body.validated_data)
        if isinstance(found, Found):
            return self._use(found, sale, now)
        try:
            redeemed = coupons.redeem(coupon=found, sale=sale, source=self.source, actor=self.actor, now=now)
        except coupons.UnknownBuyer as error:
            raise invalid("/customer", _("Name the buyer: we know no order of that number.")) from error
        except coupons.UnableToRedeem as error:
            raise _problem(error.reason) from error
        context.show([found.customer_id])
        return Response(answers.coupon(redeemed.coupon, at=now) | _off(redeemed.coupon.gives, sale.basket))

    def _use(self, found: Found, sale: coupons.Sale, now: datetime) -> Response:
        if not sale.reference:
            raise invalid("/external_id", _("Tell your own number of the sale: a code that many use is counted by it."))
        try:
            used = promotions.redeem(code=found, sale=sale, source=self.source, actor=self.actor, now=now)
        except coupons.UnableToRedeem as error:
            raise _problem(error.reason) from error
        again = reading_promotions.find(found.plain) or found
        benefit = benefits.known(used.use.benefit)
        return Response(answers.promotion(again, at=now, use=used.use) | _off(benefit, sale.basket))

    @extend_schema(
        operation_id="coupons_reverse",
        summary="Take the use of a code back",
        description="The sale came to nothing: a coupon can be used again for another one, a public code is counted"
        " once less. The number of that sale stays taken back. Told again, the answer is the same; 409 `not_redeemed`"
        " where the code was not redeemed for it.",
        parameters=[CODE],
        request=bodies.TakeBackBody,
        responses=answers.CouponAnswer,
    )
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, code: str) -> Response:
        """Give a use back."""
        found, now = self._found(code), timezone.now()
        body = bodies.TakeBackBody(data=request.data)
        body.is_valid(raise_exception=True)
        told = {"reference": body.validated_data["external_id"], "source": self.source, "actor": self.actor, "now": now}
        try:
            if isinstance(found, Found):
                promotions.reverse(code=found, **told)
                return Response(answers.promotion(reading_promotions.find(found.plain) or found, at=now))
            row = coupons.reverse(coupon=found, **told).coupon
        except coupons.UnableToRedeem as error:
            raise _problem(error.reason) from error
        context.show([row.customer_id])
        return Response(answers.coupon(row, at=now))

    def _found(self, code: str) -> Coupon | Found:
        """What a code means: a coupon of one person, else a promotion. Guesses become slow."""
        guesses = f"cdp:guesses:{key_of(self.request).id}"
        wait = throttling.take(guesses, rate=GUESSES_A_SECOND, burst=GUESSES, cost=0)
        if wait:
            raise exceptions.Throttled(wait)
        found = reading.find(code) or reading_promotions.find(code)
        if found is None:
            throttling.take(guesses, rate=GUESSES_A_SECOND, burst=GUESSES)
            raise exceptions.NotFound(_("There is no such coupon."))
        return found

    def _sale(self, told: dict[str, Any]) -> coupons.Sale:
        buyer, number = told["customer"], told.get("external_id") or ""
        order = _order(told["order"]) if told["order"] else None
        if order is None and number:
            order = reading_orders.by_number(self.source.key, number).first()
        basket = Basket(told["amount"], told["currency"] or settings.CDP_CURRENCY, told["lines"])
        if basket.whole is None and order is not None:
            basket = Basket(order.amount + order.discount, order.currency)
        is_person = isinstance(buyer, Person)
        return coupons.Sale(
            basket=basket,
            buyer=buyer if is_person else None,
            customer_id=None if is_person else buyer,
            order=order,
            reference=number or (order.external_id if order else ""),
        )


def _off(benefit: Benefit, basket: Basket) -> dict[str, Any]:
    digits = money.decimals(basket.currency)
    return answers.gives(benefits.judge(benefit, basket, digits=digits), basket.currency)


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
