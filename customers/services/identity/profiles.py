"""The customer row itself: made from what was told, changed by what is told later.

Of two words about a field the later one holds, whichever came first (`customers.rules.settling`); silence changes
nothing, and only fields named in `cleared` become empty. Rows of which nothing new is known are not written.
"""

import functools
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Q

from cdp.core.crypto import index, subjects
from cdp.core.models import Source
from customers.models import Customer
from customers.rules import names, provenance, settling
from customers.rules.people import Person
from customers.rules.provenance import Word

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


def _name_values(person: Person, customer: uuid.UUID, keyring: subjects.Keyring) -> list[Any]:
    sealed = [
        keyring.seal(getattr(person, field), customer=customer, table=TABLE, column=field, row=customer)
        for field in SEALED
    ]
    return [*sealed, given_name_key(person.given_name), search_tokens(person.name)]


def given_name_key(given_name: str) -> int | None:
    """The blind number by which given names are compared; None for no name."""
    return _given_name_key(given_name) if given_name else None


@functools.lru_cache(maxsize=8192)  # the same few thousand names come again and again
def _given_name_key(given_name: str) -> int | None:
    words = " ".join(names.words(given_name))
    return index.number(GIVEN_NAME_FIELD, words) if words else None


index.remembers(_given_name_key.cache_clear)


def search_tokens(name: str) -> list[int]:
    """The prefix tokens under which a name is found."""
    return index.tokens(Customer.SEARCH_FIELD, names.search_terms(name)) if name else []


_REGISTERS = {field: settling.register_of(field) for field in PLAIN}


_TOGETHER = (
    (provenance.NAME, provenance.FAMILY),
    (provenance.COUNTRY, provenance.PLACE),
    *((field,) for field in (*settling.SINGLE, *settling.ADDED)),
)
"""Registers whose words stand side by side: what one word told is seen by its being one."""


class Outrun(Exception):
    """Another process changed what is known between our reading and our writing."""


FIELDS = (*PLAIN, "birth_date", "interests", "tags", "sources", "search_tokens", "given_name_key", "created_at")


def read(customers: Collection[uuid.UUID]) -> tuple[dict[uuid.UUID, dict[str, Any]], dict[uuid.UUID, settling.State]]:
    """The rows of known customers without their sealed values, and what their words say about each field."""
    parts = {f"has_{column}": Q(**{f"{column}__isnull": False}) for column in ("name", "family_name")}
    found = Customer.objects.filter(id__in=list(customers)).values("id", "origins", *FIELDS, **parts)
    rows = {row["id"]: row for row in found}
    return rows, {customer: _state(row) for customer, row in rows.items()}


def _state(row: Mapping[str, Any]) -> settling.State:
    filled = {
        register
        for register, columns in settling.COLUMNS.items()
        if any(row[column] not in ("", None, []) for column in columns if column in row)
    }
    if row["has_name"]:
        filled.add(provenance.NAME)
    return settling.State(
        origins=row["origins"],
        filled=filled,
        given_name=row["given_name_key"],
        has_family_name=row["has_family_name"],
        called=given_name_key,
        is_whole_place=settling.is_whole_place(country=row["country"], city=row["city"], postcode=row["postcode"]),
    )


def update(
    rows: Mapping[uuid.UUID, Mapping[str, Any]],
    states: Mapping[uuid.UUID, settling.State],
    told: Mapping[uuid.UUID, Sequence[Person]],
    keyring: subjects.Keyring,
    *,
    source: Source | None,
    now: datetime,
    base: Word,
) -> None:
    """Change known customers to what their states came to by what was `told`; `base` is the word of who knows no
    better. Without a `source` nobody is told of anew: it stays who brought them. Raises Outrun.
    """
    changed = [
        (customer, *new)
        for customer in sorted(rows)
        if (new := _changed(rows[customer], states[customer], told[customer], customer, keyring, source, base))
        is not None
    ]
    if changed:
        _write(changed, now)


def _changed(
    row: Mapping[str, Any],
    state: settling.State,
    told: Sequence[Person],
    customer: uuid.UUID,
    keyring: subjects.Keyring,
    source: Source | None,
    base: Word,
) -> list[Any] | None:
    """What to write in the order of `_write`, or None when nothing changes. NULL means "as it is then"."""
    winners = state.winners
    plain = [value if (value := _plain(state, field, row[field])) != row[field] else None for field in PLAIN]
    born = winners.get("birth_date")
    birth_date = born.birth_date if born and born.birth_date != row["birth_date"] else None
    forgets_birth = born is not None and born.birth_date is None and row["birth_date"] is not None
    keen = winners.get("interests")
    interests = list(keen.interests) if keen and keen.interests and list(keen.interests) != row["interests"] else []
    forgets_interests = keen is not None and not keen.interests and bool(row["interests"])
    tags, forgets_tags = _tags(row["tags"], told)
    sources = [source.key] if source and source.key not in row["sources"] else []
    since = min((person.created_at for person in told if person.created_at), default=None)
    created_at = since if since and since < row["created_at"] else None
    name: list[Any] = [None] * 5
    named = winners.get(provenance.NAME)
    if named is not None:
        known = row["search_tokens"], row["given_name_key"], row["has_family_name"]
        if (search_tokens(named.name), given_name_key(named.given_name), bool(named.family_name)) != known:
            name = _name_values(named, customer, keyring)
    _forget_retold(
        state,
        base,
        changed={
            *(_REGISTERS[field] for field, value in zip(PLAIN, plain, strict=True) if value is not None),
            *((provenance.NAME,) if name[0] is not None else ()),
            *(("birth_date",) if birth_date or forgets_birth else ()),
            *(("interests",) if interests or forgets_interests else ()),
            *(("tags",) if tags or forgets_tags else ()),
        },
    )
    origins = provenance.changed(row["origins"], state.words)
    forgets = [forgets_birth, forgets_interests, forgets_tags]
    values = [name[0], *plain, birth_date, created_at]
    is_news = any(forgets) or bool(interests or tags or sources) or any(value is not None for value in values)
    if not is_news and origins is None:
        return None
    seen = row["origins"]
    return [
        *name, *plain, birth_date, interests or None, tags, sources, *forgets, created_at,
        None if origins is None else _json(origins), None if seen is None else _json(seen), is_news,
    ]  # fmt: skip


def _forget_retold(state: settling.State, base: Word, *, changed: Collection[str]) -> None:
    """Leave the words of before about everything that was only told again."""
    for registers in _TOGETHER:
        if not any(register in changed for register in registers):
            state.forget_retold(registers, base=base)


def _plain(state: settling.State, field: str, known: str) -> str:
    if field in state.emptied:
        return ""
    winner = state.winners.get(_REGISTERS[field])
    return known if winner is None else getattr(winner, field)


def _tags(known: Sequence[str], told: Sequence[Person]) -> tuple[list[str], bool]:
    """The tags that are added, and whether those of before go."""
    forgets, added = False, dict[str, None]()
    for person in told:
        if "tags" in person.cleared:
            forgets, added = bool(known), {}
        added.update(dict.fromkeys(person.tags))
    return [tag for tag in added if forgets or tag not in known], forgets


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _write(changed: Sequence[tuple[Any, ...]], now: datetime) -> None:
    names_ = ["id", *SEALED, "given_name_key", "search_tokens", *PLAIN, "birth_date"]
    lists = ("interests", "tags", "sources")
    columns = dict(
        zip(
            (
                *names_,
                *lists,
                "forgets_birth",
                "forgets_interests",
                "forgets_tags",
                "created_at",
                "origins",
                "seen",
                "is_news",
            ),
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
                origins = coalesce(n.origins::jsonb, c.origins),
                updated_at = CASE WHEN n.is_news THEN %s ELSE c.updated_at END
            FROM unnest(
                %s::uuid[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bigint[], %s::text[],
                {", ".join("%s::text[]" for _ in PLAIN)}, %s::date[], %s::text[], %s::text[], %s::text[],
                %s::boolean[], %s::boolean[], %s::boolean[], %s::timestamptz[], %s::text[], %s::text[], %s::boolean[]
            ) AS n ({", ".join(columns)})
            WHERE c.id = n.id AND c.origins IS NOT DISTINCT FROM n.seen::jsonb
            """,  # noqa: S608  (column names are constants of this module)
            [now, *columns.values()],
        )
        # Which word holds was decided by the words that were read: with others there it must be decided again.
        if cursor.rowcount != len(changed):
            raise Outrun


def _numbers(values: Sequence[int] | None) -> str | None:
    return None if values is None else "{" + ",".join(map(str, values)) + "}"


def _literal(values: Sequence[str] | None) -> str | None:
    """A PostgreSQL array literal of texts."""
    if values is None:
        return None
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
