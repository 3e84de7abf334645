"""Which kinds of texts there are. A part that keeps words of customers declares them here once; the pipeline's step
reads them then, and pages show feeling, themes and mentions without knowing where a text came from.

Whoever writes such a text marks its customer (`pipeline.mark`) in the same transaction.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import structlog
from django.db import connection
from django.utils.functional import Promise

from cdp.core.crypto import envelope, subjects
from cdp.core.models import OwnedModel
from consent.selectors import profiling

log = structlog.get_logger("texts")


class Place(NamedTuple):
    """Where a text lies: whose it is and its id."""

    customer: uuid.UUID
    text: uuid.UUID


@dataclass(frozen=True)
class Source:
    """One kind of texts.

    `rows` is SQL that gives `customer_id, text_id, parent_id, at, told_at` of every text that has words: `parent_id` is
    the row with which retention takes it away (its own id, or of what it belongs to), `at` when it was written,
    `told_at` something that changes when the words do. It is joined by customer_id, so its table needs an index that
    starts with it. `params` are parameters that `rows` names. `words` opens texts: place → words; set-based, and
    without those whose key is gone. `stars` tells the stars (of five) that stand beside texts, where there are some.
    """

    kind: str
    label: str | Promise
    rows: str
    words: Callable[[Sequence[Place]], Mapping[uuid.UUID, str]]
    params: Callable[[], Mapping[str, Any]] = dict
    stars: Callable[[Sequence[Place]], Mapping[uuid.UUID, Decimal]] = lambda _places: {}


def unless_lost(opens: Callable[..., str], sealed: Any, *, table: str, row: uuid.UUID, **how: Any) -> str:
    """What `opens` opens; nothing where it cannot be opened. One text that a broken restore took the key of must not
    keep all others from being read.
    """
    try:
        return opens(sealed, table=table, row=row, **how)
    except envelope.Unopenable as problem:
        log.warning("a text cannot be opened and is read as none", table=table, row=str(row), why=str(problem))
        return ""


def words_of(model: type[OwnedModel], *columns: str) -> Callable[[Sequence[Place]], Mapping[uuid.UUID, str]]:
    """How texts in these sealed columns are opened, one under the other; for `Source.words`."""
    table = model._meta.db_table

    def words(places: Sequence[Place]) -> Mapping[uuid.UUID, str]:
        people = {place.customer for place in places}
        keyring = subjects.load(people)
        rows = model._default_manager.filter(customer_id__in=people, id__in=[place.text for place in places])
        opened: dict[uuid.UUID, str] = {}
        for row, *kept in rows.values_list("id", *columns):
            parts = [
                unless_lost(keyring.open, sealed, table=table, column=column, row=row)
                for column, sealed in zip(columns, kept, strict=True)
            ]
            opened[row] = "\n".join(filter(None, parts))
        return {row: text for row, text in opened.items() if text}

    return words


_declared: dict[str, Source] = {}


def declare(source: Source) -> None:
    """Say that these texts are to be read."""
    _declared[source.kind] = source


def declared() -> Mapping[str, Source]:
    """All kinds by their name."""
    return _declared


class Unread(NamedTuple):
    """A text that waits to be read."""

    customer: uuid.UUID
    text: uuid.UUID
    parent: uuid.UUID
    at: Any
    told_at: Any


_READ = """
    SELECT 1 FROM surveys_reading g
    WHERE g.customer_id = t.customer_id AND g.kind = %(kind)s AND g.text_id = t.text_id
        AND g.told_at = t.told_at AND g.model = ANY(%(models)s) AND g.names = %(names)s
"""


def unread(
    source: Source, customers: Sequence[uuid.UUID], *, models: Sequence[str], names: int, limit: int
) -> list[Unread]:
    """At most `limit` texts of these customers that were not read by these versions as they stand now."""
    statement = (
        "SELECT t.customer_id, t.text_id, t.parent_id, t.at, t.told_at"  # noqa: S608  (declared in code)
        f" FROM ({source.rows}) t WHERE t.customer_id = ANY(%(ids)s) AND NOT EXISTS ({_READ})"
        " ORDER BY t.customer_id, t.text_id LIMIT %(limit)s"
    )
    params = {**source.params(), "ids": list(customers), "kind": source.kind, "models": list(models)}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**params, "names": names, "limit": limit})
        return [Unread(*row) for row in cursor.fetchall()]


def waiting(source: Source, *, models: Sequence[str], names: int, limit: int, now: datetime) -> list[uuid.UUID]:
    """At most `limit` customers with a text that waits: one walk over the texts of a kind. Who refused profiling or is
    restricted waits for nothing.
    """
    statement = (
        f"SELECT DISTINCT t.customer_id FROM ({source.rows}) t JOIN customers_customer c ON c.id = t.customer_id"  # noqa: S608
        f" WHERE NOT EXISTS ({_READ}) AND NOT {profiling.is_stopped('c')} LIMIT %(limit)s"
    )
    params = {**source.params(), "kind": source.kind, "models": list(models), "names": names, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**params, "now": now})
        return [customer for (customer,) in cursor.fetchall()]
