"""REST: orders and their refunds."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.problems import Problem
from cdp.core.api.views import ApiViewSet
from commerce.api import answers, bodies, examples
from commerce.models import Order
from commerce.rules.revisions import Outcome
from commerce.selectors import orders as reading
from commerce.selectors.orders import DetailedRefund
from commerce.services import orders, refunds
from customers.selectors import lineage
from customers.services import identity
from customers.services.identity import resolving

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The order's id.")
CONFLICTS = {"refund_exists", "suppressed"}
FILTERS = {"customer", "external_id", "source"}


class OrderViewSet(ApiViewSet):
    """What customers bought."""

    scope = "orders"
    lookup_field = "id"
    serializer_class = answers.OrderAnswer
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset(FILTERS)}
    examples = examples.ORDERS

    @extend_schema(
        operation_id="orders_create",
        summary="Write an order",
        description="Unique on your source and `external_id`: the same again is 200, other content updates the order.",
        request=bodies.OrderBody,
        responses={
            201: OpenApiResponse(answers.OrderAnswer, description="New."),
            200: OpenApiResponse(answers.OrderAnswer, description="Known: the same, updated, or told too late."),
        },
    )
    def create(self, request: Request) -> Response:
        """Write one order."""
        now = timezone.now()
        body = bodies.OrderBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        try:
            written = orders.place(
                purchase=body.validated_data,
                source=self.source,
                actor=self.actor,
                now=now,
                teller=identity.Teller.ANSWERED,
            )
        except orders.UnableToWriteOrder as error:
            raise _problem(error.code, error.pointer, error.detail) from error
        except resolving.UnableToResolve as error:
            raise problems.busy() from error
        is_new = written.outcome is Outcome.CREATED
        return Response(_one(written.order), status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(
        operation_id="orders_list",
        summary="List orders, newest first",
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.UUID, description="Orders of this customer."),
            OpenApiParameter("external_id", str, description="The order of this number."),
            OpenApiParameter("source", str, description="Whose number it is; left out: the source of your key."),
        ],
        responses=answers.OrderAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of orders."""
        found = self._filtered(self.paginator.filters(request))  # type: ignore[union-attr]
        page = self.paginate_queryset(found) or []
        context.show(order.customer_id for order in page)
        return self.get_paginated_response([answers.order(one) for one in reading.detailed(page)])

    def _filtered(self, filters: dict[str, str]) -> Any:
        faults: list[dict[str, str]] = []
        if "source" in filters and "external_id" not in filters:
            faults.append({"pointer": "source", "detail": _("Only together with external_id.")})
        customers = None
        if "customer" in filters:
            try:
                customers = lineage.facts_under(uuid.UUID(filters["customer"]))
            except ValueError:
                faults.append({"pointer": "customer", "detail": _("Must be a UUID.")})
        if faults:
            raise problems.invalid_places(faults)
        if "external_id" in filters:
            found = reading.by_number(filters.get("source", self.source.key), filters["external_id"])
            return found if customers is None else found.filter(customer_id__in=customers)
        return reading.listed(customers=customers)

    @extend_schema(operation_id="orders_retrieve", summary="One order", parameters=[ID], responses=answers.OrderAnswer)
    def retrieve(self, request: Request, id: str) -> Response:
        """One order with its lines and refunds."""
        order = _order(id)
        context.show([order.customer_id])
        return Response(_one(order))

    @extend_schema(
        operation_id="orders_batch",
        summary="Write up to 1,000 orders",
        description="Each order has its own result; a bad one does not stop the others.",
        request=bodies.OrderBatchBody,
        responses=answers.OrderBatchAnswer,
    )
    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> Response:
        """Write many orders."""
        now = timezone.now()
        frame = bodies.OrderBatchFrame(data=request.data)
        frame.is_valid(raise_exception=True)
        told: list[Any] = frame.validated_data["orders"]
        reader = bodies.OrderBody(context={"now": now})
        purchases: dict[int, orders.Purchase] = {}
        results: dict[int, answers.Json] = {}
        for position, one in enumerate(told):
            try:
                purchases[position] = reader.run_validation(one)
            except serializers.ValidationError as error:
                faults = list(problems.places(error.detail, f"/orders/{position}"))
                results[position] = _failed(position, one, _invalid(faults))
        try:
            written = orders.place_many(
                purchases=list(purchases.values()),
                source=self.source,
                actor=self.actor,
                now=now,
                teller=identity.Teller.ANSWERED,
            )
        except resolving.UnableToResolve as error:
            raise problems.busy() from error
        for position, result in zip(purchases, written, strict=True):
            if isinstance(result, orders.UnableToWriteOrder):
                problem = _problem(result.code, f"/orders/{position}{result.pointer}", result.detail)
                results[position] = _failed(position, told[position], problem)
            else:
                results[position] = _done(position, result)
        in_order = [results[position] for position in range(len(told))]
        outcomes = [result.get("outcome") for result in in_order]
        counts = {outcome.value: outcomes.count(outcome.value) for outcome in Outcome}
        return Response({**counts, "failed": outcomes.count(None), "results": in_order})

    @extend_schema(
        operation_id="orders_refund",
        summary="Give money back for an order",
        description="Unique on your source and `external_id`: the same again is 200, other content is 409.",
        parameters=[ID],
        request=bodies.RefundBody,
        responses={
            201: OpenApiResponse(answers.RefundAnswer, description="New."),
            200: OpenApiResponse(answers.RefundAnswer, description="The same was there."),
        },
    )
    @action(detail=True, methods=["post"])
    def refunds(self, request: Request, id: str) -> Response:
        """Write one refund of an order."""
        order = _order(id)
        now = timezone.now()
        body = bodies.RefundBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        try:
            recorded = refunds.write(
                refund=body.validated_data, order=order, source=self.source, actor=self.actor, now=now
            )
        except refunds.RefundExists as error:
            raise problems.conflict(
                "refund_exists", _("This refund number belongs to a refund with other content."), id=str(error.refund)
            ) from error
        except refunds.UnableToWriteRefund as error:
            raise _problem(error.code, error.pointer, error.detail) from error
        refund = recorded.refund
        reason = reading.reasons_of([refund]).get(refund.id, "")
        answer = answers.refund(DetailedRefund(refund, list(recorded.lines), reason))
        return Response(answer, status=status.HTTP_201_CREATED if recorded.is_new else status.HTTP_200_OK)


def _order(text: str) -> Order:
    try:
        found = reading.find(uuid.UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise exceptions.NotFound(_("There is no such order."))
    return found


def _one(order: Order) -> answers.Json:
    (detailed,) = reading.detailed([order])
    return answers.order(detailed)


def _done(position: int, written: orders.Written) -> answers.Json:
    return {
        "index": position,
        "status": 201 if written.outcome is Outcome.CREATED else 200,
        "external_id": written.order.external_id,
        "id": str(written.order.id),
        "customer": answers.customer_of(written.order),
        "outcome": written.outcome.value,
    }


def _failed(position: int, told: Any, problem: Problem) -> answers.Json:
    named = told.get("external_id") if isinstance(told, dict) else None
    return {
        "index": position,
        "status": problem.status_code,
        **({"external_id": str(named)} if isinstance(named, str | int) else {}),
        "code": problem.code,
        "detail": str(problem.detail),
        "errors": problem.errors,
    }


def _invalid(faults: list[dict[str, str]]) -> Problem:
    return Problem("invalid", _("The order has invalid values."), errors=faults)


def _problem(code: str, pointer: str, detail: str) -> Problem:
    return Problem(
        code,
        detail,
        status_code=status.HTTP_409_CONFLICT if code in CONFLICTS else status.HTTP_422_UNPROCESSABLE_ENTITY,
        errors=[{"pointer": pointer, "detail": detail}],
    )
