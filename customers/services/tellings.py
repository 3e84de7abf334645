"""Noting what is told of customers who stand for several people (`customers.models.Telling`).

Who stands for one person alone, which is nearly everybody, costs a look at an index for each batch. A browser that
turned out to be somebody's tells nothing that goes into a profile, so merges of visitors do not count.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from cdp.core import copying, ids
from cdp.core.crypto import subjects
from customers.models import MergeLog, Status, Telling
from customers.rules import tellings
from customers.rules.people import Person
from customers.rules.provenance import Word

TABLE = "customers_telling"
Said = tuple[bytes, Person, Word]
"""The identifier that decided of whom it is, what was told, and whose word it is."""
Row = tuple[uuid.UUID, bytes, list[tellings.Telling]]
"""A row of what is remembered: its id, the identifier that decided, and what was told."""


def several(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Those of the customers who absorbed somebody known, with the newest of those merges that can be taken back."""
    logs = MergeLog.objects.filter(customer_id__in=list(customers), undone_at=None)
    logs = logs.exclude(absorbed_status=Status.ANONYMOUS).order_by("customer_id", "-id").distinct("customer_id")
    return dict(logs.values_list("customer_id", "id"))


def note(said: Mapping[uuid.UUID, Sequence[Said]], *, keyring: subjects.Keyring) -> bool:
    """Remember what was told of those of the customers who stand for several people. Call it when their rows are
    written, so that nobody merges or parts them meanwhile. False: others noted about the same ones; judge again.
    """
    newest = several(said) if said else {}
    if not newest:
        return True
    heard: dict[tuple[uuid.UUID, bytes], list[tellings.Telling]] = {}
    for customer in newest:
        for resolved_by, person, word in said[customer]:
            one = tellings.Telling(ids.uuid7(), newest[customer], person, word)
            heard.setdefault((customer, resolved_by), []).append(one)
    digests = list({resolved_by for _customer, resolved_by in heard})
    found = Telling.objects.filter(customer_id__in=list(newest), resolved_by__in=digests)
    changed: list[tuple[uuid.UUID, uuid.UUID, bytes | None]] = []
    seen: list[Any] = []
    for row in found:
        new = heard.pop((row.customer_id, bytes(row.resolved_by)), None)
        if new is not None:
            told = _sealed(keyring, row.id, row.customer_id, tellings.kept([*_read(keyring, row), *new]))
            changed.append((row.id, row.customer_id, told))
            seen.append(row.told)
    fresh = [
        (made, customer, resolved_by, _sealed(keyring, made, customer, tellings.kept(new)))
        for made, ((customer, resolved_by), new) in zip(ids.uuid7s(len(heard)), sorted(heard.items()), strict=True)
    ]
    copying.rows(Telling, ("id", "customer_id", "resolved_by", "told"), fresh)
    return _write(changed, seen)


def _write(changed: Sequence[tuple[uuid.UUID, uuid.UUID, bytes | None]], seen: Sequence[Any]) -> bool:
    if not changed:
        return True
    rows, customers, told = (list(column) for column in zip(*changed, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_telling AS t SET told = n.told"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::bytea[]) AS n (id, customer_id, told, seen)"
            " WHERE t.customer_id = n.customer_id AND t.id = n.id AND t.told = n.seen",
            [rows, customers, told, list(seen)],
        )
        return cursor.rowcount == len(changed)


def of(customer: uuid.UUID, keyring: subjects.Keyring) -> list[Row]:
    """Everything that is remembered of a customer: row, identifier, and what was told, as it was heard."""
    found = Telling.objects.filter(customer_id=customer).order_by("pk")
    return [(row.id, bytes(row.resolved_by), _read(keyring, row)) for row in found]


def forget(customers: Collection[uuid.UUID]) -> None:
    """Nothing is remembered any more of those of the customers who stand for one person alone."""
    alone = set(customers).difference(several(customers))
    Telling.objects.filter(customer_id__in=list(alone)).delete()


def _read(keyring: subjects.Keyring, row: Telling) -> list[tellings.Telling]:
    return tellings.read(keyring.open(row.told, table=TABLE, column="told", row=row.id))


def _sealed(
    keyring: subjects.Keyring, row: uuid.UUID, customer: uuid.UUID, told: Sequence[tellings.Telling]
) -> bytes | None:
    return keyring.seal(tellings.spelt(told), customer=customer, table=TABLE, column="told", row=row)
