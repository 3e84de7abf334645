"""Answers planted in bulk, as the one way in writes them: for tests of results."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from cdp.core import ids
from customers.models import Customer
from customers.services import buckets
from surveys.models import AnonymousAnswer, AnonymousResponse, Answer, Response, Survey
from surveys.selectors import questionnaires


def plant(
    survey: Survey, given: Iterable[Mapping[str, Any]], *, at: dt.datetime | None = None, version: int = 0, **more: Any
) -> list[Response]:
    """A complete response for each `{question: JSON value}`, without words."""
    at = at or timezone.now()
    number = version or survey.version
    questions = {one.key: one for one in questionnaires.version(survey.id, number).definition.questions()}
    told = {"mode": "web", "language": "en", "customer_id": buckets.IDS[0], "started_at": at, "saved_at": at} | more
    responses, rows = [], []
    for values in given:
        response = Response(survey_id=survey.id, version=number, state=Response.State.COMPLETE, ended_at=at, **told)
        responses.append(response)
        rows += [
            Answer(
                id=ids.uuid7(), customer_id=response.customer_id, response=response, survey_id=survey.id, version=number,
                question=key, item=row.item, number=row.number, code=row.code, pieces=len(pieces), at=at, is_counted=True,
            )
            for key, value in values.items()
            for pieces in [questions[key].take(value)]
            for row in pieces
        ]  # fmt: skip
    Response.objects.bulk_create(responses)
    Answer.objects.bulk_create(rows)
    return responses


def people(count: int, **fields: Any) -> list[uuid.UUID]:
    """Customers nobody has told anything else of, straight into the table."""
    now = timezone.now()
    rows = [Customer(id=ids.uuid7(), created_at=now, updated_at=now, **fields) for _one in range(count)]
    Customer.objects.bulk_create(rows)
    return [row.id for row in rows]


def plant_each(
    survey: Survey, given: Iterable[Mapping[str, Any]], who: Iterable[uuid.UUID], **more: Any
) -> list[Response]:
    """One response of each of these people."""
    return [
        response
        for values, customer in zip(given, who, strict=True)
        for response in plant(survey, [values], customer_id=customer, **more)
    ]


def plant_nameless(
    survey: Survey, given: Iterable[Mapping[str, Any]], *, day: dt.date | None = None, **more: Any
) -> None:
    """The same of nobody."""
    day = day or timezone.localdate()
    questions = {one.key: one for one in questionnaires.version(survey.id, survey.version).definition.questions()}
    told = {"mode": "web", "language": "en"} | more
    responses, rows = [], []
    for values in given:
        response = AnonymousResponse(id=uuid.uuid4(), survey_id=survey.id, version=survey.version, at=day, **told)
        responses.append(response)
        rows += [
            AnonymousAnswer(
                response=response, survey_id=survey.id, version=survey.version, question=key, item=row.item,
                number=row.number, code=row.code, pieces=len(pieces), at=day,
            )
            for key, value in values.items()
            for pieces in [questions[key].take(value)]
            for row in pieces
        ]  # fmt: skip
    AnonymousResponse.objects.bulk_create(responses)
    AnonymousAnswer.objects.bulk_create(rows)
