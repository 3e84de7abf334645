"""Questionnaires to ask with: which one an address means, its versions made ready, and whether it is open."""

import datetime as dt
import functools
import uuid
from enum import StrEnum

from django.db.models import F, Q, QuerySet

from surveys.models import Quota, Survey, SurveyVersion
from surveys.rules import definition
from surveys.rules.flow import Prepared

PLACE = "survey"
"""What a questionnaire is among all that asks people (`consent.services.disclosures`)."""


MOST_OPEN = 200
"""More than any shop has open at once."""


class Closed(StrEnum):
    """Why nobody can answer now."""

    DRAFT = "draft"
    EARLY = "early"
    OVER = "over"


def find(slug: str) -> Survey | None:
    """The questionnaire with that address."""
    return None if "\x00" in slug else Survey.objects.filter(slug=slug).first()


def published() -> QuerySet[Survey]:
    """All that people could answer once, open or over; without those that were put away."""
    return Survey.objects.filter(version__gt=0).exclude(state=Survey.State.ARCHIVED)


def closed(survey: Survey, *, at: dt.datetime) -> Closed | None:
    """Why nobody can answer at that time; None while it is open."""
    if survey.version == 0 or survey.state == Survey.State.DRAFT:
        return Closed.DRAFT
    if survey.state != Survey.State.OPEN or (survey.closes_at is not None and at >= survey.closes_at):
        return Closed.OVER
    if survey.opens_at is not None and at < survey.opens_at:
        return Closed.EARLY
    return None


def is_full(survey: Survey) -> bool:
    """Whether a quota of everybody has no place left: nobody's answers can change that."""
    return Quota.objects.filter(survey=survey, when="", taken__gte=F("limit")).exists()


@functools.lru_cache(maxsize=256)
def version(survey: uuid.UUID, number: int) -> Prepared:
    """A published version, ready to lead people through; it never changes. Raises SurveyVersion.DoesNotExist."""
    row = SurveyVersion.objects.get(survey_id=survey, number=number)
    return Prepared(definition.read(row.definition))


def open_now(*, at: dt.datetime, most: int = MOST_OPEN) -> list[Survey]:
    """Those that take answers of people we know at that time, the newest first: what staff can ask during a call."""
    rows = Survey.objects.filter(
        Q(opens_at__isnull=True) | Q(opens_at__lte=at),
        Q(closes_at__isnull=True) | Q(closes_at__gt=at),
        state=Survey.State.OPEN,
        version__gt=0,
        is_anonymous=False,
    )
    return list(rows.order_by("-created_at", "-id")[:most])
