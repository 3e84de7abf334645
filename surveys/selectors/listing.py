"""How many answered each questionnaire, and when last."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Max

from surveys.models import AnonymousResponse, Response

FEWEST = 5
"""Anonymous answers under it are told as "few": one more or less would tell who was asked last."""


@dataclass(frozen=True)
class Figures:
    """Complete answers, and when the last came; of an anonymous questionnaire the day is all anybody knows."""

    answers: int = 0
    last: dt.datetime | dt.date | None = None
    is_few: bool = False


def figures(named: Collection[uuid.UUID], anonymous: Collection[uuid.UUID]) -> dict[uuid.UUID, Figures]:
    """Of questionnaires by name and of anonymous ones; those without answers are left out. Two reads."""
    rows = (
        Response.objects.filter(survey_id__in=named, state=Response.State.COMPLETE, is_test=False)
        .values("survey_id")
        .annotate(n=Count("id"), last=Max("ended_at"))
    )
    found = {row["survey_id"]: Figures(row["n"], row["last"]) for row in rows}
    nameless = (
        AnonymousResponse.objects.filter(survey_id__in=anonymous)
        .values("survey_id")
        .annotate(n=Count("id"), last=Max("at"))
    )
    for row in nameless:
        is_few = row["n"] < FEWEST
        found[row["survey_id"]] = Figures(0 if is_few else row["n"], None if is_few else row["last"], is_few)
    return found
