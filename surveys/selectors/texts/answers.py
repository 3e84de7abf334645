"""Open answers as texts: of people, of people nobody knows, and anonymous ones, which have no customer at all.

Ways of contact are asked in surveys too; they are no texts.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from surveys.models import AnonymousAnswer, Answer, Survey, SurveyVersion
from surveys.rules import definition
from surveys.rules.kinds.words import Contact
from surveys.selectors import sealing
from surveys.selectors.texts.sources import Place, Source, unless_lost

_TABLE, _NOBODYS = Answer._meta.db_table, AnonymousAnswer._meta.db_table
_known: dict[uuid.UUID, tuple[uuid.UUID, frozenset[str], frozenset[str]]] = {}
"""Published versions never change: version → survey, its questions, those of them that ask for a way of contact."""


def questions() -> dict[str, Any]:
    """Questions in whose answers words stand: parameters for `SOURCE.rows`. One that asked for a way of contact in any
    version is none.
    """
    for row in SurveyVersion.objects.exclude(id__in=list(_known)).only("id", "survey_id", "definition"):
        asked = list(definition.read(row.definition).questions())
        contacts = frozenset(one.key for one in asked if isinstance(one, Contact))
        _known[row.id] = (row.survey_id, frozenset(one.key for one in asked), contacts)
    personal = {(survey, key) for survey, _asked, own in _known.values() for key in own}
    pairs = sorted({(survey, key) for survey, asked, _own in _known.values() for key in asked} - personal)
    return {"open_surveys": [survey for survey, _key in pairs], "open_questions": [key for _survey, key in pairs]}


def words(places: Sequence[Place]) -> Mapping[uuid.UUID, str]:
    """What these answers say."""
    rows = Answer.objects.filter(
        customer_id__in={place.customer for place in places}, id__in=[place.text for place in places]
    ).values_list("id", "customer_id", "survey_id", "text")
    return _opened(list(rows))


def _opened(rows: Sequence[tuple[uuid.UUID, uuid.UUID, uuid.UUID, Any]]) -> dict[uuid.UUID, str]:
    by_survey: dict[uuid.UUID, list[tuple[uuid.UUID, uuid.UUID, Any]]] = defaultdict(list)
    for row, owner, survey, text in rows:
        by_survey[survey].append((row, owner, text))
    found = {}
    for asked in Survey.objects.filter(id__in=list(by_survey)):
        own = by_survey[asked.id]
        keys = sealing.load(asked, {owner for _row, owner, _text in own})
        for row, owner, text in own:
            told = unless_lost(keys.open, text, owner=owner, table=_TABLE, column="text", row=row)
            if told:
                found[row] = told
    return found


SOURCE = Source(
    kind="answer",
    label=_("Answer to a survey"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.response_id AS parent_id, w.at, w.at AS told_at FROM surveys_answer w"
        " WHERE w.text IS NOT NULL AND w.is_counted AND (w.survey_id, w.question) IN"
        " (SELECT * FROM unnest(%(open_surveys)s::uuid[], %(open_questions)s::text[]))"
    ),
    words=words,
    params=questions,
)


class Nobodys(NamedTuple):
    """An anonymous answer that waits to be read."""

    id: uuid.UUID
    survey: uuid.UUID
    at: dt.date
    text: str


def unread_of_nobody(*, models: Sequence[str], names: int, limit: int) -> list[Nobodys]:
    """At most `limit` anonymous answers that wait, in the order of their random ids: never in that of time."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT w.id, w.survey_id, w.at, w.text FROM {_NOBODYS} w
            WHERE w.text IS NOT NULL
                AND (w.survey_id, w.question) IN
                    (SELECT * FROM unnest(%(open_surveys)s::uuid[], %(open_questions)s::text[]))
                AND NOT EXISTS (
                    SELECT 1 FROM surveys_anonymousreading g
                    WHERE g.id = w.id AND g.model = ANY(%(models)s) AND g.names = %(names)s
                )
            ORDER BY w.id LIMIT %(limit)s
            """,  # noqa: S608  (a table of ours)
            {**questions(), "models": list(models), "names": names, "limit": limit},
        )
        rows = cursor.fetchall()
    keys = {asked.id: sealing.key_of(asked) for asked in Survey.objects.filter(id__in={row[1] for row in rows})}
    return [
        Nobodys(row, survey, at, unless_lost(keys[survey].open, text, table=_NOBODYS, column="text", row=row))
        for row, survey, at, text in rows
        if survey in keys
    ]
