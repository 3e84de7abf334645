"""What goes out: questionnaires and responses as JSON."""

import datetime as dt
from typing import Any

from django.db import models
from rest_framework import serializers

from cdp.core.api import pointers
from consent.rules import notices
from consent.selectors import notices as notices_in_force
from customers.services import buckets
from surveys.models import Response, Survey
from surveys.rules import definition, words
from surveys.rules.definition import Definition
from surveys.rules.sending import Fault
from surveys.selectors import links, questionnaires
from surveys.selectors.questionnaires import Closed

Json = dict[str, Any]


class Status(models.TextChoices):
    """Whether it can be answered."""

    OPEN = "open"
    EARLY = Closed.EARLY.value
    OVER = Closed.OVER.value


class SurveyAnswer(serializers.Serializer[Any]):
    """A questionnaire that was published."""

    slug = serializers.CharField()
    title = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    status = serializers.ChoiceField(Status.values, help_text="`early`: opens later; `over`: closed.")
    version = serializers.IntegerField(help_text="The one in force.")
    languages = serializers.ListField(child=serializers.CharField())
    anonymous = serializers.BooleanField()
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    url = serializers.URLField(help_text="Its public page.")


class SaidAnswer(serializers.Serializer[Any]):
    """What people are to be told before the first question."""

    version = serializers.CharField(help_text="To be named with each response.")
    language = serializers.CharField()
    title = serializers.CharField()
    used_for = serializers.CharField()
    seen_by = serializers.CharField()
    kept_for = serializers.CharField()


class DefinitionAnswer(SurveyAnswer):
    """A questionnaire with what it asks, and what people are told before."""

    disclosure = SaidAnswer(many=True, help_text="In each language of the survey.")

    definition = serializers.JSONField(help_text="As the JSON Schema of questionnaires describes it.")


class RefusedPlace(serializers.Serializer[Any]):
    """An answer that was not taken."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ResponseAnswer(serializers.Serializer[Any]):
    """What became of a response. An anonymous one has no id: nothing leads back to it."""

    id = serializers.UUIDField(allow_null=True)
    survey = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(
        Response.State.values,
        help_text="`full`: a quota had no place left; `screened`: it is not meant for them. Neither counts.",
    )
    customer = serializers.UUIDField(allow_null=True)
    external_id = serializers.CharField()
    scores = serializers.DictField(child=serializers.FloatField())
    at = serializers.DateTimeField(allow_null=True, help_text="When it was last written.")
    refused = RefusedPlace(many=True, help_text="What was not taken of a response in part.")
    claim = serializers.CharField(
        allow_null=True, help_text="The code for the reward of an anonymous answer: give it to the person, keep it not."
    )


def survey(row: Survey, *, at: dt.datetime) -> Json:
    """One questionnaire that was published."""
    read = questionnaires.version(row.id, row.version).definition
    why = questionnaires.closed(row, at=at)
    return {
        "slug": row.slug,
        "title": dict(read.title),
        "status": why.value if why is not None else Status.OPEN.value,
        "version": row.version,
        "languages": list(read.languages),
        "anonymous": row.is_anonymous,
        "opens_at": row.opens_at,
        "closes_at": row.closes_at,
        "url": links.public(row.slug),
    }


def whole(row: Survey, *, at: dt.datetime) -> Json:
    """One questionnaire with its definition."""
    read: Definition = questionnaires.version(row.id, row.version).definition
    return survey(row, at=at) | {"definition": definition.written(read), "disclosure": _said(row, read, at=at)}


def _said(row: Survey, read: Definition, *, at: dt.datetime) -> list[Json]:
    """The words in force, once in each language they are written in."""
    name = notices.of_disclosure(questionnaires.PLACE, row.slug)
    told = [notices_in_force.disclosure(name, language=language, at=at) for language in read.languages]
    fields = ("version", "language", "title", "used_for", "seen_by", "kept_for")
    found = {one.language: {field: getattr(one, field) for field in fields} for one in told if one is not None}
    return list(found.values())


def response(
    row: Survey,
    state: Response.State,
    kept: Response | None,
    *,
    faults: tuple[Fault, ...] = (),
    claim: str | None = None,
) -> Json:
    """One response; `kept` is None for an anonymous one."""
    return {
        "id": str(kept.id) if kept is not None else None,
        "survey": row.slug,
        "version": kept.version if kept is not None else row.version,
        "state": state.value,
        "customer": None if kept is None or kept.customer_id in buckets.ALL else str(kept.customer_id),
        "external_id": kept.external_id if kept is not None else "",
        "scores": dict(kept.scores) if kept is not None else {},
        "at": kept.saved_at if kept is not None else None,
        "refused": [
            {"pointer": pointer(fault), "code": fault.why.value, "detail": words.sentence(fault)} for fault in faults
        ],
        "claim": claim,
    }


def pointer(fault: Fault) -> str:
    """Where the answer stands in the body."""
    return f"/answers/{pointers.escaped(fault.question)}"


def places(faults: tuple[Fault, ...]) -> list[dict[str, str]]:
    """One place of each question: what was refused of it says more than that it is missing."""
    found: dict[str, dict[str, str]] = {}
    for fault in faults:
        found.setdefault(fault.question, {"pointer": pointer(fault), "detail": words.sentence(fault)})
    return list(found.values())
