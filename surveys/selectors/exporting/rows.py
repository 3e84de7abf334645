"""Responses as rows, a few hundred at a time: their answers in one statement, their words opened."""

# ruff: noqa: S608  (the strings are those of `scope` and of this file)

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from customers.selectors import profiles
from customers.services import buckets
from surveys.models import Answer, Response
from surveys.rules.definition import Definition
from surveys.rules.files import flat
from surveys.rules.kinds import Question, Row
from surveys.rules.kinds.words import Contact
from surveys.selectors import sealing
from surveys.selectors.exporting.columns import Laid, labelled, labels
from surveys.selectors.results.scope import Scope

FACTS = (
    *("response.id", "response.external_id", "response.survey", "response.version", "response.mode"),
    *("response.language", "response.started_at", "response.ended_at", "response.store", "response.flags"),
)
PEOPLE = ("customer.external_id", "customer.email", "customer.phone", "customer.name")
PORTION = 500
_ANSWER, _RESPONSE = Answer._meta.db_table, Response._meta.db_table
_FIRST = uuid.UUID(int=0)
_Told = tuple[uuid.UUID, uuid.UUID, str, int, str, str, dt.datetime, dt.datetime, str, list[str]]


class Rows:
    """The rows of one file: which responses, in which columns, as codes or with labels."""

    def __init__(
        self, of: Scope, versions: Mapping[int, Definition], columns: Sequence[Laid], *, with_labels: bool
    ) -> None:
        """Read every question once."""
        self.of, self.columns, self.with_labels = of, columns, with_labels
        self.questions: dict[int, dict[str, Question]] = {
            number: {one.key: one for one in told.questions()} for number, told in versions.items()
        }
        self.words = {
            (number, key): labels(question) for number, some in self.questions.items() for key, question in some.items()
        }

    def of_people(self, customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
        """The responses of these customers, each with who gave it."""
        people = profiles.opened(customers, with_places=False, shown=False)
        after = _FIRST
        while told := self._responses(list(customers), after):
            after = told[-1][0]
            for one, cells in self._cells(told):
                person = people.get(one[1])
                if person is not None:
                    number = next((contact.value for contact in person.external_ids), "")
                    yield one[1], [*cells, number, person.email, person.phone, person.name]

    def of_nobody(self) -> Iterator[list[str]]:
        """The responses of people nobody knows. Ways of contact they typed are in no file: no gate can judge them."""
        after = _FIRST
        nothing = [""] * len(PEOPLE)
        while told := self._responses(list(buckets.IDS), after):
            after = told[-1][0]
            for _one, cells in self._cells(told, hides_contacts=True):
                yield [*cells, *nothing]

    def count_of_nobody(self) -> int:
        """How many of those there are."""
        (row,) = self._ask(
            f"SELECT count(*) {self.of.responses} AND r.customer_id = ANY(%(people)s)", list(buckets.IDS)
        )
        return int(row[0])

    def _responses(self, customers: list[uuid.UUID], after: uuid.UUID) -> list[_Told]:
        """The next ones by id: a keyset, so that the last portion costs what the first one does."""
        return self._ask(
            "SELECT r.id, r.customer_id, r.external_id, r.version, r.mode, r.language, r.started_at, r.ended_at,"
            f" coalesce(r.context->>'store', ''), r.flags {self.of.responses} AND r.customer_id = ANY(%(people)s)"
            f" AND r.id > %(after)s ORDER BY r.id LIMIT {PORTION}",
            customers,
            after=after,
        )

    def _cells(self, told: Sequence[_Told], *, hides_contacts: bool = False) -> Iterator[tuple[_Told, list[str]]]:
        pieces = self._answers(told)
        for one in told:
            number, given = one[3], pieces.get(one[0], {})
            questions = self.questions.get(number, {})
            cells = {
                key: flat.cells(questions[key], rows)
                for key, rows in given.items()
                if key in questions and not (hides_contacts and isinstance(questions[key], Contact))
            }
            yield one, [*self._facts(one), *(self._cell(column, number, cells) for column in self.columns)]

    def _cell(self, column: Laid, version: int, cells: Mapping[str, Mapping[str, str]]) -> str:
        key = column.asked.key
        if version not in column.asked.versions or key not in cells:
            return ""
        cell = cells[key].get(column.part, "")
        if not self.with_labels:
            return cell
        return labelled(self.questions[version][key], column.part, cell, self.words[version, key])

    def _facts(self, one: _Told) -> list[str]:
        row, _customer, number, version, mode, language, started_at, ended_at, store, flags = one
        return [
            *(str(row), number, self.of.survey.slug, str(version), mode, language),
            *(_written(started_at), _written(ended_at) if ended_at else "", store, " ".join(flags)),
        ]

    def _answers(self, told: Sequence[_Told]) -> dict[uuid.UUID, dict[str, list[Row]]]:
        """The rows of each response by question, with their words."""
        opened = sealing.load(self.of.survey, {one[1] for one in told})
        found: dict[uuid.UUID, dict[str, list[Row]]] = {}
        rows = self._ask(
            "SELECT a.id, a.customer_id, a.response_id, a.question, a.item, a.number, a.code, a.text"
            f" FROM {_ANSWER} a WHERE a.customer_id = ANY(%(people)s) AND a.response_id = ANY(%(responses)s)"
            " ORDER BY a.id",
            sorted({one[1] for one in told}),
            responses=[one[0] for one in told],
        )
        for row, customer, response, question, item, number, code, sealed in rows:
            text = opened.open(sealed, owner=customer, table=_ANSWER, column="text", row=row) if sealed else ""
            found.setdefault(response, {}).setdefault(question, []).append(Row(item, number, code, text))
        return found

    def _ask(self, statement: str, people: Sequence[uuid.UUID], **more: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self.of.params, "people": list(people), **more})
            return cursor.fetchall()


def _written(at: dt.datetime) -> str:
    """ISO 8601 on the shop's clock, as the pages tell it, with its distance from UTC: the same moment when read."""
    return timezone.localtime(at, timezone.get_default_timezone()).isoformat()
