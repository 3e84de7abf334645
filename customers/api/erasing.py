"""REST: a customer is forgotten."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api import problems
from cdp.core.api.views import ApiViewSet
from customers.api.finding import found
from customers.models import Status
from customers.services import erasing

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The customer's id.")


class ErasedAnswer(serializers.Serializer[Any]):
    """What is left of a customer."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[Status.ERASED.value])
    ids = serializers.ListField(
        child=serializers.UUIDField(), help_text="Every id that led to the person, also of merged customers."
    )


class ErasingMixin(ApiViewSet):
    """The last action of a customer. As it cannot be taken back it has a scope of its own: tills and connectors, which
    write customers all day, cannot erase one.
    """

    scopes_of: ClassVar[Mapping[str, str]] = {"erase": "customers:erase"}

    @extend_schema(
        operation_id="customers_erase",
        summary="Forget a customer for good",
        description="The person and everybody merged into them: keys, contacts, events, notes and profile are"
        " destroyed, orders stay for the books without a name. The identifiers are suppressed: files skip them, writes"
        " answer 409 `suppressed`, and only the person's own act (a form, a tracked identify, `self`) brings them back."
        " It cannot be taken back and needs the scope `customers:erase`. Every id answers 410 afterwards.",
        parameters=[ID],
        request=None,
        responses={
            200: ErasedAnswer,
            409: OpenApiResponse(description="`busy`: try again. `held`: a legal hold keeps the data."),
            410: OpenApiTypes.OBJECT,
        },
    )
    @action(detail=True, methods=["post"])
    def erase(self, request: Request, id: str) -> Response:
        """Erase this customer."""
        row = found(id)
        try:
            done = erasing.erase(customer=row.id, actor=self.actor, at=timezone.now())
        except erasing.UnableToErase as error:
            raise _refused(error) from error
        answer = {"id": row.id, "status": Status.ERASED.value, "ids": list(done.customers)}
        return Response(ErasedAnswer(answer).data)


def _refused(error: erasing.UnableToErase) -> exceptions.APIException:
    if error.reason is erasing.Reason.ERASED:
        return problems.erased()
    if error.reason is erasing.Reason.UNKNOWN:
        return exceptions.NotFound()
    if error.reason is erasing.Reason.HELD:
        return problems.conflict(error.reason.value, str(_("A legal hold keeps the data of this person for now.")))
    return problems.conflict(
        error.reason.value, str(_("Others are writing the same people at this moment. Please try again."))
    )
