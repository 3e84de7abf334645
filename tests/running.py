"""The whole product, running as `make run` runs it: for tests that talk to it from outside and kill parts of it."""

import contextlib
import functools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from shutil import rmtree
from typing import Any

import psycopg
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cdp.run import launch
from tests import migrated, waiting

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".." / "shared" / "data"
PATIENCE = waiting.PATIENCE
TRIES = 5


def quiet_port() -> int:
    """A free port that no outgoing connection takes between now and the moment a slow start listens on it."""
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


class MailServer:
    """A real SMTP server that keeps what it accepts."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._controller = self._started()
        self.url = f"smtp://127.0.0.1:{self._controller.port}"

    def _started(self) -> Controller:
        for _ in range(TRIES):
            controller = Controller(self, hostname="127.0.0.1", port=launch.free_port(), ready_timeout=60)
            with contextlib.suppress(OSError):  # somebody else took the port meanwhile
                controller.start()
                return controller
        raise AssertionError("no port for a mail server")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take one message."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def stop(self) -> None:
        """Close the door."""
        self._controller.stop()


class Shop:
    """One running installation in a directory of its own."""

    def __init__(self, *, sample: bool, email_url: str = "") -> None:
        self.var = Path(tempfile.mkdtemp(prefix="cdp-shop-"))
        self.var.chmod(0o755)
        self.port = quiet_port()
        drop = ("CDP_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PYTEST_", "DJANGO_", "EMAIL_URL")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
        self.env |= {"CDP_VAR": str(self.var), "CDP_SAMPLE": "1" if sample else "0", "PORT": str(self.port)}
        self.env["LC_ALL"] = "C.UTF-8"
        if email_url:
            self.env["EMAIL_URL"] = email_url
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """`manage.py up`, until it says Ready."""
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ready = threading.Event()
        threading.Thread(target=self._listen, args=(self._process, ready), daemon=True).start()
        self.wait_for(lambda: ready.is_set() or self._process is None or self._process.poll() is not None)
        assert ready.is_set(), "".join(self.lines[-40:])

    def _listen(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line)
            if line.strip() == "Ready":
                ready.set()

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=120)

    def remove(self) -> None:
        """Stop if it still runs, and leave nothing behind."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
            self._process.kill()
        rmtree(self.var, ignore_errors=True)

    @property
    def credentials(self) -> dict[str, str]:
        """staff_email, staff_password, write_key, api_key."""
        found: dict[str, str] = json.loads((self.var / "first-run.json").read_text())
        return found

    def children(self, name: str) -> list[int]:
        """Main pids of the child called web, worker, beat, postgres or valkey, read from the process table."""
        marks = {
            "web": "granian",
            "worker": "--skip-checks worker",
            "beat": "--skip-checks beat",
            "postgres": "bin/postgres -D",
            "valkey": "valkey-server",
        }
        assert self._process is not None
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                pid = int(entry.name)
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if parent == self._process.pid and marks[name] in words:
                    found.append(pid)
        return found

    def kill(self, *names: str) -> None:
        """`kill -9` of children with everything they started, all at one moment; they had to be running."""
        for pid in [self.wait_for(functools.partial(self.children, name))[0] for name in names]:
            with contextlib.suppress(ProcessLookupError):
                # A child leads a session of its own. PostgreSQL's helpers have theirs and must notice by themselves.
                os.killpg(pid, signal.SIGKILL)

    def has_back(self, *names: str) -> bool:
        """Whether these children run."""
        return all(self.children(name) for name in names)

    @property
    def servers(self) -> dict[str, str]:
        """database_url and redis_url of the embedded servers."""
        told: dict[str, str] = json.loads((self.var / "servers.json").read_text())
        return told

    def scalar(self, sql: str) -> Any:
        """The one value that a query finds, read beside the product."""
        found = self.rows(sql)
        return found[0][0] if found else None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a query finds, read beside the product. Raises psycopg.Error while the database is away."""
        with psycopg.connect(self.servers["database_url"], autocommit=True) as connection:
            return connection.execute(sql).fetchall()

    def flush_queue(self) -> None:
        """Empty Valkey: queues, cache, limits."""
        with redis.Redis.from_url(self.servers["redis_url"]) as client:
            client.flushall()

    def command(self, *words: str) -> subprocess.Popen[str]:
        """A management command beside the running shop."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> str:
        """The output of a management command that must succeed."""
        process = self.command(*words)
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, err + out
        return out

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """One REST call with the first API key: status and parsed JSON."""
        request = urllib.request.Request(
            f"{self.url}{path}" if path.startswith("/") else path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.credentials['api_key']}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    @staticmethod
    def wait_for(condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """Wait until `condition()` is true; fails after `patience` seconds."""
        return waiting.until(condition, patience, pause=0.1)


@contextlib.contextmanager
def shop(*, sample: bool = False, email_url: str = "") -> Iterator[Shop]:
    """A started shop, removed afterwards. Its database need not be migrated first where one lies ready."""
    running = Shop(sample=sample, email_url=email_url)
    migrated.fetch(running.var)
    try:
        running.start()
        yield running
    finally:
        running.remove()
