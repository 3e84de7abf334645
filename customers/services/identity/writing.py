"""Writing a judged batch: keys first, then new customers by COPY, then changes of known customers set-wise."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from cdp.core import copying, ids
from cdp.core.crypto import subjects
from cdp.core.models import DataKey, Source
from customers.models import Customer, MergeSuggestion
from customers.rules.matching import Outcome, Verdict
from customers.rules.people import Person
from customers.services.identity import contacts, profiles


class Outrun(Exception):
    """Another process claimed one of our keys between our reading and our writing."""


def write(
    people: Sequence[Person],
    verdicts: Sequence[Verdict],
    *,
    source: Source,
    now: datetime,
    known_holders: Mapping[bytes, set[uuid.UUID]],
    is_stranger: bool,
) -> None:
    """Write keys, customers, contacts, addresses and suggestions of a batch. Raises Outrun.

    `known_holders` are the holders of shared keys that the verdicts were made with.
    """
    _claim(verdicts, now)
    _share(verdicts, known_holders)
    told: dict[uuid.UUID, list[Person]] = {}
    for person, verdict in zip(people, verdicts, strict=True):
        told.setdefault(verdict.customer, []).append(person)
    new = list(dict.fromkeys(verdict.customer for verdict in verdicts if verdict.outcome is Outcome.CREATED))
    fresh = set(new)
    known = [customer for customer in told if customer not in fresh]
    keyring = subjects.load(known)
    keys = keyring.new_rows(new)
    copying.rows(
        DataKey,
        ("id", "customer_id", "ring_key", "wrapped", "created_at"),
        ((*key, now) for key in keys),
    )
    copying.rows(
        Customer,
        profiles.COLUMNS,
        (profiles.new_row(customer, told[customer], keyring, source=source, now=now) for customer in new),
    )
    profiles.update(known, told, keyring, source=source, now=now, keeps_name=is_stranger)
    reached = {customer: told[customer] for customer in new} if is_stranger else told
    contacts.write(reached, new=fresh, keyring=keyring, source=source, now=now)
    _suggest(verdicts, source, now)


def _claim(verdicts: Sequence[Verdict], now: datetime) -> None:
    claims = sorted(
        (key.digest, verdict.customer, key.kind, key.scope) for verdict in verdicts for key in verdict.claimed
    )
    if not claims:
        return
    digests, customers, kinds, scopes = (list(column) for column in zip(*claims, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO customers_identifier (digest, customer_id, kind, source, is_verified, is_shared, created_at)
            SELECT digest, customer_id, kind, source, false, false, %s
            FROM unnest(%s::bytea[], %s::uuid[], %s::text[], %s::text[]) AS row (digest, customer_id, kind, source)
            ON CONFLICT (digest) DO NOTHING
            """,
            [now, *map(copying.array, (digests, customers, kinds, scopes))],
        )
        if cursor.rowcount != len(claims):
            raise Outrun


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


def _suggest(verdicts: Sequence[Verdict], source: Source, now: datetime) -> None:
    pairs = {tuple(sorted((verdict.customer, rival))) for verdict in verdicts for rival in verdict.rivals}
    MergeSuggestion.objects.bulk_create(
        [
            MergeSuggestion(
                id=ids.uuid7(),
                customer_id=first,
                other_id=second,
                reason="shared_identifier",
                source=source.key,
                created_at=now,
            )
            for first, second in sorted(pairs)
        ],
        ignore_conflicts=True,
    )
