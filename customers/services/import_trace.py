"""What an import makes of people, noted so that it can be taken back (see `import_undo`).

Who is new is noted as an id and what was told of them, packed as it travels between processes anyway. Who was known is
read before and after the chunk, whole; only what differs is noted: PostgreSQL tells both as text, so the many whom a
repeated import leaves as they are cost no more than comparing two strings. Of those only the ids are noted, or the
undoing of an earlier import would take them for known to nobody else.
"""

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from cdp.core.imports import registry, tracing
from customers.rules import settling
from customers.rules.people import Person
from customers.services import identity

MADE, CHANGED, RETOLD = "people.made", "people.changed", "people.retold"
IGNORED = frozenset({"id", "status", "merged_into", "is_sample", "updated_at"})
"""Columns of a customer that no import tells."""

_ROWS = """
SELECT c.id, to_jsonb(c)::text,
    (SELECT coalesce(jsonb_object_agg(p.id, p.is_primary), '{}')::text
     FROM customers_contactpoint AS p WHERE p.customer_id = c.id),
    (SELECT coalesce(jsonb_object_agg(a.id, a.is_primary), '{}')::text
     FROM customers_address AS a WHERE a.customer_id = c.id)
FROM customers_customer AS c WHERE c.id = ANY(%s)
"""


class _Seen(NamedTuple):
    """One customer as the database tells it. The texts are JSON; primary flags of ways of contact by row id."""

    row: str
    points: str
    addresses: str
    identifiers: frozenset[bytes]
    shared: frozenset[bytes]


class Watch:
    """Looks at the people of one chunk before and after they are resolved."""

    def __init__(self, context: registry.Context) -> None:
        """Nobody seen yet."""
        self._context = context
        self._before: dict[uuid.UUID, _Seen] = {}

    def before(self, known: Collection[uuid.UUID]) -> None:
        """Remember what these customers are like; called again when resolving has to be tried again."""
        self._before = _look(known)

    def after(
        self,
        people: Sequence[Person],
        resolutions: Sequence[identity.Resolution],
        *,
        facts: Sequence[str] | None = None,
    ) -> None:
        """Note who was made and what changed. Call it in the chunk's transaction, after resolving. `facts` told of
        each, where the people themselves do not say (`identity.Batch.facts`).
        """
        positions = self._made(resolutions)
        if positions:
            made = [resolutions[position].customer.bytes for position in positions]
            told = identity.packed(people, positions)
            tellers = (people[at].told_by if facts is None else facts[at] for at in positions)
            by = sorted(set(tellers) - {""})
            tracing.note(self._context.import_id, MADE, [made, told, identity.PACKED, by])
        after = _look(self._before)
        if after:  # whoever made them, this import speaks for them from now on, and be it with the same words
            again = b"".join(customer.bytes for customer in sorted(after))
            tracing.note(self._context.import_id, RETOLD, [again, _registers(self._context)])
        absorbed = _absorbed(self._before, after)
        # What came to a survivor was somebody's before, and has an undo of its own: nothing of it is this import's.
        alone = {*absorbed, *absorbed.values()}
        changed: list[tuple[uuid.UUID, dict[str, Any]]] = [
            (customer, change)
            for customer, seen in sorted(after.items())
            if customer not in alone
            and seen != self._before[customer]
            and (change := _change(self._before[customer], seen))
        ]
        changed += [(customer, {}) for customer in sorted(absorbed)]  # to be counted
        if changed:
            tracing.note_all(self._context.import_id, CHANGED, changed)

    def _made(self, resolutions: Sequence[identity.Resolution]) -> list[int]:
        """The rows about people who are new with this chunk."""
        created = identity.Outcome.CREATED
        if not self._before and all(found.outcome is created for found in resolutions):
            return list(range(len(resolutions)))
        made = {found.customer for found in resolutions if found.outcome is created}
        made -= self._before.keys()  # made by one row and merged into somebody known by another
        return [position for position, found in enumerate(resolutions) if found.customer in made]


def people(import_id: uuid.UUID) -> Iterator[list[uuid.UUID]]:
    """Whom an import made or told of again, chunk by chunk; nobody once its traces are a week old."""
    for made, *_told in tracing.lists([import_id], MADE):
        yield [uuid.UUID(bytes=one) for one in made]
    for again, _told_of in tracing.lists([import_id], RETOLD):
        yield [uuid.UUID(bytes=again[at : at + 16]) for at in range(0, len(again), 16)]


def _registers(context: registry.Context) -> list[str]:
    """About what a file tells of people, whatever stands in its rows."""
    targets = {*context.columns, *context.constants}
    fields = {
        field
        for target in targets
        for prefix, found, field in [target.partition(".")]
        if found and prefix == "customer"
    }
    return sorted({settling.register_of(field, scope=context.source.key) for field in fields})


def _absorbed(before: Mapping[uuid.UUID, _Seen], after: Mapping[uuid.UUID, _Seen]) -> dict[uuid.UUID, uuid.UUID]:
    """Who of these was merged into whom while the chunk was resolved."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    for customer, seen in after.items():
        if seen.row != before[customer].row and (into := json.loads(seen.row)["merged_into"]):
            found[customer] = uuid.UUID(into)
    return found


def _look(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, _Seen]:
    if not customers:
        return {}
    wanted = sorted(customers)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [wanted])
        rows = cursor.fetchall()
        keys = [_keys(cursor, table, wanted) for table in ("customers_identifier", "customers_sharedidentifier")]
    nothing: frozenset[bytes] = frozenset()
    return {
        customer: _Seen(row, points, addresses, *(frozenset(found.get(customer, nothing)) for found in keys))
        for customer, row, points, addresses in rows
    }


def _keys(cursor: Any, table: str, customers: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[bytes]]:
    cursor.execute(
        f"SELECT customer_id, digest FROM {table} WHERE customer_id = ANY(%s)",  # noqa: S608  (names of our tables)
        [list(customers)],
    )
    found: dict[uuid.UUID, list[bytes]] = {}
    for customer, digest in cursor.fetchall():
        found.setdefault(customer, []).append(bytes(digest))
    return found


def _change(before: _Seen, after: _Seen) -> dict[str, Any]:
    """What differs: columns as [before, after], rows that were made, flags that were moved."""
    change: dict[str, Any] = {}
    if before.row != after.row:
        old, new = json.loads(before.row), json.loads(after.row)
        fields = {name: [old[name], value] for name, value in new.items() if name not in IGNORED and old[name] != value}
        change |= {"fields": fields} if fields else {}
    for name, was, now in (
        ("points", before.points, after.points),
        ("addresses", before.addresses, after.addresses),
    ):
        if was != now:
            had, has = json.loads(was), json.loads(now)
            change[name] = {
                "made": sorted(has.keys() - had.keys()),
                "flags": {row: [had[row], has[row]] for row in sorted(had) if has.get(row, had[row]) != had[row]},
            }
    for name in ("identifiers", "shared"):
        if made := getattr(after, name) - getattr(before, name):
            change[name] = sorted(made)
    return change
