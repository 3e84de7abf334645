"""REST: what people ask for under their rights, told by a storefront in which they are logged in."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api import problems
from cdp.core.api.fields import ChoiceField, StrictSerializer, WordsField
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.schema import Example, page
from cdp.core.api.views import ApiViewSet
from consent.api.consents import GONE, NOBODY, person_of
from consent.models import PrivacyRequest, Right
from consent.rules import requests as rules
from consent.selectors import requests as reading
from consent.services import links
from consent.services.requests import intake, rectifying, steps
from consent.services.requests.steps import UnableToDo
from customers.selectors import lineage, profiles, tongues

LANGUAGES = ("en", "th", "ko")
BODY = {"customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70", "right": "access", "language": "th"}
ANSWER = {
    "id": "019a4f60-5a02-7c3d-8e4f-1b2a3c4d5e70",
    "reference": "R-7KQ2M-X4TNP",
    "customer": BODY["customer"],
    "right": "access",
    "state": "working",
    "door": "rest",
    "law": "pdpa_th",
    "received_at": "2026-11-20T09:30:00Z",
    "due_at": "2026-12-20T17:00:00Z",
    "extended": False,
    "closed_at": None,
    "refusal_ground": "",
    "url": "https://shop.example/my-data/r/…/",
}


class ChangesField(serializers.DictField):
    """Field → the right value, for a correction."""

    child = serializers.CharField(max_length=300)


class RequestBody(StrictSerializer):
    """A request of a customer. The caller made sure who asks: they are logged in, or staff have looked."""

    customer = serializers.UUIDField()
    right = ChoiceField(Right.choices)
    language = ChoiceField(
        LANGUAGES, required=False, help_text="In which the person is answered; their own where it is not said."
    )
    said = WordsField(max_length=rules.LONGEST_WORDS, help_text="In the person's words.")
    changes = ChangesField(
        required=False, default=dict, help_text=f"For a rectification: {', '.join(rules.CORRECTABLE)}."
    )
    asker = ChoiceField(PrivacyRequest.Asker.choices, default=PrivacyRequest.Asker.PERSON)
    proof = WordsField(max_length=500, help_text="By what a guardian or agent may ask.")


class RequestAnswer(serializers.Serializer[Any]):
    """A request with its clock. Nothing in it tells who it is but the customer's id."""

    id = serializers.UUIDField()
    reference = serializers.CharField(help_text="The number to read out.")
    customer = serializers.UUIDField()
    right = serializers.ChoiceField(Right.choices)
    state = serializers.ChoiceField(PrivacyRequest.State.choices)
    door = serializers.ChoiceField(PrivacyRequest.Door.choices)
    law = serializers.CharField()
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="An answer before this moment is in time.")
    extended = serializers.BooleanField()
    closed_at = serializers.DateTimeField(allow_null=True)
    refusal_ground = serializers.CharField()
    url = serializers.URLField(
        allow_null=True, help_text="The person's own page, told once: give it to them and to nobody else."
    )


def answer(row: PrivacyRequest, *, is_new: bool = False) -> dict[str, Any]:
    """The JSON of one request. Only who makes it gets the person's link: it takes requests back and fetches answers."""
    return {
        "id": str(row.id),
        "reference": row.reference,
        "customer": str(row.customer_id),
        "right": row.right,
        "state": row.state,
        "door": row.door,
        "law": row.pack,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "extended": row.extended_at is not None,
        "closed_at": row.closed_at,
        "refusal_ground": row.refusal_ground,
        "url": links.progress_url(row.id) if is_new else None,
    }


class RequestViewSet(ApiViewSet):
    """Requests of people: made, listed, followed."""

    scope = "privacy"
    serializer_class = RequestAnswer
    pagination_class = SealedCursorPagination
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"customer", "state"})}
    examples: ClassVar[Mapping[str, Example]] = {
        "create": Example(request=BODY, response=ANSWER),
        "list": Example(response=page({**ANSWER, "url": None})),
        "retrieve": Example(response={**ANSWER, "url": None}),
    }

    @extend_schema(
        operation_id="privacy_requests_create",
        summary="Pass on what a customer asks for under their rights",
        description="The clock of the customer's law starts now. A copy, a restriction, an objection and a withdrawal"
        " are done at once; an erasure and corrections wait for the privacy officer. The same right asked for again"
        " while a request is open answers with that request and 200.",
        request=RequestBody,
        responses={
            201: OpenApiResponse(RequestAnswer, description="Taken."),
            200: OpenApiResponse(RequestAnswer, description="It was asked for already and is still open."),
            404: NOBODY,
            410: GONE,
        },
    )
    def create(self, request: Request) -> Response:
        """Take one request."""
        body = RequestBody(data=request.data)
        body.is_valid(raise_exception=True)
        told = body.validated_data
        customer = person_of(told["customer"])
        if unknown := sorted(set(told["changes"]) - set(rules.CORRECTABLE)):
            raise problems.invalid(f"/changes/{unknown[0]}", f"Known fields are {', '.join(rules.CORRECTABLE)}.")
        profile = profiles.one(customer, shown=False)
        if told["right"] == Right.RECTIFICATION:
            country = profile.customer.country if profile else ""
            for field, reason in rectifying.faults(
                told["changes"], country=country, today=timezone.localdate()
            ).items():
                raise problems.invalid(f"/changes/{field}", reason)
        email, phone = (profile.email, profile.phone) if profile else ("", "")
        reach = ("email", email) if email else ("sms", phone) if phone else ("", "")
        try:
            begun = intake.begin(
                intake.Ask(
                    customer=customer,
                    right=told["right"],
                    door=PrivacyRequest.Door.REST,
                    language=told.get("language") or tongues.of_customer(customer),
                    identity="rest",
                    asker=told["asker"],
                    words=steps.Words(said=told["said"], reach=reach, proof=told["proof"]),
                    changes=told["changes"],
                ),
                actor=self.actor,
                at=timezone.now(),
            )
        except UnableToDo as unable:
            raise problems.invalid(f"/{unable.code}", str(unable.text)) from unable
        code = status.HTTP_201_CREATED if begun.is_new else status.HTTP_200_OK
        return Response(RequestAnswer(answer(begun.request, is_new=begun.is_new)).data, status=code)

    @extend_schema(
        operation_id="privacy_requests_list",
        summary="Requests, newest first",
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.UUID, description="Of this customer only."),
            OpenApiParameter("state", enum=PrivacyRequest.State.values, description="In this state only."),
        ],
        responses={200: RequestAnswer(many=True), 404: NOBODY, 410: GONE},
    )
    def list(self, request: Request) -> Response:
        """A page of requests."""
        filters = self.paginator.filters(request)  # type: ignore[union-attr]
        found = PrivacyRequest.objects.defer("words")
        if "customer" in filters:
            found = found.filter(customer_id__in=lineage.of(person_of(filters["customer"])))
        if "state" in filters:
            if filters["state"] not in PrivacyRequest.State.values:
                known = ", ".join(PrivacyRequest.State.values)
                raise problems.invalid("state", _("Nobody can choose this; known are %(known)s.") % {"known": known})
            found = found.filter(state=filters["state"])
        rows: list[Any] = self.paginate_queryset(found) or []
        return self.get_paginated_response([RequestAnswer(answer(row)).data for row in rows])

    @extend_schema(
        operation_id="privacy_requests_retrieve",
        summary="How far a request is",
        parameters=[OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The request's id.")],
        responses=RequestAnswer,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """One request."""
        try:
            row = reading.find(uuid.UUID(pk))
        except ValueError:
            row = None
        if row is None:
            raise exceptions.NotFound
        return Response(RequestAnswer(answer(row)).data)
