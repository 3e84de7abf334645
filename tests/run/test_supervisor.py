"""`manage.py up` with everything real, as `make run` starts it."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cdp.run import embedded, launch

Run = Callable[..., subprocess.Popen[str]]
DEADLINE = 400.0  # only a failure takes so long, or a machine with ten other things to do
PROMISED = ("Address: ", "Staff: ", "Write key: ", "API key: ", "Ready")


@dataclass
class Up:
    """A running `manage.py up` and what it has said so far."""

    process: subprocess.Popen[str]
    var: Path
    port: int
    promised: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    said: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        for stream, lines in ((self.process.stdout, self.promised), (self.process.stderr, self.log)):
            threading.Thread(target=self._listen, args=(stream, lines), daemon=True).start()

    def _listen(self, stream: object, lines: list[str]) -> None:
        for line in stream:  # type: ignore[attr-defined]
            with self.said:
                lines.append(line.rstrip("\n"))
                self.said.notify_all()
        with self.said:
            self.said.notify_all()

    def wait_for(self, seen: Callable[[], bool]) -> None:
        with self.said:
            assert self.said.wait_for(seen, DEADLINE), "\n".join(self.log[-30:])

    def wait_until_ready(self) -> None:
        self.wait_for(lambda: "Ready" in self.promised or self.process.poll() is not None)
        assert "Ready" in self.promised, "\n".join(self.log[-30:])

    def wait_for_log(self, part: str, *, times: int = 1) -> None:
        self.wait_for(lambda: sum(part in line for line in self.log) >= times)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def members(self) -> list[int]:
        """Every living process of this run, found by the directory in its environment."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and f"CDP_VAR={self.var}\0".encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
        return found

    def main_of(self, word: str) -> int:
        """The main process of a child: the leader of its session that has this word on its command line."""
        for pid in self.members():
            with contextlib.suppress(OSError):
                if os.getsid(pid) == pid and word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    return pid
        raise AssertionError(f"no process with {word}")

    def has_no_members(self) -> bool:
        return not [pid for pid in self.members() if launch.identity(pid)]


@pytest.fixture
def up(run: Run, environment: dict[str, str], var: Path) -> Iterator[Callable[[], Up]]:
    started: list[Up] = []

    def start() -> Up:
        started.append(Up(run("manage.py", "up"), var, int(environment["PORT"])))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGTERM)


needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes through /proc")


@needs_proc
@pytest.mark.long
def test_serves_restarts_what_dies_and_leaves_nothing_behind(up: Callable[[], Up], run: Run, var: Path) -> None:
    one = up()
    one.wait_until_ready()
    assert [line.startswith(start) for line, start in zip(one.promised, PROMISED, strict=True)] == [True] * 5
    assert one.promised[0] == f"Address: http://127.0.0.1:{one.port}"
    assert launch.wait_until(lambda: one.get("/readyz") == 200, seconds=DEADLINE)

    # A second one says where the first is, and touches nothing.
    before = (var / "servers.json").read_bytes()
    second = run("manage.py", "up")
    said, _ = second.communicate(timeout=DEADLINE)
    assert second.returncode == 1
    assert f"http://127.0.0.1:{one.port}" in said
    assert (var / "servers.json").read_bytes() == before

    # Killed children come back, web and database alike.
    web = one.main_of("granian")
    os.kill(web, signal.SIGKILL)
    one.wait_for_log("web was killed by signal 9")
    assert launch.wait_until(lambda: one.get("/healthz") == 200, seconds=DEADLINE)
    server = int((var / "pg" / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    one.wait_for_log("postgres was killed by signal 9")
    url = json.loads(before)["database_url"]
    assert launch.wait_until(lambda: embedded.database_answers(url), seconds=DEADLINE)
    assert launch.wait_until(lambda: one.get("/readyz") == 200, seconds=DEADLINE)

    assert one.end(signal.SIGINT) == 0
    assert one.has_no_members()
    assert not (var / "ready").exists()
    assert not (var / "pg" / "postmaster.pid").exists()


@needs_proc
@pytest.mark.long
def test_children_end_with_a_killed_supervisor_and_the_next_start_works(up: Callable[[], Up]) -> None:
    one = up()
    one.wait_until_ready()
    one.process.kill()
    one.process.wait()
    second = up()  # at once: it must wait for what is still ending
    second.wait_until_ready()
    assert second.promised == one.promised
    assert second.end(signal.SIGTERM) == 0
    assert launch.wait_until(second.has_no_members, seconds=DEADLINE)


@needs_proc
@pytest.mark.long
def test_a_web_server_that_hangs_behind_a_killed_supervisor_gives_its_port_to_the_next(up: Callable[[], Up]) -> None:
    one = up()
    one.wait_until_ready()
    web = one.main_of("granian")
    hanging = [pid for pid in one.members() if os.getpgid(pid) == web]
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    one.process.kill()
    one.process.wait()
    second = up()
    second.wait_until_ready()
    assert second.end(signal.SIGTERM) == 0
    assert not any(launch.identity(pid) for pid in hanging)


@needs_proc
@pytest.mark.long
def test_an_ignored_interrupt_still_stops_it(up: Callable[[], Up]) -> None:
    # A shell that starts a command in the background lets it ignore SIGINT.
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        one = up()
    finally:
        signal.signal(signal.SIGINT, kept)
    one.wait_until_ready()
    assert one.end(signal.SIGINT) == 0
    assert one.has_no_members()


@needs_proc
@pytest.mark.long
def test_a_killed_worker_comes_back_and_its_pool_is_gone(up: Callable[[], Up], var: Path) -> None:
    one = up()
    one.wait_until_ready()
    worker = one.main_of("worker")
    pool = [pid for pid in one.members() if pid != worker and os.getpgid(pid) == worker]
    os.kill(worker, signal.SIGKILL)
    one.wait_for_log("worker was killed by signal 9")
    assert launch.wait_until(lambda: not any(launch.identity(pid) for pid in pool), seconds=DEADLINE)
    assert launch.wait_until((var / "worker.ready").exists, seconds=DEADLINE)
    assert one.end(signal.SIGTERM) == 0


def test_a_used_port_is_named_before_anything_starts(run: Run, environment: dict[str, str], var: Path) -> None:
    with contextlib.closing(launch.socket.create_server(("127.0.0.1", 0))) as taken:
        environment["PORT"] = str(taken.getsockname()[1])
        done = run("manage.py", "up")
        _, errors = done.communicate(timeout=DEADLINE)
    assert done.returncode == 1
    assert environment["PORT"] in errors
    assert not (var / "pg").exists()
