"""REST: webhooks. Subscriptions, what became of each telling, and a trial."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import webhooks
from cdp.core.api.fields import ChoiceField, StrictSerializer
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.problems import conflict
from cdp.core.api.schema import Example, page
from cdp.core.api.views import ApiViewSet
from cdp.core.models import Webhook, WebhookDelivery
from cdp.core.webhooks import delivering, registry, subscriptions
from cdp.core.webhooks.fanning import TRIAL

PURPOSES = ("service", "marketing", "profiling", "measurement", "third_party")
_ID = "019a4f80-5555-7aaa-8bbb-cccccccccccc"
_BODY = {
    "name": "Warehouse",
    "url": "https://erp.example.com/hooks/cdp",
    "events": ["order.created"],
    "purpose": "service",
}
_WEBHOOK = {
    "id": _ID,
    **_BODY,
    "active": True,
    "disabled_for": None,
    "failing_since": None,
    "created_at": "2026-11-20T16:30:00+07:00",
}
_DELIVERY = {
    "id": "019a4f80-6666-7aaa-8bbb-cccccccccccc",
    "message": "msg_019a4f8066667aaa8bbbcccccccccccc",
    "event": "order.created",
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "state": "delivered",
    "reason": "",
    "rule": "pdpa_th:contract",
    "attempts": 1,
    "status_code": 204,
    "at": "2026-11-20T16:30:00+07:00",
    "due_at": "2026-11-20T16:30:02+07:00",
}


class WebhookBody(StrictSerializer):
    """Who is told what. Every person is judged by `purpose`: what the receiver uses the data for."""

    answered = frozenset({"id", "disabled_for", "failing_since", "created_at", "active"})

    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=500)
    events = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=50)
    purpose = ChoiceField(choices=PURPOSES, required=False, default="third_party")


class WebhookChangeBody(StrictSerializer):
    """What is to change."""

    answered = frozenset({"id", "disabled_for", "failing_since", "created_at"})

    name = serializers.CharField(max_length=120, required=False)
    url = serializers.CharField(max_length=500, required=False)
    events = serializers.ListField(child=serializers.CharField(max_length=40), required=False, min_length=1)
    purpose = ChoiceField(choices=PURPOSES, required=False)
    active = serializers.BooleanField(required=False)


class WebhookAnswer(serializers.Serializer[Any]):
    """A subscription."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    purpose = serializers.CharField()
    active = serializers.BooleanField()
    disabled_for = serializers.CharField(allow_null=True, help_text="`gone` or `failing`: switched off by itself.")
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewWebhookAnswer(WebhookAnswer):
    """A subscription with its secret, which is shown this once."""

    secret = serializers.CharField(help_text="`whsec_…`: verifies signatures; never shown again.")


class DeliveryAnswer(serializers.Serializer[Any]):
    """One telling: whether it was allowed, and how it went."""

    id = serializers.UUIDField()
    message = serializers.CharField(help_text="The `webhook-id`: the same for every attempt.")
    event = serializers.CharField()
    customer = serializers.UUIDField(allow_null=True)
    state = serializers.CharField(help_text="waiting, delivered, denied or failed")
    reason = serializers.CharField(help_text="Why it was denied or failed.")
    rule = serializers.CharField(help_text="The rule it was allowed or denied by.")
    attempts = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()


class DeliveryPagination(SealedCursorPagination):
    """Deliveries by their fact, newest first: what the index is sorted by."""

    id_field = "fact_id"


class WebhookViewSet(ApiViewSet):
    """What other systems are told, as the Standard Webhooks specification says."""

    scope = "webhooks"
    lookup_field = "pk"
    serializer_class = WebhookAnswer
    pages = frozenset({"list", "deliveries"})
    examples = {
        "list": Example(response=page(_WEBHOOK)),
        "create": Example(request=_BODY, response=_WEBHOOK | {"secret": "whsec_c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMh"}),
        "retrieve": Example(response=_WEBHOOK),
        "partial_update": Example(request={"active": False}, response=_WEBHOOK | {"active": False}),
        "deliveries": Example(response=page(_DELIVERY)),
        "test": Example(response=_WEBHOOK),
    }

    @extend_schema(operation_id="webhooks_list", summary="List webhooks", responses=WebhookAnswer(many=True))
    def list(self, request: Request) -> Response:
        """A page, newest first."""
        rows: list[Any] = self.paginate_queryset(subscriptions.every()) or []
        return self.get_paginated_response([_answer(row) for row in rows])

    @extend_schema(
        operation_id="webhooks_create",
        summary="Subscribe an address",
        request=WebhookBody,
        responses={201: NewWebhookAnswer},
    )
    def create(self, request: Request) -> Response:
        """Subscribe; the answer holds the secret."""
        body = WebhookBody(data=request.data)
        body.is_valid(raise_exception=True)
        with _problems():
            webhook, secret = subscriptions.create(**body.validated_data, actor=self.actor, at=timezone.now())
        return Response(_answer(webhook) | {"secret": secret}, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="webhooks_retrieve", summary="One webhook", responses=WebhookAnswer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One."""
        return Response(_answer(_webhook(pk)))

    @extend_schema(
        operation_id="webhooks_update", summary="Change a webhook", request=WebhookChangeBody, responses=WebhookAnswer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is given; `active: true` switches one on again that had failed."""
        body = WebhookChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        if "active" in values:
            values["is_active"] = values.pop("active")
        with _problems():
            webhook = subscriptions.change(_webhook(pk), **values, actor=self.actor, at=timezone.now())
        return Response(_answer(webhook))

    @extend_schema(operation_id="webhooks_delete", summary="Unsubscribe an address", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Nothing is told there any more."""
        subscriptions.delete(_webhook(pk), actor=self.actor, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="webhooks_deliveries",
        summary="What became of each telling, newest first",
        responses=DeliveryAnswer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=DeliveryPagination)
    def deliveries(self, request: Request, pk: str) -> Response:
        """A page of deliveries."""
        found = WebhookDelivery.objects.filter(webhook=_webhook(pk))
        rows: list[Any] = self.paginate_queryset(found) or []
        return self.get_paginated_response([_delivery(row) for row in rows])

    @extend_schema(
        operation_id="webhooks_test",
        summary="Try the connection",
        description="Tells `webhook.test`, about nobody, within seconds; the webhook must have subscribed it.",
        request=None,
        responses={202: WebhookAnswer, 409: OpenApiResponse(description="It did not subscribe `webhook.test`.")},
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """A telling about nobody."""
        webhook = _webhook(pk)
        if TRIAL not in webhook.events:
            raise conflict("not_subscribed", _("Subscribe the event webhook.test first."))
        webhooks.publish(TRIAL, customer=None, data={"webhook": str(webhook.id)}, at=timezone.now())
        return Response(_answer(webhook), status=status.HTTP_202_ACCEPTED)


def _webhook(pk: str) -> Webhook:
    try:
        return Webhook.objects.get(id=uuid.UUID(pk))
    except (Webhook.DoesNotExist, ValueError) as error:
        raise exceptions.NotFound(_("There is no such webhook.")) from error


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except subscriptions.UnableToSave as error:
        raise serializers.ValidationError({error.field: str(error)}) from error


def _answer(row: Webhook) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "url": row.url,
        "events": [event for event in row.events if event in registry.every()],
        "purpose": row.purpose,
        "active": row.is_active,
        "disabled_for": row.disabled_for or None,
        "failing_since": row.failing_since,
        "created_at": row.created_at,
    }


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "message": delivering.message_id(row.fact_id),
        "event": row.event,
        "customer": str(row.customer_id) if row.customer_id else None,
        "state": row.state,
        "reason": row.reason,
        "rule": row.rule,
        "attempts": row.attempts,
        "status_code": row.status_code,
        "at": row.at,
        "due_at": row.due_at,
    }
