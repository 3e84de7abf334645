"""REST: results of a questionnaire."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api.views import ApiViewSet
from surveys.models import Survey
from surveys.selectors import questionnaires
from surveys.selectors.results import scope, telling

ABOUT = {
    "since": "Only answers of this day and later (the shop's days).",
    "until": "Only answers of this day and earlier.",
    "version": "Only answers to this version.",
    "language": "Only answers in this language: en, th, ko.",
    "mode": "Only answers that came this way: web, mail, embed, kiosk, call, api, file.",
    "store": "Only answers of this store.",
    "segment": "Only answers of members of this segment.",
    "question": "Together with `answer`: only of people who answered that.",
    "answer": "A number, the key of a choice, a band of NPS (promoters, passives, detractors), or `line:option`.",
    "scheme": "Where the same question was asked in several ways: the one that is meant, as `scheme` of the results"
    " tells it. Else the newest.",
    "clean": "`1`: without answers that came too quickly or were all alike.",
}


class SurveyResultsAnswer(serializers.Serializer[Any]):
    """Every question in figures. Shares are of 1; intervals hold 95 times of 100."""

    survey = serializers.CharField()
    anonymous = serializers.BooleanField()
    responses = serializers.IntegerField(
        allow_null=True,
        help_text="Complete ones, of each known person the newest; null where nothing may be shown.",
    )
    earlier = serializers.IntegerField(help_text="Complete ones that a newer one of the same person replaces.")
    hidden = serializers.ChoiceField(
        ["few", "one", "unknown"],
        allow_null=True,
        help_text="Why nothing of anonymous answers is shown: under five here or in what is left, more than one filter"
        " at once, or a filter that asks for what is not known.",
    )
    funnel = serializers.DictField(
        help_text="From the first page shown to complete; null where it is not known. `response_rate` is `answered` of"
        " `sent` without `bounced` (came back) and `ineligible` (not meant for them, or the quota was full)."
    )
    questions = serializers.ListField(
        child=serializers.DictField(),
        help_text="One for each question and each way it was asked: what was asked on another scale is never counted"
        " together. `hidden`: under five answers; `low`: under thirty.",
    )


class Results(ApiViewSet):
    """The part of the questionnaires' view that tells results."""

    @extend_schema(
        operation_id="surveys_results",
        summary="What was answered, in figures",
        parameters=[
            OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The questionnaire's address."),
            *(OpenApiParameter(name, str, description=text) for name, text in ABOUT.items()),
        ],
        responses=SurveyResultsAnswer,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def results(self, request: Request, slug: str) -> Response:
        """Figures of every question, through a filter."""
        survey = _found(slug)
        try:
            chosen = scope.read(survey, {name: request.query_params.get(name, "") for name in ABOUT})
        except scope.UnableToFilter as fault:
            raise exceptions.ValidationError({fault.name: _("There is no such thing to filter by.")}) from fault
        return Response(telling.told(survey, chosen))


def _found(slug: str) -> Survey:
    survey = questionnaires.find(slug)
    if survey is None or survey.version == 0:
        raise exceptions.NotFound(_("There is no such survey."))
    return survey
