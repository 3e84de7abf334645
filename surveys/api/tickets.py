"""REST: tickets, what is said in them, and how they end."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.fields import ChoiceField, MomentField, StrictSerializer, WordsField
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.problems import conflict
from cdp.core.api.views import ApiViewSet
from cdp.core.crypto import subjects
from customers.rules import unreadable
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity
from customers.services.identity import Teller, deciding, resolving
from surveys.api import examples
from surveys.api.bodies import RespondentField
from surveys.models import Ticket, TicketMessage
from surveys.selectors.tickets import opened
from surveys.services.tickets import opening, working
from surveys.services.tickets.telling import LONGEST_SUBJECT, LONGEST_WORDS

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The ticket's id.")
FUTURE = dt.timedelta(minutes=10)


class TicketBody(StrictSerializer):
    """What a customer asks or complains about."""

    customer = RespondentField(help_text="Who asks: a customer's id, or an object with an identifier.")
    channel = ChoiceField(Ticket.Channel.values)
    words = WordsField(max_length=LONGEST_WORDS, help_text="What they said. Either this or `subject`.")
    subject = WordsField(max_length=LONGEST_SUBJECT, help_text="Left out: the first line of the words.")
    topic = WordsField(max_length=60)
    priority = ChoiceField(Ticket.Priority.values, required=False, default=Ticket.Priority.NORMAL)
    external_id = WordsField(max_length=200, help_text="Your number of the ticket. Sent again it is the same ticket.")
    at = MomentField(required=False, allow_null=True, default=None, help_text="When they asked; left out: now.")
    self = serializers.BooleanField(
        required=False, default=False, help_text="The person acts themselves; brings back somebody who was erased."
    )

    def validate_at(self, value: dt.datetime | None) -> dt.datetime | None:
        return _past(value, self.context["now"])


class MessageBody(StrictSerializer):
    """One thing that was said."""

    direction = ChoiceField(
        ["in", "out", "note"], help_text="`in`: the customer, `out`: the shop, `note`: for colleagues."
    )
    words = serializers.CharField(max_length=LONGEST_WORDS)
    external_id = WordsField(
        max_length=200, help_text="Your number of the message; sent again only another `at` changes it."
    )
    waits = serializers.BooleanField(
        required=False, default=False, help_text="With `out`: it is the customer's turn, the clock stands."
    )
    at = MomentField(required=False, allow_null=True, default=None)

    def validate_at(self, value: dt.datetime | None) -> dt.datetime | None:
        return _past(value, self.context["now"])


class RateBody(StrictSerializer):
    """What the customer thinks of how it was handled."""

    stars = serializers.IntegerField(min_value=1, max_value=5)
    words = WordsField(max_length=2000)


class NothingBody(StrictSerializer):
    """Nothing to say."""


class MessageAnswer(serializers.Serializer[Any]):
    """One thing that was said or done."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(TicketMessage.Direction.values)
    act = serializers.CharField(help_text="What was done, for `act`.")
    words = serializers.CharField()
    files = serializers.ListField(child=serializers.CharField(), help_text="Names; the files are not kept.")
    at = serializers.DateTimeField()


class TicketAnswer(serializers.Serializer[Any]):
    """A ticket. Seconds are of the shop's hours."""

    id = serializers.UUIDField()
    customer = serializers.UUIDField()
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    channel = serializers.ChoiceField(Ticket.Channel.values)
    topic = serializers.CharField()
    priority = serializers.ChoiceField(Ticket.Priority.values)
    status = serializers.ChoiceField(Ticket.Status.values)
    subject = serializers.CharField()
    opened_at = serializers.DateTimeField()
    first_reply_at = serializers.DateTimeField(allow_null=True)
    first_reply_seconds = serializers.IntegerField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution_seconds = serializers.IntegerField(allow_null=True, help_text="Of what is resolved.")
    due_at = serializers.DateTimeField(allow_null=True, help_text="What is owed next; null where nothing is.")
    escalated_at = serializers.DateTimeField(allow_null=True)
    satisfaction = serializers.IntegerField(allow_null=True, help_text="1 to 5.")


class WholeTicketAnswer(TicketAnswer):
    """A ticket with everything that was said and done in it."""

    messages = MessageAnswer(many=True)


class TicketViewSet(ApiViewSet):
    """Questions and complaints of customers."""

    scope = "tickets"
    lookup_field = "id"
    serializer_class = TicketAnswer
    pagination_class = SealedCursorPagination
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"customer", "status", "channel"})}
    examples = examples.TICKETS

    @extend_schema(
        operation_id="tickets_list",
        summary="Tickets, newest first",
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.UUID, description="Of this customer."),
            OpenApiParameter("status", str, description="open, waiting or resolved."),
            OpenApiParameter("channel", str, description="email, phone, line, chat, counter, web, social, other."),
        ],
        responses=TicketAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of tickets."""
        filters = self.paginator.filters(request)  # type: ignore[union-attr]
        rows = Ticket.objects.all()
        if "customer" in filters:
            try:
                rows = rows.filter(customer_id__in=lineage.facts_under(uuid.UUID(filters["customer"])))
            except ValueError as error:
                raise problems.invalid("customer", _("Must be a UUID.")) from error
        for name, known in (("status", Ticket.Status.values), ("channel", Ticket.Channel.values)):
            if name in filters:
                if filters[name] not in known:
                    raise problems.invalid(name, _("One of: %(known)s.") % {"known": ", ".join(known)})
                rows = rows.filter(**{name: filters[name]})
        page: list[Any] = self.paginate_queryset(rows) or []
        context.show(row.customer_id for row in page)
        keyring = subjects.load({row.customer_id for row in page})
        return self.get_paginated_response([_told(row, keyring) for row in page])

    @extend_schema(
        operation_id="tickets_create",
        summary="Open a ticket",
        description="Unique by your `external_id`: sent again it is 200 with the ticket as it is. 409 `suppressed` for "
        "somebody who was erased, unless `self`.",
        request=TicketBody,
        responses={
            201: OpenApiResponse(WholeTicketAnswer, description="New."),
            200: OpenApiResponse(WholeTicketAnswer, description="Known."),
            404: OpenApiResponse(description="There is no such customer."),
            410: OpenApiResponse(description="`erased`: nobody is left under that id."),
        },
    )
    def create(self, request: Request) -> Response:
        """Open one."""
        now = timezone.now()
        body = TicketBody(data=request.data, context={"now": now})
        body.is_valid(raise_exception=True)
        given = body.validated_data
        try:
            with transaction.atomic():
                customer, named_by = self._customer(given, now)
                before = (
                    given["external_id"]
                    and Ticket.objects.filter(
                        customer_id=customer, source=self.source.key, external_id=given["external_id"]
                    ).exists()
                )
                ticket = opening.open_ticket(
                    customer_id=customer,
                    channel=given["channel"],
                    topic=given["topic"],
                    words=given["words"],
                    subject=given["subject"],
                    priority=given["priority"],
                    source=self.source.key,
                    external_id=given["external_id"],
                    named_by=named_by,
                    at=given["at"] or now,
                    actor=self.actor,
                )
        except opening.UnableToOpen as unable:
            raise problems.invalid_places([{"pointer": f"/{unable.field}", "detail": str(unable.reason)}]) from unable
        except resolving.UnableToResolve as lost:
            raise problems.busy() from lost
        if ticket.customer_id != customer:
            raise conflict("of_another", _("A ticket with this number is somebody else's."))
        context.show([ticket.customer_id])
        return Response(_whole(ticket), status=status.HTTP_200_OK if before else status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="tickets_retrieve",
        summary="A ticket with what was said",
        parameters=[ID],
        responses=WholeTicketAnswer,
    )
    def retrieve(self, request: Request, id: str) -> Response:
        """One ticket."""
        row = _found(id)
        context.show([row.customer_id])
        return Response(_whole(row))

    @extend_schema(
        operation_id="tickets_messages",
        summary="Add what was said",
        description="A message of the customer opens the ticket again. What was said earlier than other messages "
        "counts where it was said.",
        parameters=[ID],
        request=MessageBody,
        responses={200: WholeTicketAnswer},
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def messages(self, request: Request, id: str) -> Response:
        """Add one."""
        given, now = _given(MessageBody, request)
        return self._changed(
            id,
            lambda about: working.say(
                direction=given["direction"],
                words=given["words"],
                waits=given["waits"],
                number=given["external_id"],
                at=given["at"] or now,
                told_at=now if given["at"] else None,
                **about,
            ),
        )

    @extend_schema(
        operation_id="tickets_resolve",
        summary="It is done",
        description="Resolved again it stays as it is.",
        parameters=[ID],
        request=NothingBody,
        responses={200: WholeTicketAnswer},
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def resolve(self, request: Request, id: str) -> Response:
        """Resolve one."""
        _none, now = _given(NothingBody, request)
        return self._changed(id, lambda about: working.resolve(at=now, **about))

    @extend_schema(
        operation_id="tickets_rate",
        summary="How the customer rates it",
        description="The newest rating stands.",
        parameters=[ID],
        request=RateBody,
        responses={200: WholeTicketAnswer},
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def rate(self, request: Request, id: str) -> Response:
        """Rate one."""
        given, now = _given(RateBody, request)
        return self._changed(
            id, lambda about: working.record_rating(stars=given["stars"], words=given["words"], at=now, **about)
        )

    def _changed(self, id: str, do: Callable[[dict[str, Any]], Ticket]) -> Response:
        row = _found(id)
        try:
            changed = do({"customer": row.customer_id, "ticket": row.id, "actor": self.actor})
        except working.NumberTaken as taken:
            raise conflict("of_another", str(taken.reason)) from taken
        except working.UnableToChange as unable:
            raise problems.invalid("words", str(unable.reason)) from unable
        context.show([changed.customer_id])
        return Response(_whole(changed))

    def _customer(self, given: Mapping[str, Any], now: dt.datetime) -> tuple[uuid.UUID, bytes | None]:
        """Whose it is, and by which identifier. Of somebody known nothing else changes."""
        who = given["customer"]
        if not isinstance(who, Person):
            try:
                return lineage.get(who).customer.id, None
            except lineage.Erased as error:
                raise problems.erased() from error
            except lineage.Unknown as error:
                raise exceptions.NotFound(_("There is no such customer.")) from error
        teller = Teller.SELF if given["self"] else Teller.OTHERS
        (found,) = identity.resolve_many([who], source=self.source, now=now, is_stranger=True, teller=teller)
        if found.outcome is identity.Outcome.SUPPRESSED:
            raise conflict("suppressed", str(unreadable.REASONS["suppressed"]))
        (named_by,) = deciding.decided_by([who], [found], source=self.source)
        return found.customer, named_by


def _past(value: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    if value is not None and value > now + FUTURE:
        raise serializers.ValidationError(_("This is in the future."))
    return min(value, now) if value else value


def _given(body: type[StrictSerializer], request: Request) -> tuple[dict[str, Any], dt.datetime]:
    now = timezone.now()
    made = body(data=request.data, context={"now": now})
    made.is_valid(raise_exception=True)
    return dict(made.validated_data), now


def _found(id: str) -> Ticket:
    try:
        row = Ticket.objects.filter(id=uuid.UUID(id)).first()
    except ValueError:
        row = None
    if row is None:
        raise exceptions.NotFound(_("There is no such ticket."))
    return row


def _told(row: Ticket, keyring: subjects.Keyring) -> dict[str, Any]:
    is_over = row.status == Ticket.Status.RESOLVED
    return {
        "id": str(row.id),
        "customer": str(row.customer_id),
        "source": row.source,
        "external_id": row.external_id,
        "channel": row.channel,
        "topic": row.topic,
        "priority": row.priority,
        "status": row.status,
        "subject": opened.subject(row, keyring),
        "opened_at": row.opened_at,
        "first_reply_at": row.first_reply_at,
        "first_reply_seconds": row.first_reply_seconds,
        "resolved_at": row.resolved_at,
        "resolution_seconds": row.spent_seconds if is_over else None,
        "due_at": row.next_due_at,
        "escalated_at": row.escalated_at,
        "satisfaction": row.satisfaction,
    }


def _whole(row: Ticket) -> dict[str, Any]:
    keyring = subjects.load([row.customer_id])
    said = [
        {
            "id": str(one.id),
            "direction": one.direction,
            "act": one.act,
            "words": one.words,
            "files": list(one.files),
            "at": one.at,
        }
        for one in opened.of_ticket(row, keyring)
    ]
    return {**_told(row, keyring), "messages": said}
