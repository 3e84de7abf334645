"""How far each ledger was proved, so that a night proves what is new and a share of the rest, not all of it again.

What is noted is the newest link that was proved of each chain, and how far the round has come that walks over all
older rows within NIGHTS. It lies in the database under a proof made with the key of the chains: whoever moves it
forward, past a row they changed, is found, and everything is walked.
"""

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cdp.core.chains import keyring
from cdp.core.models import ChainCheckpoint

NIGHTS = 7
"""Within so many nights every row is proved anew."""

LATEST = dt.timedelta(days=2 * NIGHTS)
"""Where a round lasts longer, everything is walked over: somebody may be setting it back night by night."""
FIRST = uuid.UUID(int=0)


@dataclass(frozen=True)
class Round:
    """Where the walk over the older rows goes on: behind this position of this month's chain, behind this row's id."""

    began: dt.datetime
    month: str = ""
    position: int = 0
    row: uuid.UUID = FIRST
    links_done: bool = False
    rows_done: bool = False


@dataclass(frozen=True)
class Checkpoint:
    """What was proved of one ledger: up to `at`, month → newest link; `whole_at`: every row at least once since."""

    at: dt.datetime
    whole_at: dt.datetime
    links: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    round: Round | None = None


class Moved(Exception):
    """The note was changed past the program."""


def read(table: str) -> Checkpoint | None:
    """What is noted of this ledger; None where nothing is yet. Raises Moved."""
    row = ChainCheckpoint.objects.filter(table=table).first()
    if row is None:
        return None
    try:
        is_ours = hmac.compare_digest(bytes(row.proof), _proof(table, row.key, row.state))
        return _parsed(row.state) if is_ours else _moved(table)
    except (keyring.UnknownKey, KeyError, TypeError, ValueError) as error:
        raise Moved(table) from error


def keep(table: str, checkpoint: Checkpoint) -> None:
    """Note it."""
    state, key = _spelt(checkpoint), keyring.primary()
    ChainCheckpoint.objects.update_or_create(
        table=table, defaults={"state": state, "key": key, "proof": _proof(table, key, state)}
    )


def forget(table: str) -> None:
    """From now on everything has to be walked again."""
    ChainCheckpoint.objects.filter(table=table).delete()


def _moved(table: str) -> Checkpoint:
    raise Moved(table)


def _proof(table: str, key: str, state: Mapping[str, Any]) -> bytes:
    # Of a month that no chain has: links and checkpoints prove nothing of each other.
    root = keyring.of_chain(key, table=f"checkpoint:{table}", month=dt.date(1, 1, 1))
    return hmac.digest(root, json.dumps(state, sort_keys=True).encode(), hashlib.sha256)


def _spelt(one: Checkpoint) -> dict[str, Any]:
    walk = one.round
    return {
        "at": one.at.isoformat(),
        "whole_at": one.whole_at.isoformat(),
        "links": {month: list(link) for month, link in sorted(one.links.items())},
        "round": walk
        and {
            "began": walk.began.isoformat(),
            "month": walk.month,
            "position": walk.position,
            "row": str(walk.row),
            "links_done": walk.links_done,
            "rows_done": walk.rows_done,
        },
    }


def _parsed(state: Mapping[str, Any]) -> Checkpoint:
    walk = state["round"]
    return Checkpoint(
        at=dt.datetime.fromisoformat(state["at"]),
        whole_at=dt.datetime.fromisoformat(state["whole_at"]),
        links={month: (int(position), str(mac)) for month, (position, mac) in state["links"].items()},
        round=Round(
            began=dt.datetime.fromisoformat(walk["began"]),
            month=walk["month"],
            position=int(walk["position"]),
            row=uuid.UUID(walk["row"]),
            links_done=bool(walk["links_done"]),
            rows_done=bool(walk["rows_done"]),
        )
        if walk
        else None,
    )
