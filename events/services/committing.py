"""Group commit: many requests wait, one thread writes what is queued by COPY, commits, and lets them all go.

One committing thread per process, made on first use, so that a forked server process gets its own. A single COPY in
autocommit is a transaction of its own: two round trips, one flush to disk for everybody who waits. Nothing is answered
before; whoever waits while PostgreSQL is away is told so, and the client sends again.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from psycopg import sql

from cdp.core import autonomous
from events.services import inbox

log = structlog.get_logger("tracking")

MOST_WAITING_BYTES = 64 * 1024 * 1024
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.2
"""After a failure: requests that come meanwhile are refused at once instead of each trying to connect."""
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"


class Unavailable(Exception):
    """The database did not confirm; nothing may be answered as accepted."""


class Busy(Exception):
    """More waits already than this process may hold."""


class _Ticket:
    """One waiting request. The lock is held until the commit is decided."""

    __slots__ = ("entry", "error", "gate", "size")

    def __init__(self, entry: inbox.Entry) -> None:
        self.entry = entry
        self.error: Exception | None = None
        self.size = len(entry.inbox) + sum(map(len, entry.rejected))
        self.gate = threading.Lock()
        self.gate.acquire()


def _statement(table: str, columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )


_INBOX = _statement("events_inboxrow", inbox.INBOX_COLUMNS)
_REJECTED = _statement("events_rejectedevent", inbox.REJECTED_COLUMNS)


class Committer:
    """The queue and its thread. `connect` gives a psycopg connection in autocommit."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"]) -> None:
        """Start the thread; it ends with the process."""
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._mutex = threading.Lock()
        self._wake = threading.Lock()
        self._wake.acquire()
        self._queue: list[_Ticket] = []
        self._bytes = 0
        self._sleeps = True
        self._failed_at = -PAUSE_SECONDS
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="tracking-commit", daemon=True)
        self._thread.start()

    def commit(self, entry: inbox.Entry) -> None:
        """Return once the entry is durable. Raises Busy before, Unavailable when it may not be."""
        if time.monotonic() - self._failed_at < PAUSE_SECONDS:
            raise Unavailable
        ticket = _Ticket(entry)
        with self._mutex:
            if self._bytes + ticket.size > MOST_WAITING_BYTES and self._queue:
                raise Busy
            self._queue.append(ticket)
            self._bytes += ticket.size
            if self._sleeps:
                self._sleeps = False
                self._wake.release()
        if not ticket.gate.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable
        if ticket.error is not None:
            raise Unavailable from ticket.error

    def close(self) -> None:
        """Write what is queued, end the thread and the connection. Nobody may commit afterwards."""
        with self._mutex:
            self._closing = True
            if self._sleeps:
                self._sleeps = False
                self._wake.release()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._mutex:
                tickets, self._queue, self._bytes = self._queue, [], 0
                self._sleeps = not tickets and not self._closing
            if not tickets and self._closing:
                self._drop()
                return
            if not tickets:
                self._wake.acquire()
                continue
            error: Exception | None = None
            try:
                self._write([ticket.entry for ticket in tickets])
            except Exception as problem:  # whatever it is, those who wait must hear of it
                error = problem
                self._failed_at = time.monotonic()
                log.exception("inbox cannot be written", requests=len(tickets))
                self._drop()
            for ticket in tickets:
                ticket.error = error
                ticket.gate.release()

    def _write(self, entries: list[inbox.Entry]) -> None:
        refused = [row for entry in entries for row in entry.rejected]
        rows = b"".join([_HEAD, *[entry.inbox for entry in entries], _TAIL])
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._copy(self._connection, rows, refused)
        except psycopg.OperationalError:
            # An idle connection dies with a restarted server, so once more. If the server went away at the very moment
            # of the commit, the rows are there already and their ids say so.
            self._drop()
            self._connection = self._connect()
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                self._copy(self._connection, rows, refused)

    @staticmethod
    def _copy(connected: "psycopg.Connection[Any]", rows: bytes, refused: list[bytes]) -> None:
        if not refused:
            with connected.cursor() as cursor, cursor.copy(_INBOX) as copy:
                copy.write(rows)
            return
        with connected.transaction(), connected.cursor() as cursor:
            with cursor.copy(_INBOX) as copy:
                copy.write(rows)
            with cursor.copy(_REJECTED) as copy:
                copy.write(b"".join([_HEAD, *refused, _TAIL]))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_made: tuple[int, Committer] | None = None
_making = threading.Lock()


def of_this_process() -> Committer:
    """The committer of this process, made on first use."""
    global _made  # noqa: PLW0603  one per process is the point
    made = _made
    if made is not None and made[0] == os.getpid():
        return made[1]
    with _making:
        if _made is None or _made[0] != os.getpid():
            _made = (os.getpid(), Committer(autonomous.connect))
        return _made[1]


def close() -> None:
    """End this process's committer, when it was ever used."""
    global _made
    with _making:
        made, _made = _made, None
    if made is not None and made[0] == os.getpid():
        made[1].close()
