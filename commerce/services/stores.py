"""Stores that orders name for the first time, what staff call them, and which website tells of whose orders."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction

from cdp.core import audit, ids
from cdp.core.actors import Actor
from commerce.models import Store, Storefront

FIELDS = ("name", "place", "channel")


def learn(named: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Make stores of (code, channel) pairs that are not known; a channel that is blank is filled, what staff wrote
    stays. One query when all is known.
    """
    told: dict[str, str] = {}
    for code, channel in named:
        if code:
            told[code] = told.get(code) or channel
    if not told:
        return
    known = dict(Store.objects.filter(code__in=told).values_list("code", "channel"))
    new = sorted(code for code in told if code not in known or (told[code] and not known[code]))
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO commerce_store AS known (id, code, name, place, channel, created_at)
            SELECT id, code, '', '', channel, %s
            FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS t (id, code, channel)
            ON CONFLICT (code) DO UPDATE SET channel = EXCLUDED.channel WHERE known.channel = ''
            """,
            [now, ids.uuid7s(len(new)), new, [told[code] for code in new]],
        )


def write(*, code: str, values: Mapping[str, str], actor: Actor, now: datetime) -> Store:
    """Make or change the store of that code; only FIELDS in `values` change."""
    with transaction.atomic():
        store, is_new = Store.objects.get_or_create(code=code)
        changes = {
            name: [getattr(store, name), value] for name, value in values.items() if value != getattr(store, name)
        }
        for name, (_before, value) in changes.items():
            setattr(store, name, value)
        if changes:
            store.save(update_fields=list(changes))
        if changes or is_new:
            audit.record(
                audit.Action.STORE_WRITTEN,
                actor=actor,
                at=now,
                subject=store.id,
                details={"code": code, "new": is_new, **changes},
            )
    return store


def tie(*, front: Storefront, actor: Actor, now: datetime) -> None:
    """Say whose numbers a website's orders have and whether they count; from the next event on."""
    with transaction.atomic():
        front.save()
        details = {
            "source": front.source.key,
            "orders_of": front.orders_of.key,
            "number_prefix": front.number_prefix,
            "takes_orders": front.takes_orders,
        }
        audit.record(audit.Action.STOREFRONT_TIED, actor=actor, at=now, subject=front.id, details=details)


def untie(*, front: Storefront, actor: Actor, now: datetime) -> None:
    """A website's orders have numbers of their own again."""
    with transaction.atomic():
        audit.record(
            audit.Action.STOREFRONT_UNTIED, actor=actor, at=now, subject=front.id, details={"source": front.source.key}
        )
        front.delete()
