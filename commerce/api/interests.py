"""REST: who wants to hear when an article is there again."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.problems import Problem
from cdp.core.api.views import ApiViewSet
from commerce.api import answers, bodies, examples
from commerce.selectors import wishes as reading
from commerce.services import interest
from customers.selectors import lineage
from customers.services.identity import resolving

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The interest's id.")


class StockInterestViewSet(ApiViewSet):
    """Articles that customers wait for."""

    scope = "orders"
    lookup_field = "id"
    serializer_class = answers.StockInterestAnswer
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"customer", "sku"})}
    examples = examples.INTERESTS

    @extend_schema(
        operation_id="stock_interests_create",
        summary="Somebody wants to hear when an article is back in stock",
        description="One per customer and article: asked again it is 200, after it ended it begins anew. It is no "
        "consent to marketing; of somebody known nothing else is changed.",
        request=bodies.StockInterestBody,
        responses={
            201: OpenApiResponse(answers.StockInterestAnswer, description="New, or begun anew."),
            200: OpenApiResponse(answers.StockInterestAnswer, description="Known."),
        },
    )
    def create(self, request: Request) -> Response:
        """Note one interest."""
        now = timezone.now()
        body = bodies.StockInterestBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        try:
            told = interest.tell(wanted=body.validated_data, source=self.source, actor=self.actor, now=now)
        except interest.UnableToNote as error:
            code = status.HTTP_409_CONFLICT if error.code == "suppressed" else status.HTTP_422_UNPROCESSABLE_ENTITY
            places = [{"pointer": "/customer", "detail": str(error)}]
            raise Problem(error.code, str(error), status_code=code, errors=places) from error
        except resolving.UnableToResolve as error:
            raise problems.busy() from error
        context.show([told.interest.customer_id])
        answered = status.HTTP_201_CREATED if told.is_new else status.HTTP_200_OK
        return Response(answers.stock_interest(told.interest), status=answered)

    @extend_schema(
        operation_id="stock_interests_list",
        summary="Who waits for an article, or what a customer waits for, newest first",
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.UUID, description="What this customer waits for."),
            OpenApiParameter("sku", str, description="Who waits for this article."),
        ],
        responses=answers.StockInterestAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of open interests."""
        filters = self.paginator.filters(request)  # type: ignore[union-attr]
        if not filters:
            raise problems.invalid("customer", _("Name the customer or the article."))
        customers = None
        if "customer" in filters:
            try:
                customers = lineage.facts_under(uuid.UUID(filters["customer"]))
            except ValueError as error:
                raise problems.invalid("customer", _("Must be a UUID.")) from error
        page: list[Any] = self.paginate_queryset(reading.waiting(customers=customers, sku=filters.get("sku"))) or []
        context.show(one.customer_id for one in page)
        return self.get_paginated_response([answers.stock_interest(one) for one in page])

    @extend_schema(
        operation_id="stock_interests_end",
        summary="It was said, bought or is no longer wanted",
        description="Ended again is 204 as well.",
        parameters=[ID],
        responses={204: None},
    )
    def destroy(self, request: Request, id: str) -> Response:
        """End one interest."""
        try:
            interest.end_one(interest=uuid.UUID(id), actor=self.actor, now=timezone.now())
        except (ValueError, interest.UnableToNote) as error:
            raise exceptions.NotFound(_("There is no such interest.")) from error
        return Response(status=status.HTTP_204_NO_CONTENT)
