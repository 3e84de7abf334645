"""REST: what people do on social platforms."""

import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.fields import RawField, StrictSerializer, WordsField
from cdp.core.api.problems import Problem
from cdp.core.api.views import ApiViewSet
from cdp.core.crypto import subjects
from cdp.core.files import values
from cdp.core.imports import engine
from commerce.services import keys
from customers.rules import handles, unreadable
from customers.rules.people import Person
from customers.rules.unreadable import Unreadable
from customers.selectors import lineage
from customers.services import buckets
from customers.services.identity import resolving
from surveys.api import examples
from surveys.models import SocialAct
from surveys.rules.social import reading
from surveys.selectors.social import posts, story
from surveys.services.social import acts as acts_of
from surveys.services.social import taking
from surveys.services.social.taking import How, Said

MOST = 1000
LONGEST_COUNT = 60
FILTERS = ("customer", "platform", "kind", "post")


@extend_schema_field(
    {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "maxLength": LONGEST_COUNT}], "nullable": True}
)
class CountField(serializers.Field[Any, Any, Any, Any]):
    """A number, also as platforms write it ("12.3k", "1.2만"); what it says is read with the act."""

    default_error_messages = {
        "invalid": gettext_lazy("Write a whole number, or one as the platform shows it, like 12.3k.")
    }

    def to_internal_value(self, data: Any) -> int | str:
        """As it was sent."""
        if isinstance(data, bool) or not isinstance(data, int | str) or len(str(data)) > LONGEST_COUNT:
            self.fail("invalid")
        return data


class ActBody(StrictSerializer):
    """One act. What somebody is called and how many follow them may be written as people write it."""

    platform = serializers.CharField(max_length=60, help_text="instagram, facebook, tiktok, x, youtube, line …")
    kind = WordsField(max_length=40, help_text=", ".join(reading.KINDS))
    handle = WordsField(max_length=300, help_text="Left out: an act of nobody.")
    followers = CountField(required=False, allow_null=True, default=None)
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=reading.LONGEST_WORDS)
    at = serializers.CharField(required=False, default="", max_length=80, help_text="RFC 3339; left out: now.")
    post = WordsField(max_length=500, help_text="Number or address of the post.")
    url = WordsField(max_length=500)
    campaign = WordsField(max_length=reading.LONGEST_CAMPAIGN)
    external_id = WordsField(max_length=reading.LONGEST_NUMBER)
    replies_to = WordsField(max_length=reading.LONGEST_NUMBER)


class BatchBody(StrictSerializer):
    """Up to 1,000 acts."""

    acts = serializers.ListField(child=ActBody(), max_length=MOST, allow_empty=False)


class BatchFrame(StrictSerializer):
    """The frame alone; its acts are read one by one, so that a bad one does not stop the others."""

    acts = serializers.ListField(child=RawField(allow_null=True), max_length=MOST, allow_empty=False)


class ActAnswer(serializers.Serializer[Any]):
    """An act as REST tells it."""

    id = serializers.UUIDField()
    customer = serializers.UUIDField(allow_null=True, help_text="Null: nobody was named.")
    platform = serializers.CharField()
    kind = serializers.CharField()
    handle = serializers.CharField(allow_null=True)
    followers = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    post = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    campaign = serializers.CharField(allow_null=True)
    external_id = serializers.CharField()
    replied_at = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]


class ResultAnswer(serializers.Serializer[Any]):
    """What became of one act of a batch."""

    index = serializers.IntegerField()
    outcome = serializers.CharField(allow_null=True, help_text="created, updated, unchanged; null where it failed.")
    id = serializers.UUIDField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]


class BatchAnswer(serializers.Serializer[Any]):
    """What became of all of them."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    results = ResultAnswer(many=True)


class SocialViewSet(ApiViewSet):
    """Comments, mentions, likes, shares, follows and messages."""

    scope = "social"
    serializer_class = ActAnswer
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset(FILTERS)}
    examples = examples.SOCIAL

    @extend_schema(
        operation_id="social_create",
        summary="Tell what somebody did on a platform",
        description="Unique on your source and `external_id`; without one on what it says. Told again it is 200, and "
        "what is told last stands. A new account becomes a profile that consents to nothing; a message opens a ticket.",
        request=ActBody,
        responses={201: OpenApiResponse(ActAnswer, description="New."), 200: OpenApiResponse(ActAnswer)},
    )
    def create(self, request: Request) -> Response:
        """Take one act."""
        now = timezone.now()
        try:
            act = _read(ActBody(data=request.data), now)
        except reading.Unreadable as problem:
            raise problems.invalid(f"/{problem.place}", _sentence(problem.code)) from problem
        taken = self._take([act], now)
        if 0 in taken.refused:
            raise _refused(taken.refused[0], act)
        row = _row(self.source.key, act.platform, taking.number_of(act)) or _row(
            self.source.key, act.platform, act.replies_to
        )
        if row is None:  # a reply of the shop to what is not known
            raise problems.invalid("/replies_to", _("What this answers is not known."))
        context.show([row.customer_id])
        code = status.HTTP_201_CREATED if taken.created else status.HTTP_200_OK
        return Response(_told([row])[0], status=code)

    @extend_schema(
        operation_id="social_batch",
        summary="Tell up to 1,000 acts",
        description="Each act has its own result; a bad one does not stop the others.",
        request=BatchBody,
        responses=BatchAnswer,
    )
    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> Response:
        """Take many acts."""
        now = timezone.now()
        frame = BatchFrame(data=request.data)
        frame.is_valid(raise_exception=True)
        told: list[Any] = frame.validated_data["acts"]
        acts: dict[int, reading.Act] = {}
        results: dict[int, dict[str, Any]] = {}
        for place, one in enumerate(told):
            try:
                acts[place] = _read(ActBody(data=one), now)
            except serializers.ValidationError as error:
                faults = list(problems.places(error.detail, f"/acts/{place}"))
                results[place] = _failed(place, "invalid", faults)
            except reading.Unreadable as problem:
                fault = {"pointer": f"/acts/{place}/{problem.place}", "detail": _sentence(problem.code)}
                results[place] = _failed(place, problem.code, [fault])
        taken = self._take(list(acts.values()), now)
        for position, place in enumerate(acts):
            if position in taken.refused:
                code = taken.refused[position]
                fault = {"pointer": f"/acts/{place}/{_place(code)}", "detail": _sentence(code)}
                results[place] = _failed(place, code, [fault])
            else:
                row = taken.places.get(position)
                outcome = "unchanged" if row is None else "created" if row.is_new else "updated"
                results[place] = {
                    "index": place,
                    "outcome": outcome,
                    "id": row.row if row else None,
                    "code": None,
                    "errors": [],
                }
        in_order = [results[place] for place in range(len(told))]
        outcomes = [result["outcome"] for result in in_order]
        counts = {name: outcomes.count(name) for name in ("created", "updated", "unchanged")}
        return Response({**counts, "failed": outcomes.count(None), "results": in_order})

    @extend_schema(
        operation_id="social_list",
        summary="List acts, newest first",
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.UUID, description="What this customer did."),
            OpenApiParameter("platform", str, description="On this platform."),
            OpenApiParameter("kind", str, enum=list(reading.KINDS), description="Of this kind."),
            OpenApiParameter("post", str, description="Under the post of this number; needs `platform`."),
        ],
        responses=ActAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of acts."""
        found = self._filtered(self.paginator.filters(request))  # type: ignore[union-attr]
        page: list[Any] = self.paginate_queryset(found) or []
        context.show({act.customer_id for act in page} - buckets.ALL)
        return self.get_paginated_response(_told(page))

    def _filtered(self, filters: dict[str, str]) -> Any:
        rows = SocialAct.objects.all()
        if "customer" in filters:
            try:
                rows = rows.filter(customer_id__in=lineage.facts_under(uuid.UUID(filters["customer"])))
            except ValueError as error:
                raise problems.invalid("customer", _("Must be a UUID.")) from error
        platform = ""
        if "platform" in filters:
            try:
                platform = handles.platform(filters["platform"])
            except Unreadable as error:
                raise problems.invalid("platform", str(error.reason)) from error
            rows = rows.filter(platform=platform)
        if "kind" in filters:
            if filters["kind"] not in reading.KINDS:
                raise problems.invalid("kind", _sentence("unknown_act"))
            rows = rows.filter(kind=filters["kind"])
        if "post" in filters:
            if not platform:
                raise problems.invalid("post", _("Only together with platform."))
            rows = rows.filter(post_id__in=posts.numbered(platform, filters["post"]))
        return rows

    def _take(self, acts: Sequence[reading.Act], now: Any) -> taking.Taken:
        how = How(source=self.source, now=now, by="rest", opens=True)
        try:
            return taking.together([Said(act, Person(), told_at=now) for act in acts], how)
        except resolving.UnableToResolve as error:
            raise problems.busy() from error


def _read(body: ActBody, now: Any) -> reading.Act:
    body.is_valid(raise_exception=True)
    moment = partial(values.moment, zone=timezone.get_default_timezone())
    return reading.read(body.validated_data, moment=moment, now=now)


def _sentence(code: str) -> str:
    return str(engine.reasons().get(code) or unreadable.REASONS.get(code, code))


def _place(code: str) -> str:
    return "external_id" if code == taking.FOREIGN else "handle"


def _refused(code: str, act: reading.Act) -> Problem:
    sentence = _sentence(code)
    answered = status.HTTP_409_CONFLICT if code in {"suppressed", taking.FOREIGN} else 422
    return Problem(code, sentence, status_code=answered, errors=[{"pointer": f"/{_place(code)}", "detail": sentence}])


def _failed(place: int, code: str, faults: Any) -> dict[str, Any]:
    return {"index": place, "outcome": None, "id": None, "code": code, "errors": faults}


def _row(source: str, platform: str, number: str) -> SocialAct | None:
    digests = [acts_of.key(source, acts_of.Number(platform, number))] if number else []
    places = keys.find(acts_of.KEYS, digests)
    return next(
        (SocialAct.objects.filter(customer_id=one.customer, id=one.row).first() for one in places.values()), None
    )


def _told(acts: Any) -> Any:
    keyring = subjects.load({act.customer_id for act in acts})
    return ActAnswer(
        [
            {
                "id": one.act.id,
                "customer": None if one.act.customer_id in buckets.ALL else one.act.customer_id,
                "platform": one.act.platform,
                "kind": one.act.kind,
                "handle": one.handle or None,
                "followers": one.act.followers,
                "text": one.words or None,
                "at": one.act.at,
                "post": one.post.external_id if one.post else None,
                "url": (one.post.url if one.post else "") or None,
                "campaign": (one.post.campaign if one.post else "") or None,
                "external_id": one.act.external_id,
                "replied_at": one.act.replied_at,
                "source": one.act.source,
            }
            for one in story.opened(acts, keyring)
        ],
        many=True,
    ).data
