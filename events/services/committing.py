"""Group commit: whoever comes first writes for all who wait, commits, and lets them go; nobody is answered before.

There is no thread for it: a request that finds nobody writing writes at once and is answered without waiting for
another thread to be woken; those that come meanwhile form the next group, and one of them is told to write it. When
many wait already, the disk is slow: another group goes along, and PostgreSQL flushes both at once. Nor does anybody
wait longer than a moment for a group that hangs. Whoever waits while PostgreSQL is away is told so, and the client
sends again.

A single statement in autocommit is a transaction of its own: one round trip with its flush. It is prepared, takes a
column of the group's rows as each of its parameters, and is run by libpq itself: psycopg's own ways wait in Python,
where each step of theirs stands in line with the other requests.
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
MOST_WRITING = 3
"""Groups, each on a connection of its own."""
SLOW_SECONDS = 1.0
"""A group that takes longer may hang: the others do not wait for it."""
MOST_CONNECTIONS = 2 * MOST_WRITING
"""With the groups that may hang."""
ENOUGH_WAITING = 5
"""So many do not wait for the group that is being written. Fewer would only make for more and smaller groups."""
PAUSE_SECONDS = 0.2
"""After a failure: requests that come meanwhile are refused at once instead of each trying to connect."""


class Unavailable(Exception):
    """The database did not confirm; nothing may be answered as accepted."""


class Busy(Exception):
    """More waits already than this process may hold."""


class _Ticket:
    """One waiting request. The lock is held until the commit is decided, or until it is to write a group itself."""

    __slots__ = ("entry", "error", "gate", "group", "size")

    def __init__(self, entry: inbox.Entry) -> None:
        self.entry = entry
        self.error: Exception | None = None
        self.group: list[_Ticket] | None = None
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
    """The queue of those who wait, and the connections. `connect` gives a psycopg connection in autocommit."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"]) -> None:
        """Nothing is connected before the first request."""
        self._connect = connect
        self._idle: list[psycopg.Connection[Any]] = []
        self._mutex = threading.Lock()
        self._queue: list[_Ticket] = []
        self._bytes = 0
        self._writing: dict[int, float] = {}  # since when, by the id of the group
        self._failed_at = -PAUSE_SECONDS
        self._closing = False

    def commit(self, entry: inbox.Entry) -> None:
        """Return once the entry is durable. Raises Busy before, Unavailable when it may not be."""
        if time.monotonic() - self._failed_at < PAUSE_SECONDS:
            raise Unavailable
        ticket = _Ticket(entry)
        with self._mutex:
            if self._bytes + ticket.size > MOST_WAITING_BYTES and self._bytes:
                raise Busy
            self._queue.append(ticket)
            self._bytes += ticket.size
            group = self._next()
        if group is None:
            group = self._wait(ticket)
        if group is not None:
            self._lead(group, ticket)
        if ticket.error is not None:
            raise Unavailable from ticket.error

    def close(self) -> None:
        """End the connections, those in use as soon as their group is written. Nobody may commit afterwards."""
        with self._mutex:
            self._closing = True
            idle, self._idle = self._idle, []
        for connected in idle:
            connected.close()

    def _next(self) -> "list[_Ticket] | None":
        """The group to be written now by whoever asks, if it is time for one. To be called with the mutex."""
        if not self._queue:
            return None
        now = time.monotonic()
        if self._writing:
            writing = len([since for since in self._writing.values() if now - since < SLOW_SECONDS])
            if writing and (writing >= MOST_WRITING or len(self._queue) < ENOUGH_WAITING):
                return None
            if len(self._writing) >= MOST_CONNECTIONS:
                return None
        group, self._queue = self._queue, []
        self._writing[id(group)] = now
        return group

    def _wait(self, ticket: _Ticket) -> "list[_Ticket] | None":
        """Until it is decided, or until the request has to write the group that is returned. Raises Unavailable."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (left := until - time.monotonic()) > 0:
            if ticket.gate.acquire(timeout=min(left, SLOW_SECONDS)):
                return ticket.group
            with self._mutex:
                group = self._next() if ticket in self._queue else None
            if group is not None:  # whoever was to have it written hangs
                return group
        with self._mutex:
            if ticket in self._queue:
                self._queue.remove(ticket)
                self._bytes -= ticket.size
        if ticket.group is None:  # or else the others would wait for somebody who left
            raise Unavailable
        return ticket.group

    def _lead(self, group: list[_Ticket], own: _Ticket) -> None:
        """Write the group, let its requests go, and have the next one written."""
        outcomes: Sequence[Exception | None] = [Unavailable()] * len(group)
        try:
            outcomes = self._outcomes(group)
        finally:  # whatever it was, those who wait must hear of it
            self._release(group, own, outcomes)

    def _outcomes(self, group: list[_Ticket]) -> Sequence[Exception | None]:
        """Write the group, of which only the request at fault is refused; what became of each."""
        try:
            self._write([ticket.entry for ticket in group])
        except psycopg.OperationalError as problem:
            self._failed_at = time.monotonic()
            log.exception("inbox cannot be written", requests=len(group))
            return [problem] * len(group)
        except Exception as problem:
            log.exception("inbox cannot be written", requests=len(group))
            if len(group) == 1:
                return [problem]
        else:
            return [None] * len(group)
        found: list[Exception | None] = []
        for ticket in group:
            is_away = found and isinstance(found[-1], psycopg.OperationalError)
            found += found[-1:] if is_away else self._outcomes([ticket])
        return found

    def _release(self, group: list[_Ticket], own: _Ticket, outcomes: Sequence[Exception | None]) -> None:
        with self._mutex:
            self._writing.pop(id(group), None)
            self._bytes -= sum([ticket.size for ticket in group])
            following = self._next()
            if following is not None:
                following[0].group = following
        if following is not None:
            following[0].gate.release()
        for ticket, outcome in zip(group, outcomes, strict=True):
            ticket.error = outcome
            if ticket is not own:
                ticket.gate.release()

    def _write(self, entries: list[inbox.Entry]) -> None:
        refused = [row for entry in entries for row in entry.rejected]
        statement, parameters = _ACCEPTED_ONLY, _INBOX.parameters([entry.inbox for entry in entries])
        if refused:
            statement, parameters = _WITH_REJECTED, parameters + _REJECTED.parameters(refused)
        with self._mutex:
            connected = self._idle.pop() if self._idle else None
        try:
            connected = connected or self._opened()
            try:
                _run(connected, statement, parameters)
            except (psycopg.OperationalError, errors.InvalidSqlStatementName):
                # An idle connection dies with a restarted server, so once more. If the server went away at the very
                # moment of the commit, the rows are there already and their ids say so.
                connected.close()
                connected = self._opened()
                with contextlib.suppress(psycopg.errors.UniqueViolation):
                    _run(connected, statement, parameters)
        except BaseException:
            if connected is not None:
                connected.close()
            raise
        with self._mutex:
            if not self._closing:
                self._idle.append(connected)
                return
        connected.close()

    def _opened(self) -> "psycopg.Connection[Any]":
        opened = self._connect()
        try:
            for name, (statement, types) in _STATEMENTS.items():
                _confirm(opened.pgconn.prepare(name, statement.encode(), types))
        except BaseException:
            opened.close()
            raise
        return opened


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
    """End this process's connections, when there are any."""
    global _made
    with _making:
        made, _made = _made, None
    if made is not None and made[0] == os.getpid():
        made[1].close()
