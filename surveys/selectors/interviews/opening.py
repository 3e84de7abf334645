"""Opening what is sealed of talks: words of people we know by their own keys, of all others by the key of the talk."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cdp.core.crypto import rowkeys, subjects
from customers.services import buckets
from surveys.models import Interview
from surveys.selectors.sealing import Words

TABLE = Interview._meta.db_table


def key_of(interview: Interview) -> rowkeys.RowKey:
    """The key of a talk."""
    return rowkeys.load(TABLE, interview.id, ring_key=interview.ring_key, wrapped=bytes(interview.wrapped))


@dataclass(frozen=True)
class Opened:
    """The keys for rows of some talks and people."""

    of: Mapping[uuid.UUID, Words]
    people: subjects.Keyring

    def words(
        self, sealed: bytes | memoryview | None, *, interview: uuid.UUID, owner: uuid.UUID, table: str, row: uuid.UUID
    ) -> str:
        """The column `words` of a row; empty where the talk or the person is gone."""
        if owner not in buckets.ALL:
            return self.people.open(sealed, table=table, column="words", row=row)
        found = self.of.get(interview)
        return found.open(sealed, owner=owner, table=table, column="words", row=row) if found is not None else ""


def load(interviews: Collection[uuid.UUID], customers: Collection[uuid.UUID]) -> Opened:
    """The keys for rows of these talks and owners, in two queries."""
    people = subjects.load(set(customers) - buckets.ALL)
    rows = Interview.objects.filter(id__in=set(interviews))
    return Opened({row.id: Words(key_of(row), people) for row in rows}, people)
