"""REST: what is known about one customer in figures. The path is the customer's, the knowledge is this room's."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import answers
from analytics.selectors import metrics, segments
from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.views import ApiViewSet
from consent.selectors import profiling
from customers.selectors import lineage

CUSTOMER = OpenApiParameter("customer_id", uuid.UUID, OpenApiParameter.PATH, description="The customer.")


class CustomerMetricsViewSet(ApiViewSet):
    """`GET customers/{id}/metrics`."""

    scope = "customers"
    pagination_class = None

    @extend_schema(
        operation_id="customers_metrics",
        summary="Metrics of a customer",
        description="Money is a decimal string in `currency`; days count calendar days of the shop's time zone.",
        parameters=[CUSTOMER],
        responses=answers.MetricsAnswer,
    )
    def list(self, request: Request, customer_id: str) -> Response:
        """All metrics, now."""
        customer = _customer(customer_id)
        context.show([customer])
        now = timezone.now()
        is_profiled = not profiling.stopped([customer], now=now)
        return Response({"customer": str(customer), "profiled": is_profiled} | metrics.of_customer(customer, now))


class CustomerSegmentsViewSet(ApiViewSet):
    """`GET customers/{id}/segments`."""

    scope = "customers"
    pagination_class = None

    @extend_schema(
        operation_id="customers_segments",
        summary="Segments a customer is in",
        parameters=[CUSTOMER],
        responses=answers.MembershipsAnswer,
    )
    def list(self, request: Request, customer_id: str) -> Response:
        """All of them, by name: there are never many."""
        customer = _customer(customer_id)
        context.show([customer])
        return Response(answers.memberships(segments.of_customer(customer)))


def _customer(text: str) -> uuid.UUID:
    """The person that id means today: of a merged one the survivor."""
    try:
        return lineage.get(uuid.UUID(text)).customer.id
    except (ValueError, lineage.Unknown) as error:
        raise exceptions.NotFound(_("There is no such customer.")) from error
    except lineage.Erased as error:
        raise problems.erased() from error
