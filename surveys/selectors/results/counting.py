"""How many of each answer: one statement over the answers, whatever the question."""

# ruff: noqa: S608  (the strings are those of `scope` and of this file)

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Chosen, Matrix
from surveys.rules.kinds.words import Date
from surveys.rules.results import Asked, Tally
from surveys.selectors.results.scope import Scope

Tallies = Mapping[str, Sequence[Tally]]
"""Of each of some groups."""


def completed(of: Scope) -> dict[int, int]:
    """How many completed each version."""
    return {
        int(version): int(count)
        for version, count in _rows(of, f"SELECT r.version, count(*) {of.responses} GROUP BY 1")
    }


def completed_by(of: Scope, group: str) -> dict[str, int]:
    """How many completed it, by an expression over the response."""
    return {
        str(key or ""): int(count) for key, count in _rows(of, f"SELECT {group}, count(*) {of.responses} GROUP BY 1")
    }


def tallies(of: Scope, versions: Mapping[int, Definition], *, question: str = "") -> Sequence[Tally]:
    """Every answer that can be counted, of all questions or one. Days are counted by month."""
    return tallies_by(of, versions, "''", question=question).get("", [])


def tallies_by(of: Scope, versions: Mapping[int, Definition], group: str, *, question: str = "") -> Tallies:
    """The same by an expression over answer, response or customer; what it has no value for is under the empty text."""
    days = sorted({one.key for told in versions.values() for one in told.questions() if isinstance(one, Date)})
    code = "CASE WHEN a.question = ANY(%(days)s) THEN left(a.code, 7) ELSE a.code END" if days else "a.code"
    only = " AND a.question = %(only)s" if question else ""
    found: dict[str, list[Tally]] = {}
    counts = _counted(
        of,
        lambda answers: (
            f"SELECT {group}, a.question, a.version, a.item, {code}, a.number, a.pieces, count(*) {answers}{only}"
            " GROUP BY 1, 2, 3, 4, 5, 6, 7"
        ),
        days=days,
        only=question,
    )
    for (key, asked, version, item, chosen, number, pieces), count in counts.items():
        found.setdefault(str(key or ""), []).append(Tally(asked, version, item, chosen, number, count, pieces))
    return found


def crossed(of: Scope, first: Asked, second: Asked) -> dict[tuple[str, str], int]:
    """How many people gave each pair of answers to two questions; the empty text is no answer. Of several choices each
    counts.
    """
    answers = "surveys_anonymousanswer" if of.survey.is_anonymous else "surveys_answer"
    same = "" if of.survey.is_anonymous else "{0}.customer_id = r.customer_id AND {0}.is_counted AND "
    joined = "".join(
        f" LEFT JOIN {answers} {alias} ON {same.format(alias)}{alias}.response_id = r.id"
        f" AND {alias}.question = %({name})s AND {alias}.version = ANY(%({name}_versions)s)"
        for alias, name in (("x", "first"), ("y", "second"))
    )
    head, where = of.responses.split(" WHERE ", 1)
    statement = (
        f"SELECT {_answer('x', first)}, {_answer('y', second)}, count(*) {head}{joined} WHERE {where} GROUP BY 1, 2"
    )
    rows = _rows(
        of,
        statement,
        first=first.key,
        second=second.key,
        first_versions=list(first.versions),
        second_versions=list(second.versions),
    )
    return {(str(one or ""), str(other or "")): int(count) for one, other, count in rows}


def repeated(of: Scope, about: Asked, period: str, following: str) -> dict[tuple[str, str], dict[tuple[str, str], int]]:
    """How many people gave each pair of answers in two periods that follow on each other, by these periods. `period` is
    an expression of the day a period begins with over `a`, `following` an interval. For what one answer is one piece.
    """
    statement = (
        f"WITH told AS (SELECT a.customer_id AS whose, {period} AS day, {_answer('a', about)} AS value {of.answers}"
        " AND a.question = %(only)s AND a.version = ANY(%(versions)s) AND a.customer_id > %(buckets)s)"
        " SELECT x.day::text, y.day::text, x.value, y.value, count(*) FROM told x JOIN told y"
        " ON y.whose = x.whose AND y.day = (x.day + %(following)s::interval)::date GROUP BY 1, 2, 3, 4"
    )
    found: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    rows = _rows(of, statement, only=about.key, versions=list(about.versions), following=following)
    for first, second, one, other, count in rows:
        found.setdefault((first, second), {})[str(one or ""), str(other or "")] = int(count)
    return found


def sides(of: Scope, about: Asked) -> tuple[int, int]:
    """Of a picture poll: how many chose the picture that stood first for them, of how many whose order is known."""
    if of.survey.is_anonymous:
        return 0, 0
    statement = (
        "SELECT count(*) FILTER (WHERE r.drawn->%(only)s->>0 = a.code), count(*)"
        f" {of.answers} AND a.question = %(only)s AND a.version = ANY(%(versions)s) AND r.drawn ? %(only)s"
    )
    ((first, whole),) = _rows(of, statement, only=about.key, versions=list(about.versions))
    return int(first), int(whole)


def _answer(alias: str, about: Asked) -> str:
    """One answer as text, so that numbers and codes are compared alike."""
    if isinstance(about.question, Chosen) and not isinstance(about.question, Matrix):
        return f"{alias}.code"
    if isinstance(about.question, Matrix):
        return f"{alias}.item || ':' || {alias}.code"
    return f"COALESCE(NULLIF({alias}.code, ''), trunc({alias}.number)::int::text)"


def _counted(of: Scope, statement: Callable[[str], str], **params: Any) -> dict[tuple[Any, ...], int]:
    """Rows that end in a count, by what stands before it: of every response, without those that are replaced."""
    found = Counter[tuple[Any, ...]]()
    for row in _rows(of, statement(of.every), **params):
        found[row[:-1]] += int(row[-1])
    if of.replaced:
        for row in _rows(of, statement(of.replaced), **params):
            found[row[:-1]] -= int(row[-1])
    return dict(+found)


def _rows(of: Scope, statement: str, **params: Any) -> Collection[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**of.params, **params})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
