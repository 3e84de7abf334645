"""A fact that others may be told of: a row, written in the transaction of the fact itself, where anybody subscribed."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from cdp.core import ids, wake
from cdp.core.crypto import hourly
from cdp.core.webhooks import registry

PLACE = b"core_webhookfact.sealed:"


@dataclass(frozen=True)
class Fact:
    """Something that happened at `at`; `data` is JSON-ready and goes to subscribers as it is, if the gate lets it.

    `is_stop`: a "no" of the person, in ids and codes only. Every subscriber is told, whatever its purpose: whoever was
    told more before must stop.
    """

    customer: uuid.UUID | None
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    is_stop: bool = False


def publish(event: str, *, customer: uuid.UUID | None, data: Mapping[str, Any] | None = None, at: datetime) -> None:
    """Say that something happened. Call it in the transaction that writes the fact; costs one statement.

    `customer` is whom it is about: the gate decides by that person, for every subscriber's purpose, whether it is told.
    It is in the data by itself. Raises UnknownEvent for one that no room declared.
    """
    publish_many(event, [Fact(customer, at, data or {})])


def publish_many(event: str, facts: Sequence[Fact]) -> None:
    """`publish` for thousands, in one statement."""
    registry.get(event)
    if not facts or not wanted(event):
        return
    rows = []
    for fact in facts:
        fact_id = ids.uuid7()
        about = {"customer": str(fact.customer)} if fact.customer else {}
        sealed = seal({**about, **fact.data}, fact=fact_id)
        rows.append((fact_id, fact.customer, fact.at, sealed, fact.is_stop or event == registry.ERASED))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_webhookfact (id, customer_id, at, sealed, is_stop, event)
            SELECT *, %s FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::bytea[], %s::boolean[])
            """,
            [event, *(list(column) for column in zip(*rows, strict=True))],
        )
    transaction.on_commit(wake.webhooks)


def wanted(event: str) -> bool:
    """Whether anybody subscribed to it: what nobody asked for is not written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM core_webhook WHERE is_active AND %s = ANY(events))", [event])
        return bool(cursor.fetchone()[0])


def seal(data: Mapping[str, Any], *, fact: uuid.UUID) -> bytes:
    """The data of a fact, sealed under the key of the hour."""
    return hourly.seal(msgspec.json.encode(data, enc_hook=str), context=PLACE + fact.bytes)


def open_(sealed: bytes, *, fact: uuid.UUID) -> dict[str, Any]:
    """The data of a fact. Raises Unopenable once the key of its hour is gone."""
    found: dict[str, Any] = msgspec.json.decode(hourly.open_(bytes(sealed), context=PLACE + fact.bytes))
    return found
