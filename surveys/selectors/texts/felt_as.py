"""Open answers of a survey by how they were read: which to show, and how many there are of each feeling and theme."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from surveys.models import Survey, Theme
from surveys.rules.statistics import TOO_FEW
from surveys.rules.understanding import reader
from surveys.selectors.results.scope import Filter, scope
from surveys.selectors.texts import felt_of, themes, vocabulary
from surveys.selectors.texts.themes import Split

MOST_THEMES = 12


@dataclass(frozen=True)
class Condition:
    """SQL over the alias `a` of answers, to be added to theirs, with its parameters."""

    sql: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def condition(felt: str, theme: uuid.UUID | None, *, is_anonymous: bool) -> Condition:
    """Answers that were read so; all where nothing is asked."""
    if not felt and theme is None:
        return Condition()
    own = "g.id = a.id" if is_anonymous else "g.customer_id = a.customer_id AND g.kind = 'answer' AND g.text_id = a.id"
    table = "surveys_anonymousreading" if is_anonymous else "surveys_reading"
    terms = "(SELECT h.terms FROM surveys_theme h WHERE h.id = %(theme)s)"
    wanted = f" AND g.terms && {terms}" if theme is not None else ""
    if felt:
        wanted += f" AND {'g.sentiment' if theme is None else felt_of.theme(f'({terms}::bigint[])')} = %(felt)s"
    return Condition(
        f" AND EXISTS (SELECT 1 FROM {table} g WHERE {own} AND g.model = ANY(%(models)s){wanted})",  # noqa: S608  (ours)
        {"felt": felt, "theme": theme, "models": reader.versions()},
    )


@dataclass(frozen=True)
class Told:
    """One theme among the answers of a survey."""

    id: uuid.UUID
    name: str
    split: Split


def summed(survey: Survey, chosen: Filter, *, question: str = "") -> tuple[Split, list[Told]]:
    """How the open answers that count feel, in all and by theme, the most told first. Of an anonymous survey nothing
    under five and no filter: two side by side would tell of one answer.
    """
    if survey.is_anonymous and chosen.given:
        return Split(), []
    of = scope(survey, chosen)
    own = (
        "JOIN surveys_anonymousreading g ON g.id = w.id"
        if survey.is_anonymous
        else "JOIN surveys_reading g ON g.customer_id = w.customer_id AND g.kind = 'answer' AND g.text_id = w.id"
    )
    columns = "a.id" if survey.is_anonymous else "a.id, a.customer_id"
    only = " AND a.question = %(only)s" if question else ""
    read = (
        f"SELECT g.sentiment, g.terms, g.felt FROM (SELECT {columns} {of.answers} AND a.text IS NOT NULL{only}) w {own}"  # noqa: S608
        " WHERE g.model = ANY(%(models)s)"
    )
    params = {**of.params, "only": question, "models": reader.versions()}
    whole, found = Split(), dict[uuid.UUID, Split]()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH told AS MATERIALIZED ({read})
            SELECT NULL::uuid, sentiment, count(*) FROM told GROUP BY 2
            UNION ALL
            SELECT h.id, {felt_of.theme("h.terms")}, count(*) FROM told g
            JOIN surveys_theme h ON g.terms && h.terms AND NOT h.is_hidden GROUP BY 1, 2
            """,  # noqa: S608  (ours)
            params,
        )
        for theme, sentiment, count in cursor.fetchall():
            if theme is None:
                whole = whole.plus(sentiment, count)
            else:
                found[theme] = found.get(theme, Split()).plus(sentiment, count)
    least = TOO_FEW if survey.is_anonymous else 1
    if whole.total < least:
        return Split(), []
    opened = vocabulary.phrases()
    rows = [
        Told(theme.id, themes.name_of(theme, opened.words_of(theme)), found[theme.id])
        for theme in Theme.objects.filter(id__in=list(found))
        if found[theme.id].total >= least
    ]
    return whole, sorted(rows, key=lambda one: (-one.split.total, one.id))[:MOST_THEMES]
