"""Where one row stands in its chain, and whether it fits there: for the pages that show a proof."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import connection, transaction

from cdp.core.chains import judging, keyring, rows
from cdp.core.models import Chain, ChainLink


@dataclass(frozen=True)
class Place:
    """A link: its chain's month, its position, its value, when it was sealed, and whether its row fits it now."""

    month: dt.date
    position: int
    mac: str
    sealed_at: dt.datetime
    fits: bool


def find(*, table: str, row: uuid.UUID) -> Place | None:
    """The place of a row; None while it waits for one."""
    chains = {chain.id: chain for chain in Chain.objects.filter(table=table)}
    link = ChainLink.objects.filter(row_id=row, chain_id__in=list(chains)).first()
    if link is None:
        return None
    chain = chains[link.chain_id]
    before = ChainLink.objects.filter(chain_id=chain.id, position=link.position - 1).first()
    return Place(chain.month, link.position, bytes(link.mac).hex(), link.sealed_at, _fits(chain, before, link))


def _fits(chain: Chain, before: ChainLink | None, link: ChainLink) -> bool:
    try:
        key = keyring.of_chain(chain.key, table=chain.table, month=chain.month)
    except keyring.UnknownKey:
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {rows.expression(chain.table, 't')} FROM {chain.table} t WHERE t.id = %s",  # noqa: S608  (a ledger)
            [link.row_id],
        )
        found = cursor.fetchone()
    if found is None or (before is None and link.position > 1):
        return False
    return bytes(link.mac) == judging.link(
        key,
        bytes(before.mac) if before else judging.genesis(key),
        position=link.position,
        sealed_at=link.sealed_at,
        row=bytes(found[0]),
    )
