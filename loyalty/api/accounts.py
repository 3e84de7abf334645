"""REST: what customers have in the loyalty programme: read, given, put aside, redeemed and taken back."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.problems import Problem
from cdp.core.api.views import ApiViewSet
from customers.selectors import lineage
from loyalty.api import account_answers as answers
from loyalty.api import account_bodies as bodies
from loyalty.api import account_examples
from loyalty.rules.adjusting import Why
from loyalty.rules.earning import Basket
from loyalty.rules.programme import MAIN, Staff
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import accounts, quotes, versions
from loyalty.services import giving, holds
from loyalty.services.tills import Asked

CUSTOMER = OpenApiParameter("customer", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The customer's id.")
HOLD = OpenApiParameter("hold", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The hold's id.")
POINTS_PLACES = {
    Refusal.NOT_POSITIVE,
    Refusal.NOT_WHOLE,
    Refusal.STEP,
    Refusal.SMALLEST,
    Refusal.MORE_THAN_HELD,
    Refusal.MORE_THAN_REDEEMED,
    Refusal.MORE_THAN_FITS,
}
PLACES = dict.fromkeys(POINTS_PLACES, "/points") | {
    Refusal.UNKNOWN_WALLET: "/wallet",
    Refusal.SEVERAL: "/wallet",
    Refusal.UNKNOWN_REWARD: "/reward",
    Refusal.WHOLE_REWARD: "/points",
    Refusal.BASKET: "/basket",
    Refusal.UNKNOWN_REDEMPTION: "/redemption",
}
"""Where in the body a reason belongs: what another body could mend is 422, the others are 409."""
Work = Callable[[Asked], holds.Done]


class AccountViewSet(ApiViewSet):
    """What a customer has in the loyalty programme."""

    scope = "loyalty"
    scopes_of: ClassVar[Mapping[str, str]] = {"adjust": "loyalty:adjust"}
    reads_by_post: ClassVar[frozenset[str]] = frozenset({"quote", "quote_guest"})
    lookup_field = "customer"
    serializer_class = answers.AccountAnswer
    pagination_class = SealedCursorPagination
    pages: ClassVar[frozenset[str]] = frozenset({"entries"})
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"entries": frozenset({"wallet"})}
    examples = account_examples.ACCOUNTS

    @extend_schema(
        operation_id="loyalty_accounts_retrieve",
        summary="What a customer has",
        description="Balances as of now: what has ended is left out and what waited long enough is in, whether or not a"
        " nightly job has booked it. Who takes no part has nothing.",
        parameters=[CUSTOMER],
        responses=answers.AccountAnswer,
    )
    def retrieve(self, request: Request, customer: str) -> Response:
        """One customer's wallets and tier."""
        who = _customer(customer)
        return Response(answers.account(who, at=timezone.now()))

    @extend_schema(
        operation_id="loyalty_accounts_entries",
        summary="What happened to a customer's wallets, newest first",
        parameters=[CUSTOMER, OpenApiParameter("wallet", str, description="Of this wallet only.")],
        responses=answers.LedgerEntryAnswer(many=True),
    )
    @action(detail=True, methods=["get"])
    def entries(self, request: Request, customer: str) -> Response:
        """A page of the ledger in words."""
        who = _customer(customer)
        paginator = self.paginator
        assert paginator is not None, "the house has one"  # noqa: S101
        told = paginator.filters(request)  # type: ignore[attr-defined]
        rows = paginator.paginate_queryset(accounts.entries(who, wallet=told.get("wallet", "")), request, view=self)
        return paginator.get_paginated_response(answers.entries(rows or []))

    @extend_schema(
        operation_id="loyalty_accounts_earn",
        summary="Give points",
        description="For what was earned elsewhere. It can be spent at once; who takes no part yet is enrolled. 409"
        " `left_the_programme` for who has left: nobody is made to come back.",
        parameters=[CUSTOMER],
        request=bodies.EarnBody,
        responses={
            201: OpenApiResponse(answers.GivenAnswer, description="Given."),
            200: OpenApiResponse(answers.GivenAnswer, description="Told before with this `external_id`."),
        },
    )
    @action(detail=True, methods=["post"])
    def earn(self, request: Request, customer: str) -> Response:
        """Give points at once."""
        told = _read(bodies.EarnBody, request)
        asked = self._asked(customer, told)
        with _refusing():
            done = giving.give(asked, told["points"], words=told["reason"])
        return self._given(asked, done)

    @extend_schema(
        operation_id="loyalty_accounts_adjust",
        summary="Give or take points by hand",
        description="Needs the scope `loyalty:adjust` and a reason. Nobody is left with less than nothing; 409"
        " `above_limit` for more than the programme lets one person decide alone.",
        parameters=[CUSTOMER],
        request=bodies.AdjustBody,
        responses={
            201: OpenApiResponse(answers.GivenAnswer, description="Adjusted."),
            200: OpenApiResponse(answers.GivenAnswer, description="Told before with this `external_id`."),
        },
    )
    @action(detail=True, methods=["post"])
    def adjust(self, request: Request, customer: str) -> Response:
        """Give or take points with a reason."""
        told = _read(bodies.AdjustBody, request)
        asked = self._asked(customer, told)
        version = versions.in_force(asked.now)
        limit = (version.programme.staff if version else Staff()).alone
        with _refusing():
            done = giving.adjust(asked, told["points"], why=Why(told["reason"]), words=told["words"], limit=limit)
        return self._given(asked, done)

    @extend_schema(
        operation_id="loyalty_accounts_redeem",
        summary="Redeem points, or take a reward",
        description="409 with the code `insufficient_points` and `available` where there are fewer. A `reward`"
        " costs what the catalogue says; 409 `sold_out`, `limit_reached`, `tier_needed`, `not_yet` or `ended` where it"
        " cannot be had. A voucher comes as `coupon`, at once and whenever it is told again.",
        parameters=[CUSTOMER],
        request=bodies.SpendBody,
        responses={
            201: OpenApiResponse(answers.PointsRedemptionAnswer, description="Redeemed."),
            200: OpenApiResponse(answers.PointsRedemptionAnswer, description="Told before with this `external_id`."),
        },
    )
    @action(detail=True, methods=["post"])
    def redeem(self, request: Request, customer: str) -> Response:
        """Spend points at once."""
        told = _read(bodies.SpendBody, request)
        return self._done(
            self._asked(customer, told),
            lambda asked: holds.redeem(asked, told["points"], reward=told["reward"], basket=told["basket"]),
        )

    @extend_schema(
        operation_id="loyalty_accounts_hold",
        summary="Put points aside",
        description="For a sale that is under way: capture redeems them, release gives them back, and after their time"
        " they go back by themselves. 409 with the code `insufficient_points` where there are fewer.",
        parameters=[CUSTOMER],
        request=bodies.HoldBody,
        responses={
            201: OpenApiResponse(answers.PointsRedemptionAnswer, description="Put aside."),
            200: OpenApiResponse(answers.PointsRedemptionAnswer, description="Told before with this `external_id`."),
        },
    )
    @action(detail=True, methods=["post"], url_path="holds", url_name="holds")
    def hold(self, request: Request, customer: str) -> Response:
        """Put points aside."""
        told = _read(bodies.HoldBody, request)
        return self._done(
            self._asked(customer, told),
            lambda asked: holds.hold(
                asked, told["points"], minutes=told["minutes"], reward=told["reward"], basket=told["basket"]
            ),
        )

    @extend_schema(
        operation_id="loyalty_accounts_capture",
        summary="Redeem what was put aside",
        description="All of it or a part; the rest goes back. 409 `already_released`, `hold_expired`,"
        " `already_captured` (with another number) and `foreign_hold`.",
        parameters=[CUSTOMER, HOLD],
        request=bodies.CaptureBody,
        responses=answers.PointsRedemptionAnswer,
    )
    @action(detail=True, methods=["post"], url_path=r"holds/(?P<hold>[0-9a-fA-F-]{36})/capture", url_name="capture")
    def capture(self, request: Request, customer: str, hold: str) -> Response:
        """Redeem a hold."""
        told = _read(bodies.CaptureBody, request)
        asked = self._asked(customer, {})
        return self._done(asked, lambda asked: holds.capture(asked, _id(hold), told["points"]), made=False)

    @extend_schema(
        operation_id="loyalty_accounts_release",
        summary="Give back what was put aside",
        parameters=[CUSTOMER, HOLD],
        request=bodies.NothingMoreBody,
        responses=answers.PointsRedemptionAnswer,
    )
    @action(detail=True, methods=["post"], url_path=r"holds/(?P<hold>[0-9a-fA-F-]{36})/release", url_name="release")
    def release(self, request: Request, customer: str, hold: str) -> Response:
        """Release a hold."""
        _read(bodies.NothingMoreBody, request)
        return self._done(self._asked(customer, {}), lambda asked: holds.release(asked, _id(hold)), made=False)

    @extend_schema(
        operation_id="loyalty_accounts_reverse",
        summary="Take a redemption back",
        description="What was paid with points came back: they go to the very lots they were of, and can be spent for"
        " the programme's days of grace where those have ended. Never more than was redeemed: 409 `already_reversed`"
        " once nothing is left.",
        parameters=[CUSTOMER],
        request=bodies.ReverseBody,
        responses={
            201: OpenApiResponse(answers.PointsRedemptionAnswer, description="Given back."),
            200: OpenApiResponse(answers.PointsRedemptionAnswer, description="Told before with this `external_id`."),
        },
    )
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, customer: str) -> Response:
        """Give redeemed points back."""
        told = _read(bodies.ReverseBody, request)
        asked = self._asked(customer, {"external_id": told["external_id"]})
        redemption = told["redemption"] or _redemption_of(asked, told["sale"], told["wallet"])
        return self._done(asked, lambda asked: holds.reverse(asked, redemption, told["points"]))

    @extend_schema(
        operation_id="loyalty_accounts_quote",
        summary="What a basket would earn",
        description="Nothing is written: points by wallet and line by the programme in force, with what each rule did.",
        parameters=[CUSTOMER],
        request=bodies.QuoteBody,
        responses=answers.BasketQuoteAnswer,
    )
    @action(detail=True, methods=["post"])
    def quote(self, request: Request, customer: str) -> Response:
        """Judge a basket that is not bought yet."""
        who = _customer(customer)
        return Response(answers.quote(_quoted(who, request), customer=who))

    @extend_schema(
        operation_id="loyalty_accounts_quote_guest",
        summary="What a basket would earn somebody who joined",
        description="For a guest whom nobody knows yet: as for a member without a tier. Nothing is written.",
        request=bodies.QuoteBody,
        responses=answers.BasketQuoteAnswer,
    )
    @action(detail=False, methods=["post"], url_path="quote")
    def quote_guest(self, request: Request) -> Response:
        """Judge the basket of a guest."""
        return Response(answers.quote(_quoted(None, request), customer=None))

    def _asked(self, customer: str, told: Mapping[str, Any]) -> Asked:
        return Asked(
            customer=_customer(customer),
            actor=self.actor,
            now=timezone.now(),
            source=self.source.key,
            wallet=told.get("wallet", MAIN),
            reference=told.get("external_id", ""),
        )

    def _done(self, asked: Asked, work: Work, *, made: bool = True) -> Response:
        with _refusing():
            done = work(asked)
        answer = answers.redemption(done)
        is_new = made and not done.is_repeated
        return Response(answer, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    def _given(self, asked: Asked, done: giving.Given) -> Response:
        answer = answers.given(done, customer=asked.customer, wallet=asked.wallet)
        return Response(answer, status=status.HTTP_200_OK if done.is_repeated else status.HTTP_201_CREATED)


def _read(kind: type[Any], request: Request) -> Mapping[str, Any]:
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    found: Mapping[str, Any] = body.validated_data
    return found


def _quoted(who: uuid.UUID | None, request: Request) -> quotes.Quote | None:
    told = dict(_read(bodies.QuoteBody, request))
    currency = told.pop("currency")
    found = quotes.quote(who, Basket(timezone.localtime(), **told))
    if found and currency and currency != found.programme.currency:
        detail = _("The programme counts in %(currency)s.") % {"currency": found.programme.currency}
        raise problems.invalid("/currency", detail)
    return found


def _customer(text: str) -> uuid.UUID:
    """The person that id means today: of a merged one the survivor."""
    try:
        found = lineage.get(uuid.UUID(text)).customer.id
    except (ValueError, lineage.Unknown) as error:
        raise exceptions.NotFound(_("There is no such customer.")) from error
    except lineage.Erased as error:
        raise problems.erased() from error
    context.show([found])
    return found


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise exceptions.NotFound from error


def _redemption_of(asked: Asked, sale: str, wallet: str) -> uuid.UUID:
    with _refusing():
        found = accounts.redemption(asked.customer, source=asked.source, reference=sale, wallet=wallet)
    if found is None:
        raise refused(Refused(Refusal.UNKNOWN_REDEMPTION))
    return found


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns what the services refuse into problems."""
    try:
        yield
    except Refused as error:
        raise refused(error) from error
    except lineage.Erased as error:  # between our look and our lock
        raise problems.erased() from error


def refused(error: Refused) -> Problem:
    """A refusal as problem: 404 for a hold that nobody has, 422 for what another body could mend, else 409."""
    reason, words = error.reason, error.words
    if reason is Refusal.UNKNOWN_HOLD:
        return Problem(reason.value, words, status_code=status.HTTP_404_NOT_FOUND)
    if reason in PLACES:
        return Problem(reason.value, words, errors=[{"pointer": PLACES[reason], "detail": words}])
    return problems.conflict(reason.value, words, **{name: _number(value) for name, value in error.numbers.items()})


def _number(value: object) -> object:
    """A whole number as such, for points; money as text."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"
