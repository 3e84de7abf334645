"""What people wrote, and what was refused: opened for staff, a page at a time.

Who may not see contacts reads words with addresses and numbers masked and learns of nobody who said them; ways of
contact are shown to nobody here, they stand on the page of the person.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cdp.core.crypto import rowkeys
from customers.services import buckets
from surveys.models import AnonymousAnswer, RefusedAnswer, Survey
from surveys.rules.definition import Definition
from surveys.rules.kinds.words import Contact
from surveys.rules.statistics import TOO_FEW
from surveys.selectors import sealing
from surveys.selectors.results import counting
from surveys.selectors.results.scope import Filter, scope
from surveys.selectors.texts import felt_as

PAGE = 50
MASK = "•••"
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_NUMBER = re.compile(r"\+?\(?\d(?:[\s().-]{0,2}\d){6,}")


@dataclass(frozen=True)
class Written:
    """One text. `customer` where somebody known said it and the reader may know who; `score` of the same response."""

    id: uuid.UUID
    question: str
    version: int
    item: str
    text: str
    at: dt.datetime | dt.date
    response: uuid.UUID | None = None
    customer: uuid.UUID | None = None
    score: int | None = None


@dataclass(frozen=True)
class Refused:
    """One answer that was not taken."""

    id: uuid.UUID
    question: str
    why: str
    value: str
    at: dt.datetime
    response: uuid.UUID
    customer: uuid.UUID | None


def written(
    survey: Survey,
    versions: Mapping[int, Definition],
    chosen: Filter,
    *,
    question: str = "",
    score: str = "",
    is_partial: bool = False,
    before: uuid.UUID | None = None,
    shows_people: bool,
    felt: str = "",
    theme: uuid.UUID | None = None,
    most: int = PAGE,
) -> list[Written]:
    """The newest texts, at most so many, of one question or all; `score`: the question whose number stands beside each.
    `felt` and `theme`: those that were read so, and none that waits to be read; they follow from a text alone, so
    anonymous ones may be chosen by them.
    `is_partial`: those of answers that were never finished. Anonymous ones in the order of their random ids, never in
    that of time, and without any filter only: whoever lays the texts of two filters side by side would read of one text
    what else its writer answered.
    """
    if survey.is_anonymous and chosen.given:
        return []
    keys = _open(versions)
    keys = [key for key in keys if key == question] if question else keys
    return (_of_nobody if survey.is_anonymous else _of_people)(
        survey,
        chosen,
        keys,
        score=score,
        is_partial=is_partial,
        before=before,
        shows_people=shows_people,
        read=felt_as.condition(felt, theme, is_anonymous=survey.is_anonymous),
        most=most,
    )


def masked(text: str) -> str:
    """The words without addresses of mail and numbers to call."""
    return _NUMBER.sub(MASK, _MAIL.sub(MASK, text))


def refused(survey: Survey, *, before: uuid.UUID | None = None, shows_people: bool) -> list[Refused]:
    """What was not taken, the newest first, at most PAGE. Who may not see contacts sees no value."""
    rows = RefusedAnswer.objects.filter(survey_id=survey.id)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[:PAGE])
    opened = sealing.load(survey, {row.customer_id for row in found}) if shows_people else None
    table = RefusedAnswer._meta.db_table
    return [
        Refused(
            row.id,
            row.question,
            row.why,
            _plain(opened.open(row.value, owner=row.customer_id, table=table, column="value", row=row.id))
            if opened
            else "",
            row.at,
            row.response_id,
            row.customer_id if shows_people and row.customer_id not in buckets.ALL else None,
        )
        for row in found
    ]


def _plain(value: str) -> str:
    """What was sent, a text without its quotes."""
    try:
        told = json.loads(value)
    except ValueError:
        return value
    return told if isinstance(told, str) else value


def _open(versions: Mapping[int, Definition]) -> list[str]:
    """Questions in whose answers words may stand: free texts and "other", without ways of contact."""
    contacts, found = set(), {}
    for told in versions.values():
        for one in told.questions():
            found[one.key] = one
            if isinstance(one, Contact):
                contacts.add(one.key)
    return [key for key in found if key not in contacts]


def _of_people(
    survey: Survey,
    chosen: Filter,
    keys: Sequence[str],
    *,
    score: str,
    is_partial: bool,
    before: uuid.UUID | None,
    shows_people: bool,
    read: felt_as.Condition,
    most: int,
) -> list[Written]:
    of = scope(survey, chosen, with_responses=True, is_every=True)  # words are read, not counted
    counted = "r.state = 'partial' AND NOT r.is_test" if is_partial else "a.is_counted"
    answers = of.answers.replace("a.is_counted", counted, 1)
    beside = (
        "(SELECT s.number FROM surveys_answer s WHERE s.customer_id = a.customer_id"
        " AND s.response_id = a.response_id AND s.question = %(score)s LIMIT 1)"
    )
    rows = _rows(
        "SELECT a.id, a.question, a.version, a.item, a.text, a.at, a.response_id, a.customer_id,"
        f" {beside} {answers} AND a.question = ANY(%(keys)s) AND a.text IS NOT NULL"
        + read.sql
        + (" AND a.id < %(before)s" if before else "")
        + " ORDER BY a.id DESC LIMIT %(page)s",
        {**of.params, **read.params, "score": score, "keys": list(keys), "before": before, "page": most},
    )
    opened = sealing.load(survey, {row[7] for row in rows})
    found = []
    for row, question, version, item, text, at, response, customer, number in rows:
        told = opened.open(text, owner=customer, table="surveys_answer", column="text", row=row)
        is_known = customer not in buckets.ALL
        found.append(
            Written(
                row,
                question,
                version,
                item,
                told if shows_people else masked(told),
                at,
                response,
                customer if shows_people and is_known else None,
                None if number is None else int(number),
            )
        )
    return [one for one in found if one.text]


def _of_nobody(
    survey: Survey,
    chosen: Filter,
    keys: Sequence[str],
    *,
    before: uuid.UUID | None,
    shows_people: bool,
    read: felt_as.Condition,
    most: int,
    **_rest: Any,
) -> list[Written]:
    """Words alone: beside a score or another answer they would tell more of whoever wrote them."""
    of = scope(survey, chosen)
    if sum(counting.completed(of).values()) < TOO_FEW:
        return []
    rows = _rows(
        f"SELECT a.id, a.question, a.version, a.item, a.text, a.at {of.answers}"
        " AND a.question = ANY(%(keys)s) AND a.text IS NOT NULL"
        + read.sql
        + (" AND a.id < %(before)s" if before else "")
        + " ORDER BY a.id DESC LIMIT %(page)s",
        {**of.params, **read.params, "keys": list(keys), "before": before, "page": most},
    )
    key: rowkeys.RowKey = sealing.key_of(survey)
    table = AnonymousAnswer._meta.db_table
    found = []
    for row, question, version, item, text, at in rows:
        told = key.open(text, table=table, column="text", row=row)
        found.append(Written(row, question, version, item, told if shows_people else masked(told), at))
    return [one for one in found if one.text]


def _rows(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
