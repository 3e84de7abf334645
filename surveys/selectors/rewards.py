"""Who is owed what for answering: the one place that loyalty reads (fact `surveys.reward`).

Each is told once under a name of its own that never changes, so that giving it twice is seen: one for a person and a
questionnaire, however often they answered or were merged.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.models import Response, RewardClaim


@dataclass(frozen=True)
class Reward:
    """`name` is unique for ever; `promised` as `surveys.rules.rewards` reads it; `on` the day it was earned, of an
    anonymous answer the first of the month whose claims were written together.
    """

    name: str
    customer: uuid.UUID
    survey: uuid.UUID
    promised: Mapping[str, Any]
    on: dt.date
    is_anonymous: bool


def of(customers: Collection[uuid.UUID]) -> list[Reward]:
    """What these customers (a lineage) are owed: the earliest promise to each for answering a questionnaire.

    Two queries.
    """
    claims = RewardClaim.objects.filter(customer_id__in=customers).exclude(promised={}).order_by("month", "id")
    found = {
        claim.survey_id: Reward(
            f"claim:{claim.id}", claim.customer_id, claim.survey_id, claim.promised, claim.month, True
        )
        for claim in reversed(claims)
    }
    answered = Response.objects.filter(
        customer_id__in=customers, state=Response.State.COMPLETE, is_test=False, ended_at__isnull=False
    )
    first: dict[uuid.UUID, Response] = {}
    for response in answered.exclude(promised={}).order_by("ended_at", "id"):
        first.setdefault(response.survey_id, response)
    for survey_id, response in first.items():
        if response.ended_at is not None:
            found[survey_id] = Reward(
                f"response:{response.id}",
                response.customer_id,
                survey_id,
                response.promised,
                response.ended_at.date(),
                is_anonymous=False,
            )
    return sorted(found.values(), key=lambda one: (one.on, one.name))
