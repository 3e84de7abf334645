"""Scores that people reached, through a filter."""

from dataclasses import dataclass

from django.db import connection

from surveys.models import Survey
from surveys.rules.definition import Score
from surveys.rules.spread import Spread, spread
from surveys.selectors.results.scope import Filter, definitions, scope


@dataclass(frozen=True)
class Reached:
    """One score. `versions`: those that count it as the newest one does; others are another score."""

    score: Score
    versions: tuple[int, ...]
    spread: Spread


def read(survey: Survey, chosen: Filter | None = None) -> list[Reached]:
    """Every score of the newest version. None of anonymous answers: a sum tells what each part was."""
    versions = definitions(survey)
    wanted = versions[max(versions)].scores if versions else []
    if survey.is_anonymous or not wanted:
        return []
    same = {
        one.key: tuple(
            number
            for number, told in versions.items()
            if one.of in [other.of for other in told.scores if other.key == one.key]
        )
        for one in wanted
    }
    of = scope(survey, chosen)
    head, where = of.responses.split(" WHERE ", 1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT told.key, r.version, told.value::float, count(*) {head}, LATERAL jsonb_each_text(r.scores) told"
            f" WHERE {where} GROUP BY 1, 2, 3",
            of.params,
        )
        rows = cursor.fetchall()
    found: dict[str, dict[float, int]] = {}
    for key, version, value, count in rows:
        if version in same.get(key, ()):
            values = found.setdefault(key, {})
            values[value] = values.get(value, 0) + int(count)
    return [Reached(one, same[one.key], spread(found.get(one.key, {}))) for one in wanted]
