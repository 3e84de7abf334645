"""REST: questionnaires, and the answers that other systems tell."""

import secrets
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.problems import conflict
from cdp.core.crypto import index
from consent.rules import notices as rules
from consent.selectors import notices
from customers.rules import unreadable
from customers.selectors import lineage
from customers.services.identity import Suppressed, Teller, resolving
from surveys.api import answers, bodies, examples, results
from surveys.models import Response as Run
from surveys.models import Survey
from surveys.selectors import questionnaires
from surveys.services import answering

SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The questionnaire's address.")
NAMELESS = ("customer", "customer_id", "external_id", "context", "started_at", "partial")
"""What would tell apart who answered an anonymous questionnaire, or when."""


class SurveyViewSet(results.Results):
    """Questionnaires that were published."""

    scope = "surveys"
    lookup_field = "slug"
    lookup_value_regex = "[a-z0-9-]{1,40}"
    serializer_class = answers.SurveyAnswer
    pagination_class = SealedCursorPagination
    examples = examples.EXAMPLES
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"results": frozenset(results.ABOUT)}

    @extend_schema(
        operation_id="surveys_list",
        summary="Questionnaires that were published, newest first",
        responses=answers.SurveyAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of questionnaires; what was put away is left out."""
        now = timezone.now()
        rows: list[Any] = self.paginate_queryset(questionnaires.published()) or []
        return self.get_paginated_response([answers.survey(row, at=now) for row in rows])

    @extend_schema(
        operation_id="surveys_retrieve",
        summary="A questionnaire with what it asks",
        parameters=[SLUG],
        responses=answers.DefinitionAnswer,
    )
    def retrieve(self, request: Request, slug: str) -> Response:
        """The version in force."""
        return Response(answers.whole(_found(slug), at=timezone.now()))

    @extend_schema(
        operation_id="surveys_responses",
        summary="Tell what somebody answered",
        description="Any answer that is none is a 422 with a place for each, and nothing is kept; with `partial` what"
        " is valid is kept and the rest told in `refused`. 409 `not_open` before it opens and after it closed,"
        " `already_answered` where somebody answers a second time. Without `customer` it is an answer of nobody we"
        " know. An anonymous questionnaire takes neither customer nor number nor context, and nothing in part.",
        parameters=[SLUG],
        request=bodies.ResponseBody,
        responses={
            201: OpenApiResponse(answers.ResponseAnswer, description="Kept."),
            200: OpenApiResponse(answers.ResponseAnswer, description="Sent in before; it stays as it was."),
            410: OpenApiResponse(description="`erased`: nobody is left under that id."),
        },
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def responses(self, request: Request, slug: str) -> Response:
        """Take one response."""
        survey, now = _found(slug), timezone.now()
        body = bodies.ResponseBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        given = body.validated_data
        if survey.is_anonymous:
            _check_nameless(dict(body.initial_data))
        _check_said(survey, given["disclosure"])
        run = self._run(survey, given)
        is_partial = given["partial"]
        try:
            with transaction.atomic():
                taken = answering.take(run, given["answers"], at=now, is_end=not is_partial, keeps_valid=is_partial)
        except answering.Invalid as invalid:
            raise problems.invalid_places(answers.places(invalid.faults)) from invalid
        except answering.NotOpen as closed:
            raise conflict("not_open", _not_open(closed)) from closed
        except answering.Ended as ended:
            raise conflict("already_answered", _("This person has answered this survey.")) from ended
        except Suppressed as forgotten:
            raise conflict("suppressed", str(unreadable.REASONS["suppressed"])) from forgotten
        except resolving.UnableToResolve as lost:
            raise problems.busy() from lost
        if taken.response is not None:
            context.show([taken.response.customer_id])
        code = status.HTTP_200_OK if taken.is_repeated else status.HTTP_201_CREATED
        told = answers.response(survey, taken.state, taken.response, faults=taken.faults, claim=taken.claim or None)
        return Response(told, status=code)

    def _run(self, survey: Survey, given: Mapping[str, Any]) -> answering.Run:
        number, source = given["external_id"], self.source.key
        # Keyed, so that nobody can name the run of another system at the public page.
        secret = index.lasting("survey.run", f"{source}\n{number}").hex() if number else secrets.token_urlsafe(24)
        return answering.Run(
            survey=survey,
            language=given.get("language") or _language(survey),
            mode=Run.Mode.API,
            secret=secret,
            customer=_standing(given["customer"]) if given["customer"] else None,
            person=given["person"],
            teller=Teller.SELF if given["self"] else Teller.ANSWERED,
            context=given["context"],
            source=source,
            actor=self.actor,
            started_at=given["started_at"],
            external_id=number,
            disclosure=given["disclosure"],
        )


def _found(slug: str) -> Survey:
    survey = questionnaires.find(slug)
    if survey is None or survey.version == 0:
        raise exceptions.NotFound(_("There is no such survey."))
    return survey


def _standing(customer: uuid.UUID) -> uuid.UUID:
    """Who stands behind that id. Raises the 404 and 410 of the contract."""
    try:
        return lineage.get(customer).customer.id
    except lineage.Erased as error:
        raise problems.erased() from error
    except lineage.Unknown as error:
        raise exceptions.NotFound(_("There is no such customer.")) from error


def _check_said(survey: Survey, version: str) -> None:
    """What people were told is a version that was published of this survey's own words."""
    if not version:
        return
    row = notices.find(rules.of_disclosure(questionnaires.PLACE, survey.slug), version)
    if row is None or row.published_at is None:
        detail = _("This survey has told people nothing under that version.")
        raise problems.invalid_places([{"pointer": "/disclosure", "detail": detail}])


def _check_nameless(data: Mapping[str, Any]) -> None:
    """An anonymous answer with a name on it is refused whole: leaving the name out silently would hide the mistake."""
    detail = _("This survey is anonymous: leave this out.")
    named = [name for name in NAMELESS if data.get(name)]
    if named:
        raise problems.invalid_places([{"pointer": f"/{name}", "detail": detail} for name in named])


def _not_open(closed: answering.NotOpen) -> str:
    if closed.why is questionnaires.Closed.EARLY:
        return _("This survey is not open yet.")
    return _("This survey is closed.")


def _language(survey: Survey) -> str:
    """The shop's language, or the first of the questionnaire."""
    languages = questionnaires.version(survey.id, survey.version).definition.languages
    return settings.LANGUAGE_CODE[:2] if settings.LANGUAGE_CODE[:2] in languages else languages[0]
