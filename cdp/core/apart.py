"""Work in a process of its own beside this one: one core prepares what comes next while PostgreSQL takes what is there.

The process is forked, so keys that this process has opened need not be handed over and never lie anywhere else. It
inherits no database connection: all files but the pipe are closed before it begins, or PostgreSQL would not notice when
the parent is killed, and locks that prove life would outlive their owner. If it asks the database, it gets a session of
its own, which sees what is committed. What it makes travels over the pipe, one piece ahead at most, so memory stays
bounded. When the parent dies, writing fails and the process ends; when the process dies, hangs or cannot be started,
the parent raises Died and whoever works goes on from its last commit.
"""

import contextlib
import fcntl
import gc
import os
import pickle
import select
import signal
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

from django.db import connections

_SIZE = 8
_PIPE = 1 << 20  # the largest that everybody may ask for
SILENCE_SECONDS = 120
"""Nothing takes so long: a process that says nothing meanwhile hangs."""
_T = TypeVar("_T")


class Died(Exception):
    """The process ended without a word (killed, or out of memory), says none, or could not be started."""


@contextlib.contextmanager
def running(make: Callable[[], Iterator[_T]]) -> Iterator[Iterator[_T]]:
    """What `make()` gives, made by a forked process; its exceptions come through here.

    `make` runs on this process's memory as it is now. What it gives must be picklable. Raises Died at once when the
    process cannot be started.
    """
    coming, going = os.pipe()
    _widen(going)
    try:
        pid = os.fork()
    except OSError as problem:  # no memory, or too many processes
        os.close(coming)
        os.close(going)
        raise Died from problem
    if not pid:
        _work(make, going)
    os.close(going)
    try:
        with open(coming, "rb", buffering=0) as pipe:  # noqa: PTH123  (a descriptor, not a path)
            yield _received(pipe)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _widen(pipe: int) -> None:
    """A wide pipe, where the system (Linux) lets us choose: fewer turns between the two processes."""
    set_size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if set_size is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, set_size, _PIPE)


def _received(pipe: Any) -> Iterator[Any]:
    while True:
        is_last, *found = pickle.loads(_read(pipe, int.from_bytes(_read(pipe, _SIZE))))  # noqa: S301  (our own child)
        if isinstance(found[0], BaseException):
            raise found[0]
        if is_last:
            return
        yield found.pop()  # whoever takes it holds it alone, and may look for garbage when it is gone


def _read(pipe: Any, size: int) -> bytearray:
    whole = bytearray(size)
    rest = memoryview(whole)
    while rest:
        ready = select.poll()  # which, unlike select, takes descriptors of any number
        ready.register(pipe, select.POLLIN)
        if not ready.poll(SILENCE_SECONDS * 1000):
            raise Died
        count = pipe.readinto(rest)
        if not count:
            raise Died
        rest = rest[count:]
    return whole


def _work(make: Callable[[], Iterator[Any]], pipe: int) -> NoReturn:
    """The life of the child; never returns into the parent's code."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.closerange(3, pipe)
        os.closerange(pipe + 1, os.sysconf("SC_OPEN_MAX"))
        for connection in connections.all(initialized_only=True):
            connection.connection = None  # forgotten, not closed: the session is the parent's
            # Nor is there anybody to run the pool: threads are not forked.
            options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
            connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
        gc.freeze()
        try:
            for found in make():
                _send(pipe, (False, found))
                del found  # before `make` looks for garbage
            _send(pipe, (True, None))
        except BrokenPipeError:
            pass
        except Exception as problem:  # noqa: BLE001  (told to the parent, who decides)
            problem.add_note("".join(traceback.format_tb(problem.__traceback__)))
            _send(pipe, (True, problem))
    finally:
        os._exit(0)


def _send(pipe: int, what: Any) -> None:
    data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    for part in (len(data).to_bytes(_SIZE), data):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(pipe, rest) :]
