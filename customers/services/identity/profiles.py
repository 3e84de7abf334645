"""The customer row itself: made from what was told, changed by what is told later.

The latest word wins and silence changes nothing; only fields named in `cleared` become empty. Rows whose values would
not change are not written.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from cdp.core.crypto import index, subjects
from cdp.core.models import Source
from customers.models import Customer, Status
from customers.rules import names
from customers.rules.people import Person

TABLE = "customers_customer"
SEALED = ("name", "given_name", "family_name")
PLAIN = (
    "gender",
    "language",
    "nationality",
    "country",
    "province",
    "city",
    "postcode",
    "company",
    "job_title",
    "income_band",
    "occupation",
    "education",
    "children",
)
COLUMNS = (
    "id",
    "status",
    *SEALED,
    "given_name_key",
    "search_tokens",
    *PLAIN,
    "birth_date",
    "interests",
    "tags",
    "source",
    "sources",
    "is_sample",
    "created_at",
    "updated_at",
)
SEARCH_FIELD = "customer.search"
GIVEN_NAME_FIELD = "customer.given_name"
_TYPES = {
    **dict.fromkeys(SEALED, "bytea"),
    "given_name_key": "bigint",
    **dict.fromkeys(PLAIN, "text"),
    "birth_date": "date",
}


def merged(told: Sequence[Person]) -> Person:
    """One person from everything told about them in a batch: later words win, silence changes nothing."""
    if len(told) == 1:
        return told[0]
    whole = Person()
    for person in told:
        for field in Person.__slots__:
            value = getattr(person, field)
            if value not in ("", None, (), False):
                setattr(whole, field, value)
    whole.tags = tuple(dict.fromkeys(tag for person in told for tag in person.tags))
    whole.created_at = min((person.created_at for person in told if person.created_at), default=None)
    return whole


def _name_values(person: Person, customer: uuid.UUID, keyring: subjects.Keyring) -> list[Any]:
    sealed = [
        keyring.seal(getattr(person, field), customer=customer, table=TABLE, column=field, row=customer)
        for field in SEALED
    ]
    given = " ".join(names.words(person.given_name))
    return [*sealed, index.number(GIVEN_NAME_FIELD, given) if given else None, search_tokens(person.name)]


def search_tokens(name: str) -> list[int]:
    """The prefix tokens under which a name is found."""
    return index.tokens(SEARCH_FIELD, names.search_terms(name)) if name else []


def new_row(
    customer: uuid.UUID, told: Sequence[Person], keyring: subjects.Keyring, *, source: Source, now: datetime
) -> tuple[Any, ...]:
    """A row for COPY, in the order of COLUMNS."""
    person = merged(told)
    return (
        customer,
        Status.KNOWN,
        *_name_values(person, customer, keyring),
        *(getattr(person, field) for field in PLAIN),
        person.birth_date,
        list(person.interests),
        list(person.tags),
        source.key,
        [source.key],
        person.is_sample,
        person.created_at or now,
        now,
    )


def update(
    customers: Sequence[uuid.UUID],
    told: Mapping[uuid.UUID, Sequence[Person]],
    keyring: subjects.Keyring,
    *,
    source: Source,
    now: datetime,
) -> int:
    """Change known customers by what was told. Returns how many rows really changed."""
    fields = (*PLAIN, "birth_date", "interests", "tags", "sources", "search_tokens", "given_name_key", "created_at")
    current = {row["id"]: row for row in Customer.objects.filter(id__in=customers).values("id", *fields)}
    changed: list[tuple[Any, ...]] = []
    for customer in sorted(current):
        row, person = current[customer], merged(told[customer])
        new = _changed(row, person, customer, keyring, source)
        if new is not None:
            changed.append((customer, *new))
    if changed:
        _write(changed, now)
    return len(changed)


def _changed(
    row: Mapping[str, Any], person: Person, customer: uuid.UUID, keyring: subjects.Keyring, source: Source
) -> list[Any] | None:
    """The new values in the order of `_write`, or None when nothing changes. A NULL name means "as it is"."""
    plain = [_latest(person, field, row[field]) for field in PLAIN]
    birth_date = _latest(person, "birth_date", row["birth_date"])
    interests = list(person.interests) or ([] if "interests" in person.cleared else row["interests"])
    tags = row["tags"]
    if "tags" in person.cleared:
        tags = []
    tags = list(dict.fromkeys([*tags, *person.tags]))
    sources = row["sources"] if source.key in row["sources"] else [*row["sources"], source.key]
    created_at = min(filter(None, (row["created_at"], person.created_at)))
    name: list[Any] = [None, None, None, row["given_name_key"], row["search_tokens"]]
    if person.name and search_tokens(person.name) != row["search_tokens"]:
        name = _name_values(person, customer, keyring)
    values = [*plain, birth_date, interests, tags, sources, created_at]
    kept = [*(row[field] for field in (*PLAIN, "birth_date", "interests", "tags", "sources", "created_at"))]
    if values == kept and name[0] is None:
        return None
    return [*name, *values]


def _latest(person: Person, field: str, known: Any) -> Any:
    if field in person.cleared:
        return None if field == "birth_date" else ""
    return getattr(person, field) or known


def _write(changed: Sequence[tuple[Any, ...]], now: datetime) -> None:
    columns = [list(column) for column in zip(*changed, strict=True)]
    # Arrays of arrays cannot be unnested row by row, so lists travel as array literals.
    names_ = ["id", *SEALED, "given_name_key", "search_tokens", *PLAIN, "birth_date"]
    lists = ("interests", "tags", "sources")
    offset = len(names_)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE customers_customer AS c SET
                name = coalesce(n.name, c.name),
                given_name = CASE WHEN n.name IS NULL THEN c.given_name ELSE n.given_name END,
                family_name = CASE WHEN n.name IS NULL THEN c.family_name ELSE n.family_name END,
                given_name_key = n.given_name_key,
                search_tokens = n.search_tokens::bigint[],
                {", ".join(f"{field} = n.{field}" for field in PLAIN)},
                birth_date = n.birth_date,
                {", ".join(f"{field} = n.{field}::text[]" for field in lists)},
                created_at = n.created_at,
                updated_at = %s
            FROM unnest(
                %s::uuid[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bigint[], %s::text[],
                {", ".join("%s::text[]" for _ in PLAIN)}, %s::date[], %s::text[], %s::text[], %s::text[],
                %s::timestamptz[]
            ) AS n (id, name, given_name, family_name, given_name_key, search_tokens, {", ".join(PLAIN)}, birth_date,
                    interests, tags, sources, created_at)
            WHERE c.id = n.id
            """,  # noqa: S608  (column names are constants of this module)
            [
                now,
                *columns[:5],
                ["{" + ",".join(map(str, tokens)) + "}" for tokens in columns[5]],
                *columns[6:offset],
                *([_literal(values) for values in column] for column in columns[offset : offset + len(lists)]),
                columns[-1],
            ],
        )


def _literal(values: Sequence[str]) -> str:
    """A PostgreSQL array literal of texts."""
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
