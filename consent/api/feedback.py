"""REST: what comes back of mails. Providers' hooks are a few lines away from it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api import problems
from cdp.core.api.fields import ChoiceField, StrictSerializer
from cdp.core.api.schema import Example
from cdp.core.api.views import ApiViewSet
from consent.services import complaints
from customers.rules.unreadable import Unreadable


class FeedbackBody(StrictSerializer):
    """One report of a mail provider."""

    email = serializers.CharField(max_length=320, help_text="The address it is about.")
    kind = ChoiceField(
        choices=[kind.value for kind in complaints.Kind],
        help_text="`complaint`: marked as spam; `hard_bounce`: the mailbox is gone. Soft bounces are not told.",
    )
    at = serializers.DateTimeField(required=False, help_text="When it came back; now unless told.")
    provider = serializers.CharField(max_length=60, required=False, help_text="Who reports it, for the evidence.")
    reference = serializers.CharField(max_length=120, required=False, help_text="The provider's number of the report.")


class FeedbackAnswer(serializers.Serializer[Any]):
    """Taken; the same whether or not the address is known."""

    status = serializers.CharField()


class FeedbackViewSet(ApiViewSet):
    """Complaints and mailboxes that are gone."""

    scope = "consents"
    serializer_class = FeedbackAnswer
    examples = {
        "create": Example(
            request={
                "email": "mali@example.com",
                "kind": "complaint",
                "at": "2026-11-20T16:30:00+07:00",
                "provider": "postmaster",
                "reference": "fbl-2211",
            },
            response={"status": "taken"},
        )
    }

    @extend_schema(
        operation_id="mail_feedback_create",
        summary="A mail was marked as spam, or its mailbox is gone",
        description="A complaint is a refusal of advertising by e-mail of everybody who has the address, in the ledger "
        "with this as its evidence. A hard bounce closes the address. Known and unknown addresses are answered alike, "
        "and a report may be repeated.",
        request=FeedbackBody,
        responses={202: OpenApiResponse(FeedbackAnswer, description="Taken.")},
    )
    def create(self, request: Request) -> Response:
        """Take one report."""
        now = timezone.now()
        body = FeedbackBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        evidence = {name: given[name] for name in ("provider", "reference") if name in given}
        if given.get("at", now) > now + complaints.AHEAD:
            raise problems.invalid("at", _("The time lies in the future."))
        try:
            complaints.take(
                email=given["email"],
                kind=complaints.Kind(given["kind"]),
                source=self.source.key,
                actor=self.actor,
                at=given.get("at", now),
                now=now,
                evidence=evidence,
            )
        except Unreadable as error:
            raise problems.invalid("email", _("This is no e-mail address.")) from error
        return Response({"status": "taken"}, status=status.HTTP_202_ACCEPTED)
