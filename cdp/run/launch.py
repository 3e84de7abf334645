"""Small pieces of starting and stopping processes, shared by the embedded servers and the supervisor."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

CHILD = Path(__file__).with_name("child.py")


class UnableToStartError(Exception):
    """A server cannot be started here; the message says why and what to do."""


class Lock:
    """A lock on a file that lasts as long as the process that holds it, whatever ends the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire(self, *, shared: bool = False, wait: bool = False) -> bool:
        """Take it; False when somebody else has it and we were not told to wait. Children do not inherit it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a")
        how = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            file.close()
            return False
        self.release()
        self._file = file
        return True

    def release(self) -> None:
        """Give it back; nothing happens when it was not held."""
        if self._file is not None:
            self._file.close()
            self._file = None


def command(program: Sequence[str | Path], *, death_signal: signal.Signals, account: Sequence[str] = ()) -> list[str]:
    """`program`, wrapped so that it ends with this process; `account` are options of child.py."""
    options = ["--parent", str(os.getpid()), "--death-signal", str(int(death_signal)), *account]
    return [sys.executable, "-I", "-S", str(CHILD), *options, "--", *map(str, program)]


def free_port() -> int:
    """A TCP port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(
    done: Callable[[], bool], *, process: subprocess.Popen[Any] | None = None, seconds: float | None = None
) -> bool:
    """Look every 20 ms whether it is done. False when the process ended first or the time is over."""
    end = None if seconds is None else time.monotonic() + seconds
    while not done():
        if process is not None and process.poll() is not None:
            return False
        if end is not None and time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stop(process: subprocess.Popen[Any], steps: Sequence[tuple[signal.Signals, float]]) -> int:
    """End a child: each signal in turn with the seconds it is given, then SIGKILL. Always waits; the return code."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
    if process.poll() is None:
        process.kill()
    return process.wait()


def identity(pid: int) -> str | None:
    """Something that tells this process from a later one with the same number; None when there is none.

    A process whose first thread has ended is called a zombie while the others still run, and hold its files and ports.
    """
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        has_ended = fields[0] == "Z" and int(fields[17]) <= 1  # how many threads
        return None if has_ended else fields[19]
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],  # noqa: S607  wherever the system keeps it
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or None


def end_stranger(pid: int, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """End a process that is not our child: each signal in turn with its seconds, then SIGKILL."""
    who = identity(pid)
    if who is None:
        return
    for number, seconds in (*steps, (signal.SIGKILL, 10.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if wait_until(lambda: identity(pid) != who, seconds=seconds):
            return


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only we can read, at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
