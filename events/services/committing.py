"""Group commit: many requests wait, one thread writes what is queued, commits, and lets them all go.

One committing thread per process, made on first use, so that a forked server process gets its own. A single statement
in autocommit is a transaction of its own: one round trip, one flush to disk for everybody who waits. Nothing is
answered before; whoever waits while PostgreSQL is away is told so, and the client sends again.

The statement is prepared, takes a column of the group's rows as each of its parameters, and is run by libpq itself:
psycopg's own ways wait in Python, where each step of theirs stands in line with the request threads.
"""

import contextlib
import os
import struct
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import structlog
from psycopg import errors, pq

from cdp.core import autonomous
from events.services import inbox

log = structlog.get_logger("tracking")

MOST_WAITING_BYTES = 64 * 1024 * 1024
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.2
"""After a failure: requests that come meanwhile are refused at once instead of each trying to connect."""


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
        self.size = len(entry.inbox[-1]) + sum([len(row[-1]) for row in entry.rejected])
        self.gate = threading.Lock()
        self.gate.acquire()


class _Table:
    """A table that is written to, and how a column of its rows becomes a parameter."""

    _HEAD = struct.Struct(">iiiii")  # of an array: one dimension, no NULL, type, length, counted from 1

    def __init__(self, name: str, columns: tuple[str, ...], types: tuple[str, ...]) -> None:
        """`types` are the names of the columns' types."""
        found = [psycopg.adapters.types[type_] for type_ in types]
        self._types = [type_.oid for type_ in found]
        self.arrays = [type_.array_oid for type_ in found]
        self._name, self._columns, self._names = name, columns, types

    def insert(self, *, first: int) -> str:
        """The statement, with parameters counted from `first`."""
        values = ", ".join(f"${number}::{name}[]" for number, name in enumerate(self._names, first))
        return f"INSERT INTO {self._name} ({', '.join(self._columns)}) SELECT * FROM unnest({values})"  # noqa: S608  names of ours

    def parameters(self, rows: Sequence[inbox.Row]) -> list[bytes]:
        """Every column of the rows as an array."""
        pack, count = self._HEAD.pack, len(rows)
        return [
            b"".join([pack(1, 0, type_, count, 1), *column])
            for type_, column in zip(self._types, zip(*rows, strict=True), strict=True)
        ]


_INBOX = _Table(
    "events_inboxrow", inbox.INBOX_COLUMNS, ("uuid", "uuid", "timestamptz", "int4", "int4", "int4", "bytea")
)
_REJECTED = _Table("events_rejectedevent", inbox.REJECTED_COLUMNS, ("uuid", "uuid", "timestamptz", "varchar", "bytea"))
_ACCEPTED_ONLY, _WITH_REJECTED = b"accepted", b"rejected"
_STATEMENTS = {
    _ACCEPTED_ONLY: (_INBOX.insert(first=1), _INBOX.arrays),
    _WITH_REJECTED: (
        f"WITH accepted AS ({_INBOX.insert(first=1)}) {_REJECTED.insert(first=len(_INBOX.arrays) + 1)}",
        _INBOX.arrays + _REJECTED.arrays,
    ),
}
"""One statement each, so that both tables are written or neither."""


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
        statement, parameters = _ACCEPTED_ONLY, _INBOX.parameters([entry.inbox for entry in entries])
        if refused:
            statement, parameters = _WITH_REJECTED, parameters + _REJECTED.parameters(refused)
        if self._connection is None:
            self._connection = self._opened()
        try:
            _run(self._connection, statement, parameters)
        except psycopg.OperationalError:
            # An idle connection dies with a restarted server, so once more. If the server went away at the very moment
            # of the commit, the rows are there already and their ids say so.
            self._drop()
            self._connection = self._opened()
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                _run(self._connection, statement, parameters)

    def _opened(self) -> "psycopg.Connection[Any]":
        opened = self._connect()
        for name, (statement, types) in _STATEMENTS.items():
            _confirm(opened.pgconn.prepare(name, statement.encode(), types))
        return opened

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _run(connected: "psycopg.Connection[Any]", statement: bytes, parameters: Sequence[bytes]) -> None:
    _confirm(connected.pgconn.exec_prepared(statement, parameters, [pq.Format.BINARY] * len(parameters)))


def _confirm(result: pq.abc.PGresult) -> None:
    if result.status == pq.ExecStatus.COMMAND_OK:
        return
    if result.error_field(pq.DiagnosticField.SQLSTATE) is None:  # not PostgreSQL speaks but libpq: nobody is there
        raise psycopg.OperationalError(result.get_error_message())
    raise errors.error_from_result(result)


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
