"""REST: two customers are one person, and two again."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api.fields import ChoiceField, StrictSerializer
from cdp.core.api.problems import conflict, invalid, invalid_places
from cdp.core.api.views import ApiViewSet
from customers.api import answers
from customers.api.finding import answer_of, found
from customers.rules import survivorship
from customers.selectors import lineage, merges
from customers.services import merging

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The customer's id.")
REASON = "api"
DETAILS = {
    merging.Reason.SAME: _("The two are the same person already."),
    merging.Reason.BUSY: _("Others are writing the same people at this moment. Please try again."),
    merging.Reason.HELD: _("A legal hold keeps the rows of both where they are. They can be parted once it is lifted."),
    merging.Reason.BUCKET: _("That is no person."),
}


class MergeBody(StrictSerializer):
    """Whom the customer of the address absorbs."""

    other = serializers.UUIDField(help_text=_("The customer who is the same person; its id leads here afterwards."))
    choices = serializers.DictField(
        child=ChoiceField(choices=["survivor", "absorbed"]),
        required=False,
        help_text=_(
            "Field or kind of contact → whose value stands. Left out: the survivor's, what it lacks is filled."
        ),
    )


class MergingMixin(ApiViewSet):
    """The two actions of a customer."""

    @extend_schema(
        operation_id="customers_merge",
        summary="Say that two customers are one person",
        description="The customer of the address survives and answers for both ids from then on. Everything can be"
        " taken back by `unmerge`.",
        parameters=[ID],
        request=MergeBody,
        responses={200: answers.CustomerAnswer, 409: OpenApiResponse(description="`same_customer`, `busy` …")},
    )
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, id: str) -> Response:
        """Merge `other` into this customer."""
        survivor = found(id)
        body = MergeBody(data=request.data)
        body.is_valid(raise_exception=True)
        other, choices = body.validated_data["other"], body.validated_data.get("choices", {})
        if unknown := sorted(set(choices) - set(survivorship.CHOICES)):
            detail = _("Nobody can choose this; known are %(known)s.") % {"known": ", ".join(survivorship.CHOICES)}
            raise invalid_places([{"pointer": f"/choices/{name}", "detail": str(detail)} for name in unknown])
        try:
            absorbed = lineage.get(other).customer
        except (lineage.Unknown, lineage.Erased) as error:
            raise invalid("/other", str(_("There is no such customer."))) from error
        try:
            merging.merge(
                survivor=survivor.id,
                absorbed=absorbed.id,
                choices=choices,
                reason=REASON,
                actor=self.actor,
                at=timezone.now(),
            )
        except merging.UnableToMerge as error:
            raise _refused(error) from error
        return Response(answer_of(survivor.id))

    @extend_schema(
        operation_id="customers_unmerge",
        summary="Take a merge back",
        description="The id is the one that was absorbed. Both are as they were; what came since goes to whom its"
        " identifier belongs. The two are kept apart from then on.",
        parameters=[ID],
        request=None,
        responses={200: answers.CustomerAnswer, 409: OpenApiResponse(description="`not_merged`, `busy` …")},
    )
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, id: str) -> Response:
        """Un-merge the customer that bore this id."""
        found(id)
        absorbed = uuid.UUID(id)
        above = merges.above(absorbed)
        if not above:
            raise conflict("not_merged", str(_("This customer was not merged into another one.")))
        try:
            merging.unmerge(merge_log=above[0].id, actor=self.actor, at=timezone.now())
        except merging.UnableToUnmerge as error:
            raise _refused(error) from error
        return Response(answer_of(absorbed))


def _refused(error: merging.UnableToMerge) -> exceptions.APIException:
    detail = DETAILS.get(error.reason, _("One of the two was merged or erased meanwhile."))
    return conflict(error.reason.value, str(detail))
