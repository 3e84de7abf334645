"""The newest link of each chain, in a file beside the keys: who cuts off the end of a chain in the database is found.

It may be behind the database (another machine sealed, or we died between the two), never ahead of it. What does not fit
the database is left as it stands, so that a verification finds it however long the sealer goes on.
"""

import datetime as dt
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings


class Unreadable(Exception):
    """The file is there and is not ours any more."""


@dataclass(frozen=True)
class Head:
    """The newest link of a chain that the file knows of."""

    table: str
    month: str  # YYYY-MM
    position: int
    row: str
    mac: str
    is_closed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The chain."""
        return self.table, self.month


@dataclass(frozen=True)
class Known:
    """What the file holds: heads by chain, and until when each table's queue was empty."""

    heads: Mapping[tuple[str, str], Head]
    passed: Mapping[str, dt.datetime]


NOTHING = Known({}, {})


def path() -> Path:
    """Where it is."""
    return Path(settings.CDP_VAR) / "ledgers" / "heads.json"


def read() -> Known:
    """The file as it stands; nothing where there is none yet. Raises Unreadable."""
    try:
        raw = json.loads(path().read_bytes())
        heads = [Head(**one) for one in raw["heads"]]
        passed = {table: dt.datetime.fromisoformat(moment) for table, moment in raw["passed"].items()}
    except FileNotFoundError:
        return NOTHING
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(str(path())) from error
    return Known({head.key: head for head in heads}, passed)


def advance(heads: Mapping[tuple[str, str], Head], passed: Mapping[str, dt.datetime]) -> None:
    """Write newer heads and later times over older ones. Raises Unreadable, OSError."""
    with _alone():
        known = read()
        newer = {
            key: head
            for key, head in heads.items()
            if key not in known.heads or head.position >= known.heads[key].position or head.is_closed
        }
        later = {table: at for table, at in passed.items() if table not in known.passed or at > known.passed[table]}
        _write(Known({**known.heads, **newer}, {**known.passed, **later}))


def replace(known: Known) -> None:
    """Put another state in its place: after a restore, on somebody's word."""
    with _alone():
        _write(known)


@contextmanager
def _alone() -> Iterator[None]:
    folder = path().parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "heads.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(known: Known) -> None:
    content: dict[str, Any] = {
        "heads": [vars(head) for _, head in sorted(known.heads.items())],
        "passed": {table: at.isoformat() for table, at in sorted(known.passed.items())},
    }
    handle, draft = tempfile.mkstemp(dir=path().parent)  # mkstemp makes it 0600
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path())
