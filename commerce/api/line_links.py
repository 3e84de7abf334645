"""REST: linking an account of the shop's website with LINE."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.views import ApiViewSet
from commerce.api import answers, bodies, examples
from commerce.services import line_links
from customers.selectors import lineage


class LineLinkViewSet(ApiViewSet):
    """Nonces for LINE's account-link dialog."""

    scope = "customers"
    serializer_class = answers.LineLinkAnswer
    examples = examples.LINE_LINKS

    @extend_schema(
        operation_id="line_links_create",
        summary="Begin to link somebody who has logged in with their LINE account",
        description="Your website calls this when somebody who came from LINE (with a `linkToken`) has logged in, and "
        "sends them on to `https://access.line.me/dialog/bot/accountLink?linkToken=…&nonce=…`. When they agree, LINE "
        "tells our webhook, and what is known of them on LINE belongs to this customer from then on. A nonce works "
        "once and for an hour. Never hand one to somebody who has not logged in as this customer.",
        request=bodies.LineLinkBody,
        responses={
            201: answers.LineLinkAnswer,
            404: OpenApiResponse(description="There is no such customer."),
            410: OpenApiResponse(description="The person was erased."),
        },
    )
    def create(self, request: Request) -> Response:
        """Issue a nonce."""
        body = bodies.LineLinkBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            nonce = line_links.issue(customer=body.validated_data["customer"], now=timezone.now())
        except lineage.Unknown as error:
            raise exceptions.NotFound from error
        except lineage.Erased as error:
            raise problems.erased() from error
        context.show([nonce.customer])
        return Response(answers.line_link(nonce), status=status.HTTP_201_CREATED)
