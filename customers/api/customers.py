"""REST: customers. Merged ids answer with their survivor, erased ones with 410."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import minimising, moments
from cdp.core import timeline as registry
from cdp.core.api.authentication import key_of
from cdp.core.api.pagination import SIZE
from cdp.core.api.problems import Problem, busy, conflict, invalid
from cdp.core.api.views import ApiViewSet
from cdp.core.models import Source
from customers.api import answers, bodies, examples, filters, pagination
from customers.api.erasing import ErasingMixin
from customers.api.finding import answer_of, found, noted, read
from customers.api.merging import MergingMixin
from customers.api.provenance import ProvenanceMixin
from customers.rules import unreadable
from customers.rules.people import IDENTIFYING, Person
from customers.selectors import history
from customers.selectors import profiles as reading
from customers.services import identity, profiles
from customers.services.identity import resolving

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The customer's id.")
NOT_COLLECTED = "CDP-Not-Collected"
SOURCE = OpenApiParameter("source", str, description="Whose `external_id` it is; left out: the source of your key.")
GONE = OpenApiResponse(description="The person was erased.")
CONFLICT = OpenApiResponse(
    description="`identity_conflict`: the identifiers belong to several customers. Nothing was written; a data steward "
    "was asked whether they are one person."
)


class CustomerViewSet(ProvenanceMixin, MergingMixin, ErasingMixin, ApiViewSet):
    """Who the customers are."""

    scope = "customers"
    lookup_field = "id"
    reads_by_post = {"lookup"}
    queries: ClassVar[Mapping[str, frozenset[str]]] = {
        "list": frozenset(filters.NAMES),
        "lookup": frozenset({"page_size"}),
        "create": frozenset({"source"}),
        "partial_update": frozenset({"source"}),
        "timeline": frozenset({"kind", "before", "cursor", "page_size"}),
    }
    serializer_class = answers.CustomerAnswer
    examples = examples.EXAMPLES

    @extend_schema(
        operation_id="customers_list",
        summary="List customers, newest first",
        description="Query strings end up in logs of proxies: prefer `POST customers/lookup` for anything personal.",
        parameters=[
            OpenApiParameter("email", str),
            OpenApiParameter("phone", str),
            OpenApiParameter("external_id", str, description="A customer number at `source`."),
            OpenApiParameter("q", str, description=str(bodies.Q)),
            OpenApiParameter("segment", str, description="Members of the segment of this key."),
            OpenApiParameter("source", str, description="Brought by this source, or whose `external_id` is meant."),
        ],
        responses=answers.CustomerAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of customers."""
        paginator = self.paginator
        assert paginator is not None, "the house has one"  # noqa: S101
        rows = filters.matching(paginator.filters(request), key_source=self.source.key)  # type: ignore[attr-defined]
        return self._page(rows, paginator, request)

    @extend_schema(
        operation_id="customers_lookup",
        summary="Find customers without naming them in an address",
        description="The same filters as the list, in a body. Needs only the scope customers:read.",
        request=bodies.Lookup,
        parameters=[SIZE],
        responses=answers.CustomerAnswer(many=True),
    )
    @action(detail=False, methods=["post"])
    def lookup(self, request: Request) -> Response:
        """A page of customers, filters from the body."""
        body = bodies.Lookup(data=request.data)
        body.is_valid(raise_exception=True)
        rows = filters.matching(body.validated_data, key_source=self.source.key, pointer="/")
        return self._page(rows, pagination.LookupPagination(dict(body.validated_data)), request)

    @extend_schema(
        operation_id="customers_create",
        summary="Write a customer",
        description="Finds the person by any identifier (external_id, email, phone, line_id, member_number, card_token,"
        " handle) or makes a new one. Left-out fields stay as they are, `null` clears a field.",
        parameters=[SOURCE],
        request=bodies.CustomerBody,
        responses={
            201: OpenApiResponse(answers.CustomerAnswer, description="New."),
            200: OpenApiResponse(answers.CustomerAnswer, description="Known; what was told was added."),
            409: CONFLICT,
        },
    )
    def create(self, request: Request) -> Response:
        """Upsert one customer."""
        body = bodies.CustomerBody(data=request.data)
        body.is_valid(raise_exception=True)
        person = body.person()
        if not person.is_identified:
            raise invalid("", _("Name at least one of %(identifiers)s.") % {"identifiers": ", ".join(IDENTIFYING)})
        source = self._source(request)
        try:
            saved = profiles.save(person, source=source, actor=self.actor, at=timezone.now(), is_self=body.is_self)
        except resolving.IdentityConflict as error:
            raise _conflict(error) from error
        except resolving.Suppressed as error:
            raise _suppressed() from error
        except resolving.UnableToResolve as error:
            raise busy() from error
        code = status.HTTP_201_CREATED if saved.is_new else status.HTTP_200_OK
        return Response(answer_of(saved.customer), status=code, headers=_dropped(person))

    @extend_schema(
        operation_id="customers_retrieve",
        summary="Read a customer",
        parameters=[ID],
        responses={200: answers.CustomerAnswer, 410: GONE},
    )
    def retrieve(self, request: Request, id: str) -> Response:
        """One customer, or the one they were merged into."""
        return Response(read(found(id)))

    @extend_schema(
        operation_id="customers_partial_update",
        summary="Correct a customer",
        description="What is told replaces what was known, `null` clears it. A replaced e-mail address or phone number"
        " no longer identifies the person.",
        parameters=[ID, SOURCE],
        request=bodies.CustomerBody,
        responses={200: answers.CustomerAnswer, 409: CONFLICT, 410: GONE},
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """Edit one customer."""
        row = found(id)
        body = bodies.CustomerBody(data=request.data, context={"country": row.country})
        body.is_valid(raise_exception=True)
        person = body.person()
        try:
            profiles.edit(
                customer=row.id,
                person=person,
                source=self._source(request),
                actor=self.actor,
                at=timezone.now(),
                is_self=body.is_self,
            )
        except resolving.IdentityConflict as error:
            raise _conflict(error) from error
        except resolving.Suppressed as error:
            raise _suppressed() from error
        except profiles.UnableToEdit as error:
            raise exceptions.NotFound from error
        minimising.note(body.validated_data, by="edit", day=timezone.now().date())
        return Response(answer_of(row.id), headers=_dropped(person))

    @extend_schema(
        operation_id="customers_timeline",
        summary="Read what happened, newest first",
        parameters=[
            ID,
            OpenApiParameter("kind", str, description="Only entries of this kind: order, refund, consent, note …"),
            OpenApiParameter("before", OpenApiTypes.DATETIME, description="Only what happened before this moment."),
            OpenApiParameter("cursor", str),
            SIZE,
        ],
        responses={200: answers.TimelineAnswer, 410: GONE},
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def timeline(self, request: Request, id: str) -> Response:
        """A page of the timeline."""
        row = found(id)
        kind, before = request.query_params.get("kind", ""), request.query_params.get("before", "")
        page_size = pagination.size(request)
        moment = None
        if cursor := request.query_params.get("cursor"):
            moment, kind = pagination.position(cursor)
        elif before:
            moment = _moment(before)
        if kind and kind not in registry.kinds():
            raise invalid("kind", _("Unknown kind; known are %(known)s.") % {"known": ", ".join(registry.kinds())})
        readable = registry.readable(key_of(request).scopes)
        if kind and kind not in readable:
            message = _("The API key lacks the scope to read entries of the kind %(kind)s.") % {"kind": kind}
            raise exceptions.PermissionDenied(message)
        page = history.page(row.id, before=moment, kinds=[kind] if kind else readable, size=page_size)
        return Response(
            {
                "results": [answers.entry(entry) for entry in page.entries],
                "next": pagination.next_url(request, before=page.before, kind=kind, page_size=page_size),
                "previous": None,
            }
        )

    def _page(self, rows: Any, paginator: Any, request: Request) -> Response:
        page = paginator.paginate_queryset(rows, request, view=self)
        profiles_ = reading.opened(page)
        noted(profiles_.values())
        return paginator.get_paginated_response([answers.customer(profiles_[row.id]) for row in page])

    def _source(self, request: Request) -> Source:
        """The source whose customer numbers the body means."""
        key = request.query_params.get("source")
        if not key or key == self.source.key:
            return self.source
        source = Source.objects.filter(key=key).first()
        if source is None:
            raise invalid("source", _("There is no such source."))
        return source


def _dropped(person: Person) -> dict[str, str]:
    """Says which fields of the body the shop does not collect any more; a field that the customer has is put right."""
    names = identity.dropped(person)
    return {NOT_COLLECTED: ", ".join(names)} if names else {}


def _moment(text: str) -> Any:
    moment = moments.read(text)
    if moment is None:
        raise invalid("before", _("Write the time with its zone as in RFC 3339, like 2026-11-21T14:30:00Z."))
    return moment


def _conflict(error: resolving.IdentityConflict) -> Problem:
    problem = conflict(
        "identity_conflict",
        _("The identifiers belong to different customers. Nothing was written; a data steward was asked."),
        customers=[str(customer) for customer in error.customers],
    )
    problem.leaves_work = True  # the suggestion to the steward, which is there once however often it is made
    return problem


def _suppressed() -> Problem:
    return conflict("suppressed", str(unreadable.REASONS["suppressed"]))
