"""Of each question how many were shown it: what shares of several choices are of, and who left it out.

Derived when results are read (`rules.seeing`), so nothing tells of anybody what they saw. Of anonymous answers it is
told only where it gives nothing away that the answers do not: it is a table of the questions that conditions ask about.
"""

# ruff: noqa: S608  (the strings are those of `scope` and of this file)

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from surveys.rules import disclosing, seeing
from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Matrix, Multiple, Ranking
from surveys.rules.results import Asked
from surveys.rules.seeing import Given, Piece, Ways
from surveys.selectors import questionnaires
from surveys.selectors.results import counting
from surveys.selectors.results.scope import Scope


@dataclass(frozen=True)
class Sight:
    """`saw`: how many were shown a question in one of its ways; None where nobody can say or may know. `offered`: of
    its options that stand behind conditions, how many could choose them.
    """

    saw: int | None
    offered: Mapping[str, int]


UNKNOWN = Sight(None, {})


@dataclass(frozen=True)
class _Version:
    """One version: how many completed it, by what they answered to the questions that conditions ask about."""

    ways: Ways
    told: Sequence[tuple[Given, int]]


class Sights:
    """Who saw what of some answers."""

    def __init__(self, of: Scope, versions: Mapping[int, Definition], completed: Mapping[int, int]) -> None:
        """Read what conditions ask about."""
        self._survey, self._completed = of.survey, completed
        self._versions = _read(of, versions, completed)
        # A filtered number beside the whole one is a difference: of nobody's answers there is one at most.
        self._is_told = not (of.survey.is_anonymous and of.chosen.given)

    def of(self, about: Asked, n: int) -> Sight:
        """Who saw this one, which so many answered."""
        everybody = sum(self._completed.get(version, 0) for version in about.versions)
        if not self._is_told or any(self._versions.get(version, 0) is None for version in about.versions):
            return Sight(everybody, {}) if about.is_for_all and everybody >= n else UNKNOWN
        saw, offered = 0, Counter[str]()
        for version in about.versions:
            known = self._versions.get(version)
            if known is None:
                saw += self._completed.get(version, 0)
                continue
            found = seeing.seen(known.ways, known.told)
            saw += found.questions[about.key]
            for (key, option), count in found.options.items():
                if key == about.key:
                    offered[option] += count
        # More answers than people who saw it: they came in by a way that did not lead (a file of before).
        if saw < n:
            return UNKNOWN
        if not self._survey.is_anonymous:
            return Sight(saw, offered)
        return Sight(saw, {}) if about.is_for_all or self._may_be_told(about, saw, n, everybody) else UNKNOWN

    def _may_be_told(self, about: Asked, saw: int, n: int, everybody: int) -> bool:
        """Whether neither the number nor what it leaves of any answer is of fewer than five people."""
        if not disclosing.may_divide((n, saw - n)) or not disclosing.may_divide((saw, everybody - saw)):
            return False
        sizes, both = Counter[Piece](), Counter[Piece]()
        for version in about.versions:
            known = self._versions.get(version)
            for given, count in known.told if known is not None else ():
                is_shown = known is not None and about.key in known.ways.of(given).questions
                for piece in given:
                    sizes[piece] += count
                    both[piece] += count if is_shown else 0
        beside: dict[object, tuple[int, int]] = {piece: (size, both[piece]) for piece, size in sizes.items()}
        return all(map(disclosing.may_stand_beside, disclosing.overlaps(saw, everybody, beside)))


def _read(of: Scope, versions: Mapping[int, Definition], completed: Mapping[int, int]) -> dict[int, _Version | None]:
    """Versions that have conditions or jumps; None where they ask what only a key opens."""
    found: dict[int, _Version | None] = {}
    about: dict[int, frozenset[str]] = {}
    ways: dict[int, Ways] = {}
    for number in versions:
        prepared = questionnaires.version(of.survey.id, number)
        asked = seeing.asked_about(prepared)
        if asked is None:
            found[number] = None
        elif asked or any(page.jumps for page in prepared.definition.pages):
            about[number], ways[number] = asked, Ways(prepared)
    if not ways:
        return found
    told = _told(of, versions, about)
    for number, way in ways.items():
        mine = told.get(number, Counter[Given]())
        mine[()] += completed.get(number, 0) - mine.total()
        found[number] = _Version(way, [(given, count) for given, count in mine.items() if count > 0])
    return found


def _told(
    of: Scope, versions: Mapping[int, Definition], about: Mapping[int, frozenset[str]]
) -> dict[int, Counter[Given]]:
    every = sorted(set().union(*about.values()))
    if not every:
        return {}
    if len(every) == 1 and _is_one_piece(versions, every[0]):
        return _of_one(of, versions, every[0])
    return _of_several(of, every)


def _is_one_piece(versions: Mapping[int, Definition], key: str) -> bool:
    return not any(
        isinstance(question, Multiple | Ranking | Matrix)
        for told in versions.values()
        for question in told.questions()
        if question.key == key
    )


def _of_one(of: Scope, versions: Mapping[int, Definition], key: str) -> dict[int, Counter[Given]]:
    """Where one question decides: its own count says it all, from the index alone."""
    found: dict[int, Counter[Given]] = {}
    for one in counting.tallies(of, versions, question=key):
        given = (Piece(key, one.item, one.code, one.number),)
        found.setdefault(one.version, Counter())[given] += one.count
    return found


def _of_several(of: Scope, deciding: Sequence[str]) -> dict[int, Counter[Given]]:
    """Their answers side by side, response by response: a bit for each answer that anybody gave, since PostgreSQL puts
    bits together several times faster than it sorts and joins texts.
    """
    params = {**of.params, "deciding": list(deciding)}
    among = "a.question = ANY(%(deciding)s)"
    found: dict[int, Counter[Given]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT a.question, a.item, a.code, a.number {of.every} AND {among}", params)
        pieces = [Piece(*row) for row in cursor.fetchall()]
        if not pieces:
            return found
        size = len(pieces)
        params |= {
            "questions": [piece.question for piece in pieces],
            "items": [piece.item for piece in pieces],
            "codes": [piece.code for piece in pieces],
            "numbers": [piece.number for piece in pieces],
        }
        # OFFSET 0 keeps the planner from making the bits of a piece anew for every answer.
        for answers, sign in ((of.every, 1), (of.replaced, -1)):
            if not answers:
                continue
            head, where = answers.split(" WHERE ", 1)
            cursor.execute(
                "SELECT told.version, told.bits::text, count(*) FROM ("
                f"SELECT a.version, a.response_id, bit_or(piece.bits) AS bits {head}"
                f" JOIN (SELECT question, item, code, number, set_bit(repeat('0', {size})::bit({size}), n::int - 1, 1)"
                " AS bits FROM unnest(%(questions)s::text[], %(items)s::text[], %(codes)s::text[],"
                " %(numbers)s::numeric[]) WITH ORDINALITY AS one (question, item, code, number, n) OFFSET 0) piece"
                " ON piece.question = a.question AND piece.item = a.item AND piece.code = a.code"
                " AND (piece.number = a.number OR (piece.number IS NULL AND a.number IS NULL))"
                f" WHERE {where} AND {among} GROUP BY 1, 2) told GROUP BY 1, 2",
                params,
            )
            for version, bits, count in cursor.fetchall():
                given = tuple(piece for piece, bit in zip(pieces, bits, strict=True) if bit == "1")
                found.setdefault(int(version), Counter())[given] += sign * int(count)
    return found
