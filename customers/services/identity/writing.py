"""Writing a judged batch: keys first, then new customers by COPY, then changes of known customers set-wise."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

from cdp.core.crypto import subjects
from cdp.core.models import Source
from customers.rules.matching import Outcome, Verdict
from customers.rules.people import Person
from customers.services import suggestions
from customers.services.identity import contacts, fresh, profiles
from customers.services.identity.batches import Batch


class Outrun(Exception):
    """Another process claimed one of our keys between our reading and our writing."""


def write(
    batch: Batch,
    verdicts: Sequence[Verdict],
    *,
    source: Source,
    now: datetime,
    known_holders: Mapping[bytes, set[uuid.UUID]],
    is_stranger: bool,
) -> None:
    """Write keys, customers, contacts, addresses and suggestions of a batch.

    `known_holders` are the holders of shared keys that the verdicts were made with. Raises Outrun, or IntegrityError
    where another process claimed one of the keys.
    """
    maker = fresh.Maker(source, now)
    fresh.copy_identifiers(_claims(batch, verdicts, maker))
    _share(verdicts, known_holders)
    told: dict[uuid.UUID, list[int]] = {}
    for position, verdict in enumerate(verdicts):
        told.setdefault(verdict.customer, []).append(position)
    new = {verdict.customer for verdict in verdicts if verdict.outcome is Outcome.CREATED}
    _write_new([told[customer][0] for customer in told if customer in new and len(told[customer]) == 1], batch, maker)
    # Who is told of more than once, or known already, is made of everything that was told.
    others = {
        customer: [batch.people[position] for position in positions]
        for customer, positions in told.items()
        if customer not in new or len(positions) > 1
    }
    if others:
        _write_others(others, new, maker, source=source, now=now, is_stranger=is_stranger)
    rivals = ((verdict.customer, rival) for verdict in verdicts for rival in verdict.rivals)
    suggestions.ask(rivals, source=source, at=now)


def _claims(batch: Batch, verdicts: Sequence[Verdict], maker: fresh.Maker) -> list[bytes]:
    """The rows of all keys that were claimed."""
    lines: list[bytes] = []
    for position, verdict in enumerate(verdicts):
        if batch.identifiers is not None and verdict.outcome is Outcome.CREATED:
            made = batch.identifiers[position]
            if len(verdict.claimed) == len(made):  # a new customer with nothing refused: all keys, as prepared
                lines += made
                continue
        lines += maker.identifiers(verdict.claimed, verdict.customer)
    return lines


def _write_new(positions: Sequence[int], batch: Batch, maker: fresh.Maker) -> None:
    """New customers who are told of once: their rows need nothing but themselves."""
    if batch.rows is not None:
        fresh.copy(batch.rows, positions)
        return
    people = [batch.people[position] for position in positions]
    rows = fresh.Rows(maker.make(people, [batch.ids[position] for position in positions]))
    fresh.copy(rows, range(len(positions)))


def _write_others(
    told: Mapping[uuid.UUID, Sequence[Person]],
    new: Collection[uuid.UUID],
    maker: fresh.Maker,
    *,
    source: Source,
    now: datetime,
    is_stranger: bool,
) -> None:
    """Known customers, and new ones of whom several rows tell: their ways of contact must be compared."""
    made = [customer for customer in told if customer in new]
    known = [customer for customer in told if customer not in new]
    keyring = subjects.load(known)
    rows = fresh.Rows(maker.make([profiles.merged(told[customer]) for customer in made], made, keep=keyring.add))
    fresh.copy(rows, range(len(made)), contact_points=False)
    profiles.update(known, told, keyring, source=source, now=now, keeps_name=is_stranger)
    reached = {customer: told[customer] for customer in (made if is_stranger else told)}
    contacts.write_points(reached, known=known, keyring=keyring, source=source, now=now)
    if not is_stranger:
        contacts.write_addresses(
            {customer: told[customer] for customer in known}, keyring=keyring, source=source, now=now
        )


def _share(verdicts: Sequence[Verdict], known_holders: Mapping[bytes, set[uuid.UUID]]) -> None:
    """A phone that turned out to be a household's: mark the key and keep both holders.

    Being one more holder claims no unique key, so the key itself is locked first and its holders are read again: when
    another process added one since we judged, it may be the person we are about to make.
    """
    pairs = sorted({(key.digest, verdict.customer) for verdict in verdicts for key in verdict.shared})
    if not pairs:
        return
    digests, customers = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM customers_identifier WHERE digest = ANY(%s) ORDER BY digest FOR UPDATE", [digests]
        )
        cursor.execute("SELECT digest, customer_id FROM customers_sharedidentifier WHERE digest = ANY(%s)", [digests])
        for digest, customer in cursor.fetchall():
            if customer not in known_holders.get(bytes(digest), ()):
                raise Outrun
        cursor.execute("UPDATE customers_identifier SET is_shared = true WHERE digest = ANY(%s)", [digests])
        # The first owner becomes a holder like the others.
        cursor.execute(
            """
            INSERT INTO customers_sharedidentifier (digest, customer_id)
            SELECT digest, customer_id FROM customers_identifier WHERE digest = ANY(%s)
            ON CONFLICT DO NOTHING
            """,
            [digests],
        )
        cursor.execute(
            """
            INSERT INTO customers_sharedidentifier (digest, customer_id)
            SELECT * FROM unnest(%s::bytea[], %s::uuid[]) ON CONFLICT DO NOTHING
            """,
            [digests, customers],
        )
