"""Removing a month that is past its time: all rows of its chain and all links, and its last link is kept for good."""

import datetime as dt

from django.db import connection, transaction

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.chains import heads, judging, keyring, registry, sealing
from cdp.core.models import Chain

OPEN_FOR = dt.timedelta(days=7)
"""How long after its end a month may still get late rows."""
PAGE = 5000


class UnableToClose(Exception):
    """The month is not over, has no chain, or an older one is still there."""


def closable(*, table: str, before: dt.date, now: dt.datetime) -> list[tuple[dt.date, int]]:
    """The open months of this ledger that lie wholly before that day, oldest first, with how many rows each has."""
    found = Chain.objects.filter(table=table, closed_at=None).order_by("month")
    return [(chain.month, chain.position) for chain in found if _end(chain.month) <= before and _is_over(chain, now)]


def close(*, table: str, month: dt.date, actor: Actor, now: dt.datetime) -> int:
    """Remove the rows of this ledger that were sealed in `month` (its first day) and close its chain; how many.

    Months go in order, the oldest first, and only when they are OPEN_FOR past their end. In pages with a transaction
    each: what was interrupted goes on when it is called again. Closing again removes nothing. Raises UnableToClose.
    """
    if table not in registry.tables():
        raise UnableToClose("this table is no ledger")
    chain = Chain.objects.filter(table=table, month=month).first()
    if chain is None:
        raise UnableToClose("this month has no chain")
    if not _is_over(chain, now):
        raise UnableToClose("this month may still get rows")
    if Chain.objects.filter(table=table, month__lt=month, closed_at=None).exists():
        raise UnableToClose("an older month is still there")
    with transaction.atomic():
        sealing.hold(table)
        chain.refresh_from_db()
        if chain.closed_at is None:
            key = keyring.of_chain(chain.key, table=table, month=month)
            chain.closed_at = now
            chain.closing = judging.closing(key, position=chain.position, mac=bytes(chain.mac), closed_at=now)
            chain.save()
            audit.record(
                audit.Action.LEDGER_CLOSED,
                actor=actor,
                at=now,
                subject=f"{table}/{month:%Y-%m}",
                details={"rows": chain.position, "last": bytes(chain.mac).hex()},
            )
    # The file first: a head that says closed is not missed when its links are gone.
    heads.advance(
        {
            (table, f"{month:%Y-%m}"): heads.Head(
                table, f"{month:%Y-%m}", chain.position, str(chain.row_id), bytes(chain.mac).hex(), is_closed=True
            )
        },
        {},
    )
    removed = 0
    while page := _remove(table, chain.id):
        removed += page
    return removed


def _remove(table: str, chain: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cdp.erasure', 'on', true)")
        cursor.execute(
            "SELECT position, row_id FROM core_chainlink WHERE chain_id = %s ORDER BY position LIMIT %s", [chain, PAGE]
        )
        found = cursor.fetchall()
        if found:
            wanted = [row for _, row in found]
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [wanted])  # noqa: S608  (a declared table)
            cursor.execute("DELETE FROM core_chainlink WHERE chain_id = %s AND position <= %s", [chain, found[-1][0]])
        cursor.execute("SELECT set_config('cdp.erasure', 'off', true)")
    return len(found)


def _end(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=32)).replace(day=1)


def _is_over(chain: Chain, now: dt.datetime) -> bool:
    end = dt.datetime.combine(_end(chain.month), dt.time(), dt.UTC)
    return now >= end + OPEN_FOR
