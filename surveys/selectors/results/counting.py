"""How many of each answer: one statement over the answers, whatever the question."""

# ruff: noqa: S608  (the strings are those of `scope` and of this file)

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from surveys.rules import results
from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Chosen, Matrix, Multiple, Ranking
from surveys.rules.kinds.words import Date
from surveys.rules.results import Asked, Result, Tally
from surveys.rules.statistics import ranking
from surveys.selectors.results.scope import Scope


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


@dataclass(frozen=True)
class Told:
    """What some people answered: pieces, how many people gave pieces of what may be several (by question and version),
    and places of rankings (by question and version).
    """

    tallies: Sequence[Tally] = ()
    people: Mapping[tuple[str, int], int] = field(default_factory=dict)
    placed: Mapping[tuple[str, int], ranking.Placed] = field(default_factory=dict)

    def result(self, about: Asked, *, completed: int = 0) -> Result:
        """One question in figures; `completed`: how many completed the versions that asked it."""
        if isinstance(about.question, Ranking):
            placed = Counter[tuple[str, int, int]]()
            for version in about.versions:
                placed.update(self.placed.get((about.key, version), {}))
            ballots = sum(count for (_option, place, _length), count in placed.items() if place == 1)
            return results.result(about, self.tallies, people=ballots, completed=completed, placed=placed)
        people: int | None = None
        if isinstance(about.question, SEVERAL):
            people = sum(self.people.get((about.key, version), 0) for version in about.versions)
        return results.result(about, self.tallies, people=people, completed=completed)


def together(parts: Iterable[Told]) -> Told:
    """Several groups as one; nobody is in two of them."""
    tallies, people = list[Tally](), Counter[tuple[str, int]]()
    placed: dict[tuple[str, int], Counter[tuple[str, int, int]]] = {}
    for part in parts:
        tallies += part.tallies
        people.update(part.people)
        for asked, counts in part.placed.items():
            placed.setdefault(asked, Counter()).update(counts)
    return Told(tallies, people, placed)


SEVERAL = Multiple | Matrix
"""Kinds of which one answer is several rows, and nobody can tell from these how many people gave them."""


def told(of: Scope, versions: Mapping[int, Definition], *, question: str = "") -> Told:
    """Every answer that can be counted, of all questions or one."""
    return told_by(of, versions, "''", question=question).get("", Told())


def told_by(of: Scope, versions: Mapping[int, Definition], group: str, *, question: str = "") -> dict[str, Told]:
    """The same by an expression over answer, response or customer; what it has no value for is under the empty text.
    Three statements at the most, however many questions there are.
    """
    kinds = {one.key: one for told in versions.values() for one in told.questions() if question in {"", one.key}}
    tallied = tallies_by(of, versions, group, question=question)
    several = [key for key, one in kinds.items() if isinstance(one, SEVERAL)]
    people = _people_by(of, several, group) if several and tallied else {}
    ranked = [key for key, one in kinds.items() if isinstance(one, Ranking)]
    placed = _placed_by(of, ranked, group, tallied) if ranked and tallied else {}
    return {key: Told(rows, people.get(key, {}), placed.get(key, {})) for key, rows in tallied.items()}


def tallies(of: Scope, versions: Mapping[int, Definition], *, question: str = "") -> list[Tally]:
    """Every answer that can be counted, of all questions or one. Days are counted by month."""
    return tallies_by(of, versions, "''", question=question).get("", [])


def tallies_by(
    of: Scope, versions: Mapping[int, Definition], group: str, *, question: str = ""
) -> dict[str, list[Tally]]:
    """The same by an expression over answer, response or customer; what it has no value for is under the empty text."""
    days = sorted({one.key for told in versions.values() for one in told.questions() if isinstance(one, Date)})
    code = "CASE WHEN a.question = ANY(%(days)s) THEN left(a.code, 7) ELSE a.code END" if days else "a.code"
    only = " AND a.question = %(only)s" if question else ""
    found: dict[str, list[Tally]] = {}
    counts = _counted(
        of,
        lambda answers: (
            f"SELECT {group}, a.question, a.version, a.item, {code}, a.number, count(*) {answers}{only}"
            " GROUP BY 1, 2, 3, 4, 5, 6"
        ),
        days=days,
        only=question,
    )
    for (key, asked, version, item, chosen, number), count in counts.items():
        found.setdefault(str(key or ""), []).append(Tally(asked, version, item, chosen, number, count))
    return found


def _people_by(of: Scope, questions: Sequence[str], group: str) -> dict[str, dict[tuple[str, int], int]]:
    """How many people answered each of these questions, by version."""
    found: dict[str, dict[tuple[str, int], int]] = {}
    counts = _counted(
        of,
        lambda answers: (
            f"SELECT told.g, told.question, told.version, count(*) FROM (SELECT DISTINCT {group} AS g, a.question,"
            f" a.version, a.response_id {answers} AND a.question = ANY(%(several)s)) told GROUP BY 1, 2, 3"
        ),
        several=list(questions),
    )
    for (key, asked, version), count in counts.items():
        found.setdefault(str(key or ""), {})[asked, version] = count
    return found


def _placed_by(
    of: Scope, questions: Sequence[str], group: str, tallied: Mapping[str, Sequence[Tally]]
) -> dict[str, dict[tuple[str, int], ranking.Placed]]:
    """Places of rankings. The tallies tell them where all ballots are equally long; else the shorter ones are measured
    and taken out of the longest, which most people give.
    """
    sizes: dict[tuple[str, int], Counter[int]] = {}
    ranked = [
        (key, one, int(one.number))
        for key, rows in tallied.items()
        for one in rows
        if one.question in questions and one.number is not None
    ]
    for _key, one, place in ranked:
        sizes.setdefault((one.question, one.version), Counter())[place] += one.count
    found: dict[str, dict[tuple[str, int], Counter[tuple[str, int, int]]]] = {}
    for key, one, place in ranked:
        asked = one.question, one.version
        own = found.setdefault(key, {}).setdefault(asked, Counter())
        own[one.code, place, len(sizes[asked])] += one.count
    for asked, places in sizes.items():
        if len(set(places.values())) > 1:
            for key, short in _short_by(of, asked, len(places), group).items():
                own = found[key][asked]
                for (code, place, length), count in short.items():
                    own[code, place, length] += count
                    own[code, place, len(places)] -= count
    return {key: {asked: +own for asked, own in every.items()} for key, every in found.items()}


def _short_by(of: Scope, asked: tuple[str, int], most: int, group: str) -> dict[str, Counter[tuple[str, int, int]]]:
    """Places of ballots that have fewer than `most`, by their length."""
    whose = ("response_id",) if of.survey.is_anonymous else ("customer_id", "response_id")

    def statement(answers: str) -> str:
        mine = f"{answers} AND a.question = %(asked)s AND a.version = %(of_version)s"
        head, where = mine.split(" WHERE ", 1)
        ids, same = ", ".join(f"a.{one}" for one in whose), " AND ".join(f"short.{one} = a.{one}" for one in whose)
        return (
            f"WITH short AS (SELECT {ids}, count(*) AS length {mine} GROUP BY {ids} HAVING count(*) < %(most)s)"
            f" SELECT {group}, a.code, a.number::int, short.length, count(*) {head} JOIN short ON {same}"
            f" WHERE {where} GROUP BY 1, 2, 3, 4"
        )

    found: dict[str, Counter[tuple[str, int, int]]] = {}
    counts = _counted(of, statement, asked=asked[0], of_version=asked[1], most=most)
    for (key, code, place, length), count in counts.items():
        found.setdefault(str(key or ""), Counter())[code, place, length] += count
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
