"""`manage.py up`: one foreground process that runs everything and ends everything.

It starts PostgreSQL and Valkey where none are given, prepares the database and the static files, runs web, worker and
beat, restarts what dies, and ends all of it on Ctrl-C or SIGTERM in the reverse order, so that nothing loses its server
before it is done. One thread, woken by signals, output and clocks; it never imports Django.

Why not honcho or circus: the first signals whole process groups and so kills the tasks a worker is finishing, the
second ends with an error (both tried).
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from cdp.run import embedded, health, launch, prepared, programs
from cdp.run.child_process import Child
from cdp.run.logs import Output
from cdp.run.postgres import Postgres
from cdp.run.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
MARK = "SUPERVISOR_RUN"
"""Every child inherits this variable, so that what a killed supervisor left behind can be found."""
EARLY_DEATHS = 3
"""A child that dies this often before everything is up will not get better by itself."""
LEFT_ROUNDS = 3
"""How often we look for what a killed supervisor has left behind."""
ENDING = 20.0
"""Seconds that what a killed supervisor left behind may take to give its port back, on a machine that is busy."""
IMPATIENT_AFTER = 2.0
"""A second signal later than this means: at once. A terminal and make may both deliver the first one."""


class GiveUpError(Exception):
    """The start has failed; the message says why."""


def main() -> int:
    """Run until told to end; the exit code."""
    var = Path(os.environ.get("CDP_VAR") or ROOT / "var").resolve()
    port = int(os.environ.get("PORT") or 8000)
    base_url = (os.environ.get("CDP_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    var.mkdir(parents=True, exist_ok=True)
    alive = launch.Lock(var / "up.lock")
    if not alive.acquire():
        with contextlib.suppress(OSError, ValueError):
            base_url = json.loads((var / "up.json").read_text())["url"]
        print(f"Already running: {base_url}", flush=True)
        return 1
    try:
        return Supervisor(var=var, port=port, base_url=base_url).run()
    except (GiveUpError, launch.UnableToStartError, embedded.AlreadyRunningError) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    finally:
        alive.release()


class Supervisor:
    """Everything one `make run` runs."""

    def __init__(self, *, var: Path, port: int, base_url: str) -> None:
        self.var = var
        self.port = port
        self.host = os.environ.get("CDP_HOST") or "127.0.0.1"
        self.base_url = base_url
        self.output = Output(var / "log")
        self.children: list[Child] = []
        self.environment = {
            **os.environ,
            "CDP_VAR": str(var),
            "CDP_BASE_URL": base_url,
            "CDP_SUPERVISED": "1",
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
            MARK: uuid.uuid4().hex,
        }
        self._servers = embedded.lock(var)
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = socket.socketpair()
        self._asked_to_stop: float | None = None
        self._in_a_hurry = False

    # --- The course of things --------------------------------------------------------------------------------------

    def run(self) -> int:
        """Start, serve, stop. 0 when we were asked to stop."""
        self._listen_to_signals()
        try:
            # In this order: what a killed supervisor left behind may still hold the port.
            was_killed = self._clear_leftovers()
            self._check_port(patience=ENDING if was_killed else 0.0)
            launch.write_private(self.var / "up.json", json.dumps(self._about()) + "\n")
            self._start_servers()
            self._prepare()
            self._start_product()
            self._serve()
        except _StopAsked:
            pass
        finally:
            self._stop_all()
        return 0

    def _about(self) -> dict[str, Any]:
        return {"url": self.base_url, "pid": os.getpid(), "mark": self.environment[MARK]}

    def _start_servers(self) -> None:
        wanted: list[type[Postgres | Valkey]] = []
        if not os.environ.get("DATABASE_URL"):
            wanted.append(Postgres)
        if not os.environ.get("REDIS_URL"):
            wanted.append(Valkey)
        if not wanted:
            return
        if not self._servers.acquire():
            raise GiveUpError(
                f"Another command (process {embedded.owner(self.var)}) uses {self.var} just now. "
                "Please start again when it is done."
            )
        started: list[Postgres | Valkey] = []
        for kind in wanted:
            server = kind(self.var)
            child = Child(
                name=server.name,
                command=server.command,
                environment=self.environment,
                stop_steps=server.stop_steps,
                before=server.prepare,
            )
            self._start(child)
            self._wait(server.is_ready, child)
            started.append(server)
            self.environment["DATABASE_URL" if kind is Postgres else "REDIS_URL"] = server.url
        embedded.announce(self.var, started)

    def _prepare(self) -> None:
        """Migrations, static files, first start: everything that must be there before the first request."""
        own_database = not os.environ.get("DATABASE_URL")
        if own_database and prepared.is_current(self.var):
            return
        child = programs.setup(self.environment)
        self._start(child)
        self._wait(lambda: child.process is not None and child.process.poll() is not None, None)
        self._read_all()
        self.children.remove(child)
        if child.process is None or child.process.returncode != 0:
            raise GiveUpError(f"The set-up {child.how_it_ended()}; see above or {self.var / 'log' / 'setup.log'}.")
        if own_database:
            prepared.note(self.var)

    def _start_product(self) -> None:
        worker_ready = self.var / "worker.ready"
        web = programs.web(self.environment, host=self.host, port=self.port)
        worker = programs.worker(self.environment, ready=worker_ready)
        beat = programs.beat(self.environment, schedule=self.var / "celerybeat-schedule")
        for child in (web, worker):
            self._start(child)
        self._wait(lambda: worker_ready.exists() and self._web_answers(), None)
        self._start(beat)  # nobody waits for it, so it does not take their processor
        for line in self._promised_lines():
            print(line, flush=True)
        (self.var / "ready").touch()

    def _serve(self) -> None:
        while True:
            self._turn(1.0)

    def _stop_all(self) -> None:
        (self.var / "ready").unlink(missing_ok=True)
        if self.children:
            self.output.say("Stopping.")
        # Whoever makes work first, then who does it, then who keeps it.
        order = {"setup": 0, "beat": 1, "worker": 1, "web": 2, "valkey": 3, "postgres": 4}
        for rank in sorted({order[child.name] for child in self.children}):
            together = [child for child in self.children if order[child.name] == rank and child.process]
            for child in together:
                self._signal_stop(child)
            for child in together:
                self._end(child)
            if rank == order["web"]:
                (self.var / "servers.json").unlink(missing_ok=True)
        self.children.clear()
        (self.var / "up.json").unlink(missing_ok=True)
        self._servers.release()

    # --- Children --------------------------------------------------------------------------------------------------

    def _start(self, child: Child) -> None:
        child.start()
        self._watch_output(child)
        if child not in self.children:
            self.children.append(child)

    def _watch_output(self, child: Child) -> None:
        if child.process and child.process.stdout:
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _bury(self) -> None:
        """Notice who has died and when to start it again; start whose pause is over."""
        now = time.monotonic()
        for child in self.children:
            if child.again_at is not None:
                if now >= child.again_at and self._asked_to_stop is None:
                    child.clear_group()
                    try:
                        self._start(child)
                    except OSError as error:
                        self.output.say(
                            f"{child.name} cannot start: {error}. Trying again in {child.plan_restart():g} s."
                        )
            elif child.restarts and child.has_died():
                self._read_all()
                pause = child.plan_restart()
                self.output.say(f"{child.name} {child.how_it_ended()}; starting it again in {pause:g} s.")

    def _signal_stop(self, child: Child) -> None:
        if child.process and child.process.poll() is None:
            child.process.send_signal(child.stop_steps[0][0])

    def _end(self, child: Child) -> None:
        """Wait for a child that was asked to stop; press harder when its time is over."""
        process = child.process
        if process is None:
            return
        for position, (number, seconds) in enumerate(child.stop_steps):
            if position:
                process.send_signal(number)
            end = time.monotonic() + seconds
            while process.poll() is None and time.monotonic() < end and not self._in_a_hurry:
                self._turn(0.2, stopping=True)
        if process.poll() is None:
            self.output.say(f"{child.name} does not stop; ending it by force.")
            # PostgreSQL recovers from an immediate shutdown, and its helpers end with it.
            process.send_signal(signal.SIGQUIT if child.name == "postgres" else signal.SIGKILL)
            with contextlib.suppress(Exception):
                process.wait(5)
            process.kill()
        process.wait()
        self._read_all()
        child.clear_group()

    # --- Waiting ---------------------------------------------------------------------------------------------------

    def _wait(self, done: Any, child: Child | None) -> None:
        """Turn until it is done. With a child: GiveUpError when that one ends; without: when any keeps dying."""
        while not done():
            self._turn(0.05)
            if child and child.process and child.deaths:
                raise GiveUpError(f"{child.name} {child.how_it_ended()}; see above or {self.var / 'log'}.")
            for other in self.children:
                if other.deaths >= EARLY_DEATHS:
                    raise GiveUpError(
                        f"{other.name} {other.how_it_ended()}, {other.deaths} times; see {self.var / 'log'}."
                    )

    def _turn(self, seconds: float, *, stopping: bool = False) -> None:
        """Sleep until something happens, at most so long; carry output; look after the dead."""
        pauses = [child.again_at - time.monotonic() for child in self.children if child.again_at is not None]
        for key, _ in self._selector.select(max(0.0, min([seconds, *pauses]))):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    self._wake_read.recv(4096)
            else:
                self._read(key.data, key.fileobj)
        if stopping:
            return
        if self._asked_to_stop is not None:
            raise _StopAsked
        self._bury()

    def _read(self, child: Child, stream: Any) -> None:
        try:
            data = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return
        if data:
            self.output.feed(child.name, data)
        else:
            self._selector.unregister(stream)
            stream.close()
            self.output.flush(child.name)

    def _read_all(self) -> None:
        """What is in the pipes at this moment."""
        while True:
            events = [key for key, _ in self._selector.select(0) if key.data is not None]
            if not events:
                return
            for key in events:
                self._read(key.data, key.fileobj)

    # --- Signals ---------------------------------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        for end in (self._wake_read, self._wake_write):
            end.setblocking(False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        # Explicitly, because a shell that starts us in the background lets us ignore SIGINT.
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # only to wake us
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    def _on_stop(self, number: int, frame: object) -> None:
        now = time.monotonic()
        if self._asked_to_stop is None:
            self._asked_to_stop = now
        elif now - self._asked_to_stop > IMPATIENT_AFTER:
            self._in_a_hurry = True

    # --- Looking around --------------------------------------------------------------------------------------------

    def _check_port(self, *, patience: float) -> None:
        launch.wait_until(lambda: self._why_no_port() is None or self._asked_to_stop is not None, seconds=patience)
        if (reason := self._why_no_port()) is not None:
            raise GiveUpError(f"Port {self.port} cannot be used ({reason}). Choose another: PORT={self.port + 10}")

    def _why_no_port(self) -> str | None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                return error.strerror or str(error)
        return None

    def _clear_leftovers(self) -> bool:
        """End what a supervisor killed by force has left behind (where the kernel does not do it, or not yet).

        True when there was one. Of what is ending at this moment the kernel has already forgotten the environment, by
        which we know it, and not yet the port: whoever needs that waits for it.
        """
        (self.var / "ready").unlink(missing_ok=True)
        try:
            mark = json.loads((self.var / "up.json").read_text())["mark"]
        except (OSError, ValueError, KeyError):
            return False
        for _ in range(LEFT_ROUNDS):  # a web server that is told of it late may have replaced a worker meanwhile
            left = [pid for pid in _pids() if f"{MARK}={mark}".encode() in _environment(pid)]
            if not left:
                break
            for pid in left:
                launch.end_stranger(pid, ((signal.SIGTERM, 10.0),))
        return True

    def _web_answers(self) -> bool:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104  not binding, only comparing
        return health.web_answers(self.port, self.base_url, host=host)

    def _promised_lines(self) -> list[str]:
        told = json.loads((self.var / "first-run.json").read_text())
        return [
            f"Address: {self.base_url}",
            f"Staff: {told['staff_email']} {told['staff_password']}",
            f"Write key: {told['write_key']}",
            f"API key: {told['api_key']}",
            "Ready",
        ]


class _StopAsked(BaseException):
    """A signal asked us to stop; unwinds whatever was waiting."""


def _pids() -> list[int]:
    try:
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    except OSError:
        return []


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
