"""The customer row itself: made from what was told, changed by what is told later.

The latest word wins and silence changes nothing; only fields named in `cleared` become empty. Rows whose values would
not change are not written.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from cdp.core.crypto import index, subjects
from cdp.core.models import Source
from customers.models import Customer
from customers.rules import names
from customers.rules.people import Person

TABLE = "customers_customer"
SEALED = ("name", "given_name", "family_name")
PLAIN = Customer.PLAIN
GIVEN_NAME_FIELD = "customer.given_name"
_TYPES = {
    **dict.fromkeys(SEALED, "bytea"),
    "given_name_key": "bigint",
    **dict.fromkeys(PLAIN, "text"),
    "birth_date": "date",
}


_NOTHING = Person()
_FIELDS = tuple(field for field in Person.__slots__ if field != "cleared")


def merged(told: Sequence[Person]) -> Person:
    """One person from everything told about them in a batch: later words win, silence changes nothing."""
    if len(told) == 1:
        return told[0]
    whole, cleared = Person(), set[str]()
    for person in told:
        if person.name:  # the parts of an older name do not go with a new one
            whole.given_name = whole.family_name = ""
        for field in person.cleared:
            setattr(whole, field, getattr(_NOTHING, field))
        cleared |= person.cleared
        for field in _FIELDS:
            value = getattr(person, field)
            if value not in ("", None, (), False):
                setattr(whole, field, value)
                cleared.discard(field)
    whole.cleared = frozenset(cleared)
    whole.tags = tuple(dict.fromkeys(tag for person in told for tag in person.tags))
    whole.created_at = min((person.created_at for person in told if person.created_at), default=None)
    return whole


def _name_values(person: Person, customer: uuid.UUID, keyring: subjects.Keyring) -> list[Any]:
    sealed = [
        keyring.seal(getattr(person, field), customer=customer, table=TABLE, column=field, row=customer)
        for field in SEALED
    ]
    return [*sealed, given_name_key(person.given_name), search_tokens(person.name)]


def given_name_key(given_name: str) -> int | None:
    """The blind number by which given names are compared; None for no name."""
    words = " ".join(names.words(given_name))
    return index.number(GIVEN_NAME_FIELD, words) if words else None


def search_tokens(name: str) -> list[int]:
    """The prefix tokens under which a name is found."""
    return index.tokens(Customer.SEARCH_FIELD, names.search_terms(name)) if name else []


def update(
    customers: Sequence[uuid.UUID],
    told: Mapping[uuid.UUID, Sequence[Person]],
    keyring: subjects.Keyring,
    *,
    source: Source,
    now: datetime,
    keeps_name: bool = False,
) -> int:
    """Change known customers by what was told. Returns how many rows really changed.

    `keeps_name` leaves name and language as they are, also where there is none: a stranger may have told them.
    """
    fields = (*PLAIN, "birth_date", "interests", "tags", "sources", "search_tokens", "created_at")
    current = {row["id"]: row for row in Customer.objects.filter(id__in=customers).values("id", *fields)}
    changed: list[tuple[Any, ...]] = []
    for customer in sorted(current):
        row, person = current[customer], merged(told[customer])
        if keeps_name:
            person = replace(person, name="", given_name="", family_name="", language="")
        new = _changed(row, person, customer, keyring, source)
        if new is not None:
            changed.append((customer, *new))
    if changed:
        _write(changed, now)
    return len(changed)


def _changed(
    row: Mapping[str, Any], person: Person, customer: uuid.UUID, keyring: subjects.Keyring, source: Source
) -> list[Any] | None:
    """What to write in the order of `_write`, or None when nothing changes. NULL means "as it is then".

    Only what was told is written: somebody else may change the rest of the row between our reading and our writing.
    """
    plain = [_told(person, field, row[field]) for field in PLAIN]
    forgets_birth = "birth_date" in person.cleared and row["birth_date"] is not None
    birth_date = person.birth_date if person.birth_date != row["birth_date"] and not forgets_birth else None
    interests = list(person.interests) if list(person.interests) != row["interests"] else []
    forgets_interests = "interests" in person.cleared and bool(row["interests"])
    forgets_tags = "tags" in person.cleared and bool(row["tags"])
    tags = [tag for tag in dict.fromkeys(person.tags) if forgets_tags or tag not in row["tags"]]
    sources = [source.key] if source.key not in row["sources"] else []
    created_at = person.created_at if person.created_at and person.created_at < row["created_at"] else None
    name: list[Any] = [None] * 5
    if person.name:
        tokens = search_tokens(person.name)
        if tokens != row["search_tokens"]:
            name = _name_values(person, customer, keyring)
    forgets = [forgets_birth, forgets_interests, forgets_tags]
    told = [name[0], *plain, birth_date, created_at]
    if not any(forgets) and not (interests or tags or sources) and all(value is None for value in told):
        return None
    return [*name, *plain, birth_date, interests or None, tags, sources, *forgets, created_at]


def _told(person: Person, field: str, known: str) -> str | None:
    told = "" if field in person.cleared else getattr(person, field) or known
    return told if told != known else None


def _write(changed: Sequence[tuple[Any, ...]], now: datetime) -> None:
    names_ = ["id", *SEALED, "given_name_key", "search_tokens", *PLAIN, "birth_date"]
    lists = ("interests", "tags", "sources")
    columns = dict(
        zip(
            (*names_, *lists, "forgets_birth", "forgets_interests", "forgets_tags", "created_at"),
            (list(column) for column in zip(*changed, strict=True)),
            strict=True,
        )
    )
    # Arrays of arrays cannot be unnested row by row, so lists travel as array literals.
    columns["search_tokens"] = [_numbers(tokens) for tokens in columns["search_tokens"]]
    for name in lists:
        columns[name] = [_literal(values) for values in columns[name]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE customers_customer AS c SET
                name = coalesce(n.name, c.name),
                given_name = CASE WHEN n.name IS NULL THEN c.given_name ELSE n.given_name END,
                family_name = CASE WHEN n.name IS NULL THEN c.family_name ELSE n.family_name END,
                given_name_key = CASE WHEN n.name IS NULL THEN c.given_name_key ELSE n.given_name_key END,
                search_tokens = coalesce(n.search_tokens::bigint[], c.search_tokens),
                {", ".join(f"{field} = coalesce(n.{field}, c.{field})" for field in PLAIN)},
                birth_date = CASE WHEN n.forgets_birth THEN NULL ELSE coalesce(n.birth_date, c.birth_date) END,
                interests = CASE WHEN n.interests IS NOT NULL THEN n.interests::text[]
                                 WHEN n.forgets_interests THEN '{{}}' ELSE c.interests END,
                tags = CASE WHEN n.forgets_tags THEN n.tags::text[] ELSE c.tags || n.tags::text[] END,
                sources = c.sources || n.sources::text[],
                created_at = least(c.created_at, n.created_at),
                updated_at = %s
            FROM unnest(
                %s::uuid[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bigint[], %s::text[],
                {", ".join("%s::text[]" for _ in PLAIN)}, %s::date[], %s::text[], %s::text[], %s::text[],
                %s::boolean[], %s::boolean[], %s::boolean[], %s::timestamptz[]
            ) AS n ({", ".join(columns)})
            WHERE c.id = n.id
            """,  # noqa: S608  (column names are constants of this module)
            [now, *columns.values()],
        )


def _numbers(values: Sequence[int] | None) -> str | None:
    return None if values is None else "{" + ",".join(map(str, values)) + "}"


def _literal(values: Sequence[str] | None) -> str | None:
    """A PostgreSQL array literal of texts."""
    if values is None:
        return None
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
