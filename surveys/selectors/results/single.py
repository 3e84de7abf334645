"""One response whole, for staff."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.services import buckets
from surveys.models import Answer, Response, Survey
from surveys.rules.kinds.words import Contact
from surveys.selectors import sealing, wording
from surveys.selectors.results import words


@dataclass(frozen=True)
class Piece:
    """One row of it, opened."""

    question: str
    item: str
    number: Decimal | None
    code: str
    text: str


@dataclass(frozen=True)
class Single:
    """A response. `customer` where somebody known gave it and the reader may know who."""

    id: uuid.UUID
    version: int
    state: str
    mode: str
    language: str
    at: dt.datetime
    store: str
    flags: Sequence[str]
    customer: uuid.UUID | None
    pieces: Sequence[Piece]


def read(survey: Survey, response: uuid.UUID, *, shows_people: bool) -> Single | None:
    """That response; None where there is none. Who may not see contacts reads no way of contact, and masked words."""
    row = Response.objects.filter(id=response, survey_id=survey.id).first()
    if row is None:
        return None
    opened = sealing.load(survey, {row.customer_id})
    pieces = []
    for one in Answer.objects.filter(customer_id=row.customer_id, response_id=row.id).order_by("id"):
        text = opened.open(one.text, owner=row.customer_id, table="surveys_answer", column="text", row=one.id)
        if not shows_people:
            is_contact = isinstance(wording.asked(survey.id, row.version, one.question), Contact)
            text = words.MASK if is_contact else words.masked(text)
        pieces.append(Piece(one.question, one.item, one.number, one.code, text))
    return Single(
        row.id,
        row.version,
        row.get_state_display(),
        row.get_mode_display(),
        row.language,
        row.ended_at or row.saved_at,
        str(row.context.get("store", "")),
        list(row.flags),
        row.customer_id if shows_people and row.customer_id not in buckets.ALL else None,
        pieces,
    )
