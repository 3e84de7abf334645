"""One supervised child: a process in a session of its own, restarted with growing pauses when it dies."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cdp.run import launch

FIRST_PAUSE, LONGEST_PAUSE, STEADY = 0.5, 30.0, 60.0
"""Seconds before the first restart, at most, and after which a child counts as steady again."""


@dataclass
class Child:
    """What to run and how to end it; then the state of the running process."""

    name: str
    command: Callable[[], list[str]]
    environment: dict[str, str]
    stop_steps: Sequence[tuple[signal.Signals, float]]
    before: Callable[[], None] = lambda: None
    restarts: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    again_at: float | None = field(default=None, init=False)
    deaths: int = field(default=0, init=False)
    _pause: float = field(default=FIRST_PAUSE, init=False)
    _started: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start the process; its output is a pipe that nobody reads blocking."""
        self.before()
        self.again_at = None
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            start_new_session=True,  # Ctrl-C is for the supervisor, which ends its children one after the other
        )
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), False)

    def has_died(self) -> bool:
        """True once for each process that ended; asks the rest of its session to end as well."""
        if self.process is None or self.process.poll() is None:
            return False
        # A main process killed hard leaves its own workers behind, which would hold its port.
        self.signal_group(signal.SIGTERM)
        return True

    def plan_restart(self) -> float:
        """Decide when to start again; the pause in seconds."""
        self.deaths += 1
        if time.monotonic() - self._started > STEADY:
            self._pause, self.deaths = FIRST_PAUSE, 1
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self.again_at = time.monotonic() + pause
        return pause

    def clear_group(self) -> None:
        """End by force what is left of the session of the dead process."""
        self.signal_group(signal.SIGKILL)
        launch.wait_until(lambda: not self.signal_group(0), seconds=2)

    def signal_group(self, number: int) -> bool:
        """Signal the session of a process that has ended; False when nobody is left in it."""
        if self.process is None or self.process.returncode is None:
            return False
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)
            return True
        return False

    def how_it_ended(self) -> str:
        """In words."""
        code = self.process.returncode if self.process else None
        if code is None:
            return "is running"
        return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
