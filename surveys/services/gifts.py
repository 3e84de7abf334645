"""What an answer brings at once: the rooms above say how a promise is kept, and the last page shows it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from customers.services import buckets
from surveys.models import Response


@dataclass(frozen=True, slots=True)
class Gift:
    """What somebody has of their answer, in words of the language in force: a code, and the last day it is good for."""

    what: str
    code: str
    last_day: date


Giver = Callable[[uuid.UUID, uuid.UUID, datetime], Gift | None]
"""Takes the customer, the questionnaire and the moment; None for what they have had before or cannot have."""
_givers: dict[str, Giver] = {}


def provide(kind: str, giver: Giver) -> None:
    """Say who keeps promises of a kind (`coupon`)."""
    _givers[kind] = giver


def of(response: Response, *, at: datetime) -> Gift | None:
    """What this answer brings now; None where nothing that is shown was promised, or nobody knows whose it is."""
    giver = _givers.get(response.promised.get("kind", ""))
    if giver is None or response.state != Response.State.COMPLETE or not buckets.without([response.customer_id]):
        return None
    return giver(response.customer_id, response.survey_id, at)
