"""Ledgers that are chained go by whole months of their chain, whose last link stays (`cdp.core.chains.closing`)."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import connection

from cdp.core import ids
from cdp.core.actors import SYSTEM
from cdp.core.chains import closing
from cdp.core.models import Chain, ChainLink
from cdp.core.retention.registry import Whole, WholePart


def whole(table: str) -> Whole:
    """The `whole` of a kind whose table is a ledger: closes its oldest month that is over."""

    def close(before: dt.datetime, _held: Sequence[uuid.UUID], now: dt.datetime) -> WholePart | None:
        _finish(table, now)
        for month, _links in closing.closable(table=table, before=before.date(), now=now):
            part = _content(table, month)
            closing.close(table=table, month=month, actor=SYSTEM, now=now)
            return part
        return None

    return close


def _finish(table: str, now: dt.datetime) -> None:
    """A closing that was killed goes on."""
    for chain in Chain.objects.filter(table=table, closed_at__isnull=False).order_by("month"):
        if ChainLink.objects.filter(chain_id=chain.id).exists():
            closing.close(table=table, month=chain.month, actor=SYSTEM, now=now)


def _content(table: str, month: dt.date) -> WholePart:
    first = dt.datetime.combine(month, dt.time(), dt.UTC)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), sum(hashtextextended(r.id::text, 0)::numeric), min(r.at) FROM {table} r"  # noqa: S608
            " WHERE r.id >= %s AND r.id < %s",
            [ids.floor(first), ids.floor(after)],
        )
        rows, checksum, oldest = cursor.fetchone()
    return WholePart(rows, int(checksum or 0), oldest)
