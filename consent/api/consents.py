"""REST: what customers allow."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.views import ApiViewSet
from cdp.core.crypto import subjects
from consent.api import answers, bodies, examples
from consent.models import ConsentRecord
from consent.rules.packs import Basis
from consent.selectors import jurisdiction, ledger, purposes, reach
from consent.services import confirming, evidence, grants, receipts, refusing
from customers.selectors import lineage

ID_FIELDS = {"customer"}
GONE = OpenApiResponse(description="`erased`: nobody is left under that id.")
NOBODY = OpenApiResponse(description="There is no such customer.")


class HistoryPagination(SealedCursorPagination):
    """Pages by the time of the statement: imported ones are written later than they were made."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page, newest statement first."""
        self.request = request
        self.size = self._size(request)
        cursor = self._cursor(request)
        backwards, edge = cursor.get("d") == "p", cursor.get("id")
        if edge:
            moment, _space, record = edge.partition(" ")
            at, side = datetime.fromisoformat(moment), "gt" if backwards else "lt"
            queryset = queryset.filter(Q(**{f"at__{side}": at}) | Q(at=at, **{f"id__{side}": uuid.UUID(record)}))
        order = ("at", "id") if backwards else ("-at", "-id")
        rows = list(queryset.order_by(*order)[: self.size + 1])
        more = len(rows) > self.size
        rows = rows[: self.size]
        if backwards:
            rows.reverse()
        self.has_next = True if backwards else more
        self.has_previous = (more if backwards else bool(edge)) and bool(rows)
        self.rows = rows
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """`{"results", "next", "previous"}`."""
        rows = self.rows
        return Response(
            {
                "results": data,
                "next": self._link("n", _edge(rows[-1])) if rows and self.has_next else None,
                "previous": self._link("p", _edge(rows[0])) if self.has_previous else None,
            }
        )


def _edge(record: ConsentRecord) -> str:
    return f"{record.at.isoformat()} {record.id}"


class ConsentViewSet(ApiViewSet):
    """The ledger of consent: statements are added, never changed."""

    scope = "consents"
    serializer_class = answers.ConsentAnswer
    pagination_class = HistoryPagination
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset(ID_FIELDS)}
    examples = examples.EXAMPLES

    @extend_schema(
        operation_id="consents_create",
        summary="Record what a customer allows or refuses",
        request=bodies.ConsentBody,
        responses={
            201: OpenApiResponse(answers.ConsentAnswer, description="Recorded."),
            202: OpenApiResponse(
                answers.PendingAnswer,
                description=(
                    "Waits for the confirmation by mail: `double_opt_in` asked for it, or the law of the customer's"
                    " country does and `evidence.double_opt_in.confirmed_at` was not sent."
                ),
            ),
            404: NOBODY,
            410: GONE,
        },
    )
    def create(self, request: Request) -> Response:
        """Write one statement, made now.

        A grant of somebody whose law wants a second step (in Germany and Austria) is asked for by a mail to the
        customer's own address and answered 202, unless `evidence.double_opt_in` says when they confirmed it.
        """
        body = bodies.ConsentBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        customer = person_of(values["customer"])
        files = [evidence.Given(one["name"], one["content"]) for one in values["files"]]
        self._check_time(customer, values)
        if values["granted"]:
            self._check_age(customer, values)
            if values["double_opt_in"] or _must_ask(customer, values):
                if files:
                    detail = _("A grant that waits for its confirmation takes no files: the confirmation proves it.")
                    raise problems.invalid("/files", detail)
                return self._ask(customer, values)
        now = timezone.now()
        try:
            with transaction.atomic():
                record = grants.record(
                    customer=customer,
                    purpose=values["purpose"],
                    channel=values["channel"],
                    granted=values["granted"],
                    at=now,
                    source=self.source.key,
                    method="api",
                    actor=self.actor,
                    policy_version=values["policy_version"],
                    evidence=values["evidence"],
                    files=evidence.keep(customer=customer, files=files, actor=self.actor, at=now) if files else (),
                )
        except grants.UnableToRecord as error:
            raise problems.invalid(f"/{error.field}", str(error)) from error
        except evidence.UnableToKeep as error:
            place = "/files" if error.index < 0 else f"/files/{error.index}/content"
            raise problems.invalid(place, str(error)) from error
        return Response(_shown([record], [record.customer_id])[0], status=status.HTTP_201_CREATED)

    def _check_time(self, customer: uuid.UUID, values: Mapping[str, Any]) -> None:
        now, told = timezone.now(), bodies.confirmed_at(values["evidence"])
        if told is not None and told > now + grants.AHEAD:
            box = {"purpose": values["purpose"], "channel": values["channel"]}
            refusing.note_future(customer=customer, **box, door="api", actor=self.actor, at=now)
            raise problems.invalid("/evidence", _("The time lies in the future."))

    def _check_age(self, customer: uuid.UUID, values: Mapping[str, Any]) -> None:
        now = timezone.now()
        if jurisdiction.needing_guardian([(customer, values["purpose"])], on=now.date()):
            box = (values["purpose"], values["channel"])
            refusing.note_child(customer=customer, boxes=[box], door="api", actor=self.actor, at=now)
            raise problems.invalid(
                "/granted",
                _("By their date of birth a guardian has to allow this. They name one on their preferences page."),
            )

    def _ask(self, customer: uuid.UUID, values: Mapping[str, Any]) -> Response:
        """Ask whoever reads the customer's own address; nothing is granted before they say so."""
        purpose, channel = values["purpose"], values["channel"]
        offered = purposes.channels().get(purpose)
        if offered is None or channel not in offered:
            raise problems.invalid("/channel" if offered else "/purpose", _("There is no such purpose or channel."))
        way = reach.ways([customer]).get(customer)
        if way is None:
            raise problems.invalid(
                "/evidence/double_opt_in" if not values["double_opt_in"] else "/customer",
                _(
                    "In this customer's country a yes counts only once they confirm it, and there is no address to ask"
                    " at. Tell one first, or send here as confirmed_at when they did."
                ),
            )
        words = str(values["evidence"].get("text") or purposes.names(way.language).get(purpose, purpose))
        with transaction.atomic():
            sent = confirming.ask(
                confirming.Question(
                    customer=customer,
                    boxes=[confirming.Asked(purpose, channel, words)],
                    email=way.address if way.channel == "email" else "",
                    phone=way.address if way.channel == "sms" else "",
                    source=self.source.key,
                    method="api",
                    language=way.language,
                    policy_version=values["policy_version"],
                    evidence=values["evidence"],
                    at=timezone.now(),
                )
            )
        told = {"customer": str(customer), "purpose": purpose, "channel": channel, "status": "pending"}
        return Response({**told, "sent": bool(sent)}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="consents_list",
        summary="What a customer said, newest first",
        parameters=[OpenApiParameter("customer", OpenApiTypes.UUID, required=True, description="The customer.")],
        responses={200: answers.ConsentAnswer(many=True), 404: NOBODY, 410: GONE},
    )
    def list(self, request: Request) -> Response:
        """The history of one customer."""
        filters = self.paginator.filters(request)  # type: ignore[union-attr]
        if "customer" not in filters:
            raise problems.invalid("customer", _("Name the customer."))
        persons = lineage.of(person_of(filters["customer"]))
        page: list[Any] = self.paginate_queryset(ledger.history(persons)) or []
        return self.get_paginated_response(_shown(page, persons))


class CustomerConsentViewSet(ApiViewSet):
    """What holds for one customer now."""

    scope = "consents"
    examples = examples.CURRENT
    serializer_class = answers.ConsentAnswer
    pagination_class = HistoryPagination

    @extend_schema(
        operation_id="customers_consents",
        summary="What a customer allows now: the latest statement per purpose and channel",
        parameters=[OpenApiParameter("customer", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=answers.ConsentAnswer(many=True),
    )
    def list(self, request: Request, customer: str) -> Response:
        """The latest statements of one customer, newest first."""
        persons = lineage.of(person_of(customer))
        page: list[Any] = self.paginate_queryset(ledger.current(persons)) or []
        return self.get_paginated_response(_shown(page, persons))

    @extend_schema(
        operation_id="customers_consents_receipt",
        summary="A signed receipt of what a customer allows, with its history",
        parameters=[OpenApiParameter("customer", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: answers.ReceiptAnswer, 404: NOBODY, 410: GONE},
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def receipt(self, request: Request, customer: str) -> Response:
        """In the shape of ISO/IEC TS 27560, for the person to keep; the signature is checked without us."""
        person = person_of(customer)
        try:
            receipt = receipts.issue(customer=person, at=timezone.now(), actor=self.actor)
        except receipts.UnableToIssue as error:  # erased between the two
            raise problems.erased() from error
        context.show([person])
        return Response(receipt)


def _must_ask(customer: uuid.UUID, values: Mapping[str, Any]) -> bool:
    """Whether the law wants a second step that nobody has proved: neither the evidence nor a "yes" that stands."""
    if bodies.CONFIRMED in values["evidence"]:
        return False
    law = jurisdiction.of_customer(customer)
    if law.basis(values["purpose"], values["channel"]) is Basis.CONTRACT or not confirming.is_asked_twice(law):
        return False
    about = (values["purpose"], values["channel"])
    standing = list(ledger.states([customer]).filter(purpose=about[0], channel=about[1], is_granted=True))
    return not standing or about in ledger.outdated(standing, at=timezone.now())


def person_of(given: uuid.UUID | str) -> uuid.UUID:
    """The person who now stands behind that id. Raises the 404, 410 and 422 of the contract."""
    try:
        wanted = uuid.UUID(str(given))
    except ValueError as error:
        raise problems.invalid("customer", _("Must be a UUID.")) from error
    try:
        return lineage.get(wanted).customer.id
    except lineage.Erased as error:
        raise problems.erased() from error
    except lineage.Unknown as error:
        raise problems.Problem(
            "not_found", _("There is no such customer."), status_code=status.HTTP_404_NOT_FOUND
        ) from error


def _shown(records: list[ConsentRecord], persons: list[uuid.UUID]) -> list[dict[str, Any]]:
    """The JSON of the records; the access log learns whose evidence was opened."""
    keyring = subjects.load(persons)
    context.show(persons[:1])
    return [answers.consent(record, keyring) for record in records]
