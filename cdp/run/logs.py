"""What the children say: each line goes to the terminal with the child's name, and to a file that stays small."""

import contextlib
import os
import sys
from pathlib import Path
from typing import IO

COLOURS = {"web": 36, "worker": 32, "beat": 35, "postgres": 34, "valkey": 33, "setup": 90, "cdp": 1}
LARGEST_FILE = 10 * 2**20
KEPT_FILES = 3


class LogFile:
    """`NAME.log`, and up to KEPT_FILES older ones `NAME.log.1` …"""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("ab", buffering=0)

    def write(self, line: bytes) -> None:
        """Append one line. A full disk loses log lines, nothing else."""
        with contextlib.suppress(OSError):
            self._file.write(line + b"\n")
            if self._file.tell() > LARGEST_FILE:
                self._rotate()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{number + 1}"))
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        self._file = self.path.open("ab", buffering=0)


class Output:
    """The lines of all children. They go to standard error: standard output holds only what `make run` promises."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: dict[str, LogFile] = {}
        self._rest: dict[str, bytes] = {}
        self._colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")

    def feed(self, name: str, data: bytes) -> None:
        """Bytes as a child wrote them; the last line may be incomplete."""
        *lines, self._rest[name] = (self._rest.get(name, b"") + data).split(b"\n")
        for line in lines:
            self.line(name, line)

    def flush(self, name: str) -> None:
        """The child has ended: what is left is a line."""
        rest = self._rest.pop(name, b"")
        if rest:
            self.line(name, rest)

    def line(self, name: str, line: bytes) -> None:
        """One whole line."""
        if name not in self._files:
            self._files[name] = LogFile(self._directory / f"{name}.log")
        self._files[name].write(line)
        label = f"{name:<8} |"
        if self._colours:
            label = f"\033[{COLOURS.get(name, 0)}m{label}\033[0m"
        # A closed or blocked terminal must not stop the shop.
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.buffer.write(label.encode() + b" " + line + b"\n")
            sys.stderr.buffer.flush()

    def say(self, text: str) -> None:
        """A line of the supervisor itself."""
        self.line("cdp", text.encode())
