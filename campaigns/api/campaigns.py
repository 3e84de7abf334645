"""REST: campaigns."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.rules.problems import InvalidRules
from campaigns.api import answers, examples
from campaigns.models import Campaign
from campaigns.rules.definition import InvalidDefinition
from campaigns.rules.templates import BrokenTemplate
from campaigns.selectors import definitions, results
from campaigns.services import drafts, previews
from cdp.core import patience
from cdp.core.api.problems import Problem, conflict, invalid
from cdp.core.api.views import ApiViewSet
from cdp.core.models import ApiKey


class CampaignViewSet(ApiViewSet):
    """What is sent to whom, and when."""

    scope = "campaigns"
    reads_by_post = ("preview",)
    lookup_field = "id"
    serializer_class = answers.CampaignAnswer
    queryset = Campaign.objects.all()
    examples = examples.EXAMPLES

    def handle_exception(self, exc: Exception) -> Response:
        """The domain's refusals as problems."""
        if isinstance(exc, InvalidDefinition):
            exc = Problem("invalid", _("The campaign has invalid values."), errors=answers.problems(exc.problems))
        elif isinstance(exc, definitions.UnknownCampaign):
            exc = exceptions.NotFound(_("There is no such campaign."))
        return super().handle_exception(exc)

    @extend_schema(
        operation_id="campaigns_list",
        summary="List campaigns, newest first",
        responses=answers.CampaignAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of campaigns."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([answers.campaign(row) for row in page])

    @extend_schema(
        operation_id="campaigns_create",
        summary="Make a draft",
        request=answers.CampaignBody,
        responses={201: answers.CampaignAnswer},
    )
    def create(self, request: Request) -> Response:
        """A new draft."""
        row = drafts.create(raw=_writable(request.data), actor=self.actor, at=timezone.now())
        return Response(answers.campaign(row), status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="campaigns_retrieve", summary="One campaign", responses=answers.CampaignAnswer)
    def retrieve(self, request: Request, id: str) -> Response:
        """One campaign."""
        return Response(answers.campaign(definitions.get_campaign(_id(id))))

    @extend_schema(
        operation_id="campaigns_replace",
        summary="Change a campaign",
        request=answers.CampaignBody,
        responses=answers.CampaignAnswer,
    )
    def update(self, request: Request, id: str) -> Response:
        """The parts given change; an active campaign gets a new version."""
        row = drafts.update(campaign=_id(id), raw=_writable(request.data), actor=self.actor, at=timezone.now())
        return Response(answers.campaign(row))

    @extend_schema(
        operation_id="campaigns_change",
        summary="Change parts of a campaign",
        request=answers.CampaignBody(partial=True),
        responses=answers.CampaignAnswer,
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """The same as PUT."""
        return self.update(request, id)

    @extend_schema(
        operation_id="campaigns_delete",
        summary="Delete a draft",
        responses={204: None, 409: OpenApiResponse(description="It was activated once: pause it instead.")},
    )
    def destroy(self, request: Request, id: str) -> Response:
        """Only drafts go."""
        try:
            drafts.delete(campaign=_id(id), actor=self.actor, at=timezone.now())
        except drafts.UnableToDelete as error:
            raise conflict("not_a_draft", _("Only drafts can be deleted; pause the campaign instead.")) from error
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="campaigns_activate",
        summary="Switch a campaign on",
        description="422 names broken templates, unknown variables or a missing audience; all else is a warning.",
        request=None,
        responses=answers.CampaignAnswer,
    )
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, id: str) -> Response:
        """Draft or paused → active."""
        row, _warnings = drafts.activate(campaign=_id(id), actor=self.actor, at=timezone.now())
        return Response(answers.campaign(row))

    @extend_schema(
        operation_id="campaigns_pause", summary="Hold a campaign", request=None, responses=answers.CampaignAnswer
    )
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, id: str) -> Response:
        """Active → paused; planned messages wait."""
        try:
            row = drafts.pause(campaign=_id(id), actor=self.actor, at=timezone.now())
        except drafts.UnableToPause as error:
            raise conflict("not_active", _("Only an active campaign can be paused.")) from error
        return Response(answers.campaign(row))

    @extend_schema(
        operation_id="campaigns_results", summary="What became of a campaign", responses=answers.ResultsAnswer
    )
    @action(detail=True, methods=["get"], url_path="results", url_name="results")
    def results(self, request: Request, id: str) -> Response:
        """Counts."""
        return Response(results.of(definitions.get_campaign(_id(id)).id).as_json())

    @extend_schema(
        operation_id="campaigns_preview",
        summary="Try a campaign without sending",
        description="Rendering as a customer also needs the scope customers:read.",
        request=answers.PreviewBody,
        responses={
            200: answers.PreviewAnswer,
            503: OpenApiResponse(description="Not even an estimate was done in time: try later, or simplify."),
        },
    )
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, id: str) -> Response:
        """Who would get it now."""
        body = answers.PreviewBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        row = definitions.get_campaign(_id(id))
        wanted = definitions.current(row)
        now = asked.get("now") or timezone.now()
        try:
            answer = answers.preview(previews.preview(wanted, now=now, campaign=row.id), drafts.warnings(wanted))
        except InvalidRules as error:
            raise Problem(
                "invalid",
                _("The audience can no longer be computed."),
                errors=[{"pointer": f"/audience{p.pointer}", "detail": str(p.message)} for p in error.problems],
            ) from error
        except patience.TookTooLong as error:
            raise Problem(
                "took_too_long",
                _(
                    "Not even people taken at random could be judged in time. Try again in a few minutes; if it stays"
                    " like this, make the audience simpler."
                ),
                status_code=status.HTTP_503_SERVICE_UNAVAILABLE,
            ) from error
        if "customer" in asked:
            answer["rendered"] = self._rendered(wanted, asked, now)
        return Response(answer)

    def _rendered(self, wanted: Any, asked: Mapping[str, Any], now: Any) -> dict[str, str]:
        if "customers:read" not in cast("ApiKey", self.request.auth).scopes:
            raise exceptions.PermissionDenied(_("The API key lacks the scope %(scope)s.") % {"scope": "customers:read"})
        if asked["step"] >= len(wanted.steps):
            raise invalid("/step", _("There is no such step."))
        try:
            seen = previews.as_customer(wanted, customer=asked["customer"], now=now, position=asked["step"])
        except previews.UnknownCustomer as error:
            raise invalid("/customer", _("There is no such customer.")) from error
        except BrokenTemplate as error:
            raise invalid(f"/steps/{asked['step']}/template", _("The template is broken.")) from error
        return {"subject": seen.subject, "html": seen.html, "text": seen.text}


def _writable(data: Any) -> Any:
    """The body without what only answers have, so that a client may send back what it got."""
    if not isinstance(data, Mapping):
        return data
    return {name: value for name, value in data.items() if name not in answers.READ_ONLY}


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise exceptions.NotFound(_("There is no such campaign.")) from error
