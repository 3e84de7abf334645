"""REST: talks with customers, and what of them everybody may read."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import context
from cdp.core.api import problems
from cdp.core.api.pagination import SealedCursorPagination
from cdp.core.api.schema import Example, page
from cdp.core.api.views import ApiViewSet
from customers.selectors import lineage
from surveys.models import Guide, Interview, Participant, Testimonial
from surveys.rules.kinds import LANGUAGES
from surveys.selectors.interviews import guides, shown, talks

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The interview's id.")


class PersonAnswer(serializers.Serializer[Any]):
    """Somebody in a talk."""

    seat = serializers.IntegerField(help_text="By which notes and quotes name them; 0 is the group as a whole.")
    customer = serializers.UUIDField(allow_null=True, help_text="Null for somebody who stayed nameless.")
    disclosure = serializers.CharField(help_text="The version of what was said to them before, and they agreed to.")


class NoteAnswer(serializers.Serializer[Any]):
    """What was noted of a question."""

    question = serializers.CharField()
    seat = serializers.IntegerField()
    text = serializers.CharField()


class QuoteAnswer(serializers.Serializer[Any]):
    """Words as they were said."""

    id = serializers.UUIDField()
    question = serializers.CharField()
    seat = serializers.IntegerField()
    text = serializers.CharField()
    language = serializers.CharField()
    themes = serializers.ListField(child=serializers.CharField(), help_text="Codes of what it is about.")


class InterviewAnswer(serializers.Serializer[Any]):
    """A talk."""

    id = serializers.UUIDField()
    guide = serializers.CharField(help_text="The guide's address.")
    version = serializers.IntegerField(help_text="The version of the guide it was held by.")
    kind = serializers.ChoiceField(Interview.Kind.values)
    language = serializers.CharField()
    held_on = serializers.DateField()
    done = serializers.BooleanField()
    participants = PersonAnswer(many=True)


class WholeInterviewAnswer(InterviewAnswer):
    """A talk with all that was written down of it."""

    goal = serializers.DictField(child=serializers.CharField(), help_text="Of the guide, by language.")
    questions = serializers.DictField(child=serializers.DictField(), help_text="Question → its words by language.")
    notes = NoteAnswer(many=True)
    quotes = QuoteAnswer(many=True)


class TestimonialAnswer(serializers.Serializer[Any]):
    """Words that their person allows to be shown to everybody, in exactly this form."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    name = serializers.CharField(help_text="The name under which they allowed it.")
    language = serializers.CharField()
    published_at = serializers.DateTimeField()


_TALK = {
    "id": "6f1d7a52-0a5e-4c1e-9b8a-3e5a7a0f2b11",
    "guide": "product",
    "version": 1,
    "kind": "single",
    "language": "en",
    "held_on": "2026-11-20",
    "done": True,
    "participants": [{"seat": 1, "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70", "disclosure": "1"}],
}
_WHOLE = _TALK | {
    "goal": {"en": "Understand how the product fits into their day"},
    "questions": {"likes": {"en": "What do you like about it?"}},
    "notes": [{"question": "likes", "seat": 1, "text": "Uses it every morning."}],
    "quotes": [
        {
            "id": "0d8f1f3c-91a4-4f0e-8b0e-6a9c5d7e1f22",
            "question": "likes",
            "seat": 1,
            "text": "It saved my morning.",
            "language": "en",
            "themes": ["morning"],
        }
    ],
}
_PRAISE = {
    "id": "019a4f7a-1c02-7d3e-9f40-2b3c4d5e6f71",
    "text": "It saved my morning.",
    "name": "Mali, Bangkok",
    "language": "en",
    "published_at": "2026-11-22T10:00:00+07:00",
}


class InterviewViewSet(ApiViewSet):
    """Talks with customers."""

    scope = "interviews"
    lookup_field = "id"
    serializer_class = InterviewAnswer
    pagination_class = SealedCursorPagination
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"customer", "guide"})}
    examples: ClassVar[Mapping[str, Example]] = {
        "list": Example(response=page(_TALK)),
        "retrieve": Example(response=_WHOLE),
    }

    @extend_schema(
        operation_id="interviews_list",
        summary="Talks, in no order: their ids are chance",
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.UUID, description="Talks that this customer took part in."),
            OpenApiParameter("guide", str, description="Talks by this guide."),
        ],
        responses=InterviewAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page of talks, without what was said."""
        filters = self.paginator.filters(request)  # type: ignore[union-attr]
        found = Interview.objects.all()
        if "customer" in filters:
            found = found.filter(id__in=_talks_of(filters["customer"]))
        if "guide" in filters:
            guide = guides.find(filters["guide"])
            found = found.filter(guide_id=guide.id) if guide is not None else found.none()
        rows: list[Any] = self.paginate_queryset(found) or []
        people = talks.people_in([row.id for row in rows])
        slugs = dict(Guide.objects.filter(id__in={row.guide_id for row in rows}).values_list("id", "slug"))
        context.show({one.customer_id for listed in people.values() for one in listed if talks.owner(one)})
        return self.get_paginated_response([_talk(row, people[row.id], slugs) for row in rows])

    @extend_schema(
        operation_id="interviews_retrieve",
        summary="A talk with its notes and quotes",
        parameters=[ID],
        responses=WholeInterviewAnswer,
    )
    def retrieve(self, request: Request, id: str) -> Response:
        """One talk, whole."""
        try:
            whole = talks.whole(uuid.UUID(id))
        except ValueError:
            whole = None
        if whole is None:
            raise exceptions.NotFound(_("There is no such interview."))
        talk = whole.interview
        people = [row for row in whole.people.values() if row.seat]
        guide = guides.version(talk.guide_id, talk.version)
        slugs = dict(Guide.objects.filter(id=talk.guide_id).values_list("id", "slug"))
        context.show({one.customer_id for one in people if talks.owner(one)})
        return Response(
            _talk(talk, people, slugs)
            | {
                "goal": guide.goal,
                "questions": {one.key: one.text for one in guide.questions},
                "notes": [
                    {"question": question, "seat": seat, "text": text}
                    for (question, seat), text in sorted(whole.notes.items())
                ],
                "quotes": [
                    {
                        "id": one.id,
                        "question": one.question,
                        "seat": one.seat,
                        "text": one.words,
                        "language": one.language,
                        "themes": one.themes,
                    }
                    for one in whole.quotes
                ],
            }
        )


class TestimonialViewSet(ApiViewSet):
    """What everybody may read."""

    scope = "surveys"
    serializer_class = TestimonialAnswer
    pagination_class = SealedCursorPagination
    queries: ClassVar[Mapping[str, frozenset[str]]] = {"list": frozenset({"language"})}
    examples: ClassVar[Mapping[str, Example]] = {"list": Example(response=page(_PRAISE))}

    @extend_schema(
        operation_id="testimonials_list",
        summary="Words that customers allow to be shown to everybody",
        description="Only published ones, and only while their person allows exactly these words: ask again before you"
        " show them, at least once an hour.",
        parameters=[OpenApiParameter("language", str, description="Only those in this language: en, th, ko.")],
        responses=TestimonialAnswer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A page; who takes back is left out from that moment on, so a page may be shorter than asked for."""
        filters = self.paginator.filters(request)  # type: ignore[union-attr]
        found = Testimonial.objects.filter(state=Testimonial.State.PUBLISHED)
        if "language" in filters:
            if filters["language"] not in LANGUAGES:
                raise problems.invalid("language", _("Give one of: %(choices)s.") % {"choices": ", ".join(LANGUAGES)})
            found = found.filter(language=filters["language"])
        rows: list[Any] = self.paginate_queryset(found) or []
        told = [one for one in shown.opened(rows, at=timezone.now()) if one.is_shown]
        return self.get_paginated_response(
            [
                {
                    "id": one.id,
                    "text": one.words,
                    "name": one.name,
                    "language": one.language,
                    "published_at": one.published_at,
                }
                for one in told
            ]
        )


def _talk(row: Interview, people: list[Participant], slugs: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "guide": slugs.get(row.guide_id, ""),
        "version": row.version,
        "kind": row.kind,
        "language": row.language,
        "held_on": row.held_on,
        "done": row.is_done,
        "participants": [
            {"seat": one.seat, "customer": talks.owner(one), "disclosure": one.disclosure} for one in people
        ],
    }


def _talks_of(customer: str) -> list[uuid.UUID]:
    try:
        people = lineage.facts_under(uuid.UUID(customer))
    except ValueError as error:
        raise problems.invalid("customer", _("Must be a UUID.")) from error
    return list(Participant.objects.filter(customer_id__in=people).values_list("interview_id", flat=True))
