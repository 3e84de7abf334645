"""REST: segments."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import answers, bodies, examples
from analytics.models import Segment
from analytics.rules.problems import InvalidRules
from analytics.selectors import audiences
from analytics.selectors import segments as reading
from analytics.services import membership, segments, turns
from cdp.core import context
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.problems import Problem, conflict
from cdp.core.api.views import ApiViewSet


class MemberPagination(SealedCursorPagination):
    """Members by customer, which is what the index is sorted by."""

    id_field = "customer_id"


class SegmentViewSet(ApiViewSet):
    """Groups of customers defined by rules."""

    scope = "segments"
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9_-]{1,60}"
    reads_by_post = frozenset({"preview"})
    serializer_class = answers.SegmentAnswer
    pages = frozenset({"list", "members"})
    examples = examples.EXAMPLES

    @extend_schema(
        operation_id="segments_list", summary="List segments, newest first", responses=answers.SegmentAnswer(many=True)
    )
    def list(self, request: Request) -> Response:
        """A page of segments."""
        page: list[Any] = self.paginate_queryset(reading.live()) or []
        return self.get_paginated_response([answers.segment(row) for row in page])

    @extend_schema(
        operation_id="segments_create",
        summary="Define a segment",
        description="Answers when everybody has been judged; on a very busy system `refreshed_at` may still be null.",
        request=bodies.SegmentBody,
        responses={201: answers.SegmentAnswer, 409: OpenApiResponse(description="The key is taken.")},
    )
    def create(self, request: Request) -> Response:
        """Define and fill a segment."""
        body = bodies.SegmentBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            with _problems():
                segment = segments.create(**body.validated_data, actor=self.actor, at=timezone.now())
        except segments.UnableToCreateSegment as error:
            message = _("There is a segment %(key)s already; change it by PATCH segments/%(key)s.") % {"key": error}
            raise conflict("segment_exists", message) from error
        return Response(answers.segment(_filled(segment)), status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="segments_retrieve", summary="One segment", responses=answers.SegmentAnswer)
    def retrieve(self, request: Request, key: str) -> Response:
        """One segment."""
        return Response(answers.segment(_segment(key)))

    @extend_schema(
        operation_id="segments_replace",
        summary="Define a segment anew",
        request=bodies.SegmentBody,
        responses=answers.SegmentAnswer,
    )
    def update(self, request: Request, key: str) -> Response:
        """Replace name, description and rules."""
        body = bodies.SegmentBody(data=request.data, context={"key": key})
        body.is_valid(raise_exception=True)
        if body.validated_data.pop("key", key) != key:
            raise exceptions.ValidationError({"key": _("The key of a segment never changes.")})
        return self._changed(key, body.validated_data)

    @extend_schema(
        operation_id="segments_update",
        summary="Change a segment",
        request=bodies.SegmentChangeBody,
        responses=answers.SegmentAnswer,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        """Change what is given."""
        body = bodies.SegmentChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        return self._changed(key, body.validated_data)

    def _changed(self, key: str, values: dict[str, Any]) -> Response:
        with _problems():
            segment = segments.change(_segment(key), **values, actor=self.actor, at=timezone.now())
        if segment.refreshed_at is None:
            segment = _filled(segment)
        return Response(answers.segment(segment))

    @extend_schema(
        operation_id="segments_delete",
        summary="Take a segment out of use",
        responses={204: None, 409: OpenApiResponse(description="Other segments refer to it.")},
    )
    def destroy(self, request: Request, key: str) -> Response:
        """Archive a segment."""
        try:
            segments.archive(_segment(key), actor=self.actor, at=timezone.now())
        except segments.UnableToArchiveSegment as error:
            message = _("These segments refer to it: %(keys)s.") % {"keys": error}
            raise conflict("segment_in_use", message) from error
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="segments_preview",
        summary="Try rules without keeping them",
        request=bodies.RulesPreviewBody,
        responses=answers.RulesPreviewAnswer,
    )
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """How many would match, and some of them."""
        body = bodies.RulesPreviewBody(data=request.data)
        body.is_valid(raise_exception=True)
        with _problems():
            found = audiences.preview(body.validated_data["rules"], timezone.now())
        return Response(answers.preview(found))

    @extend_schema(
        operation_id="segments_members",
        summary="Who is in a segment, newest customers first",
        responses=answers.MemberAnswer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=MemberPagination)
    def members(self, request: Request, key: str) -> Response:
        """A page of members."""
        page: list[Any] = self.paginate_queryset(reading.members(_segment(key))) or []
        context.show(row.customer_id for row in page)
        return self.get_paginated_response([answers.member(row) for row in page])


def _segment(key: str) -> Segment:
    segment = reading.find(key)
    if segment is None:
        raise exceptions.NotFound(_("There is no such segment."))
    return segment


def _filled(segment: Segment) -> Segment:
    with suppress(turns.NoTurn):  # it is saved and due: beat fills it, and `refreshed_at` stays null until then
        membership.refresh_many([segment.key], timezone.now())
    return _segment(segment.key)


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except InvalidRules as error:
        raise Problem(
            "invalid_rules",
            _("The rules have mistakes."),
            errors=[
                {"pointer": f"/rules{problem.pointer}", "detail": str(problem.message)} for problem in error.problems
            ],
        ) from error
