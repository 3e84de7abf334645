"""Which processes are connected to the database, and which keys each was started with.

Every connection carries its process and the ids of its ring as the name of the application, so that a process that was
not restarted with a new ring can be named instead of guessed at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cdp.run.keys import CONNECTION, LONGEST_NAME


@dataclass(frozen=True, slots=True)
class Process:
    """A process by its number and machine, with the ids of its ring as far as they fitted, and since when it runs."""

    number: str
    machine: str
    keys: tuple[str, ...]
    is_whole: bool
    since: datetime

    def __str__(self) -> str:
        """As staff look it up."""
        return f"{self.number} ({self.machine})"


def others() -> list[Process]:
    """The other processes connected to this database, the longest-running first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT application_name, min(backend_start) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE %s
              AND application_name <> current_setting('application_name')
            GROUP BY application_name ORDER BY 2
            """,
            [f"{CONNECTION}%"],
        )
        return [_read(text, since) for text, since in cursor.fetchall()]


def _read(text: str, since: datetime) -> Process:
    who, _, keys = text.removeprefix(CONNECTION).partition(" ")
    number, _, machine = who.partition("@")
    return Process(number, machine, tuple(filter(None, keys.split("+"))), len(text) < LONGEST_NAME, since)


def without(key_id: str, among: Iterable[Process]) -> list[Process]:
    """Those that do not have this key at all: they could not read what is wrapped by it."""
    return [process for process in among if key_id not in process.keys and process.is_whole]


def writing_with_another(key_id: str, among: Iterable[Process]) -> list[Process]:
    """Those that wrap what they make with another key than this."""
    return [process for process in among if process.keys[:1] != (key_id,)]
