"""Sealing what people write: under the person's own key where we know them, else under the key of the questionnaire."""

import uuid
from dataclasses import dataclass

from cdp.core.crypto import rowkeys, subjects
from customers.services import buckets
from surveys.models import Survey

_TABLE = Survey._meta.db_table


@dataclass(frozen=True)
class Words:
    """The two kinds of keys, opened. `seal` and `open` name the owner of the row they are for."""

    survey: rowkeys.RowKey
    people: subjects.Keyring

    def seal(self, text: str, *, owner: uuid.UUID, table: str, column: str, row: uuid.UUID) -> bytes | None:
        """The column's value; None for no words."""
        if owner in buckets.ALL:
            return self.survey.seal(text, table=table, column=column, row=row)
        return self.people.seal(text, customer=owner, table=table, column=column, row=row)

    def open(
        self, sealed: bytes | memoryview | None, *, owner: uuid.UUID, table: str, column: str, row: uuid.UUID
    ) -> str:
        """The words; empty for none, and where the person was forgotten."""
        if owner in buckets.ALL:
            return self.survey.open(sealed, table=table, column=column, row=row)
        return self.people.open(sealed, table=table, column=column, row=row)


def load(survey: Survey, customers: set[uuid.UUID]) -> Words:
    """The keys for rows of these owners."""
    return Words(key_of(survey), subjects.load(customers - buckets.ALL))


def key_of(survey: Survey) -> rowkeys.RowKey:
    """The key of the questionnaire, for words of nobody."""
    return rowkeys.load(_TABLE, survey.id, ring_key=survey.ring_key, wrapped=bytes(survey.wrapped))
