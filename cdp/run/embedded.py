"""A private PostgreSQL and Valkey under `var/`, for whoever has no servers of their own.

Whoever starts them owns them, holds `var/servers.lock` and stops them at the end; `var/servers.json` tells everybody
else where they are. Two uses: the supervisor runs them as its children, and a single command or a test run starts
them for its own duration with `start()` or `use()`.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from cdp.run import launch
from cdp.run.postgres import Postgres
from cdp.run.valkey import Valkey, answers

Server = Postgres | Valkey
TRIES = 3
"""A free port may be taken by somebody else before the server listens on it."""


class AlreadyRunningError(Exception):
    """Another process owns the servers of this directory."""


@dataclass(frozen=True)
class Servers:
    """Where the servers are, and how to let go of them. An address is empty when that server was not asked for."""

    database_url: str
    redis_url: str
    stop: Callable[[], None]


def lock(var: Path) -> launch.Lock:
    """The lock that the owner of the servers holds."""
    return launch.Lock(var / "servers.lock")


def start(var: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True) -> Servers:
    """Start what is asked for and own it.

    Raises AlreadyRunningError, having touched nothing, when another process owns the servers of `var`;
    UnableToStartError when a server cannot run here. `stop()` waits for commands that still use the servers.
    """
    held = lock(var)
    if not held.acquire():
        raise AlreadyRunningError(owner(var))
    running: list[tuple[Server, subprocess.Popen[bytes]]] = []
    try:
        if postgres:
            running.append(_launch(lambda: Postgres(var, durable=durable), var))
        if valkey:
            running.append(_launch(lambda: Valkey(var), var))
        announce(var, [server for server, _ in running])
    except BaseException:
        _stop(var, running, held)
        raise

    def stop() -> None:
        others = launch.Lock(var / "servers.users")
        if running and not others.acquire():
            print("Waiting for other commands that use the same servers.", file=sys.stderr)
            others.acquire(wait=True)
        _stop(var, running, held)
        running.clear()
        others.release()

    urls = {server.name: server.url for server, _ in running}
    return Servers(urls.get("postgres", ""), urls.get("valkey", ""), stop)


def running(var: Path) -> Servers | None:
    """The living servers of `var` as another process announced them, or None. `stop()` lets go of them."""
    try:
        told = json.loads((var / "servers.json").read_text())
    except (OSError, ValueError):
        return None
    database_url, redis_url = told.get("database_url", ""), told.get("redis_url", "")
    if not (database_url or redis_url):
        return None
    if database_url and not database_answers(database_url):
        return None
    if redis_url:
        address = urlsplit(redis_url)
        if not answers(address.port or 0, address.password or ""):
            return None
    using = launch.Lock(var / "servers.users")
    if not using.acquire(shared=True):  # the owner is about to stop them
        return None
    return Servers(database_url, redis_url, using.release)


def use(var: Path, *, postgres: bool = True, valkey: bool = True) -> Servers:
    """The living servers of `var` when there are some, else own ones. Waits while another process starts them."""
    while True:
        found = running(var)
        if found and bool(found.database_url) >= postgres and bool(found.redis_url) >= valkey:
            return found
        with contextlib.suppress(AlreadyRunningError):
            return start(var, postgres=postgres, valkey=valkey)
        time.sleep(0.2)


def owner(var: Path) -> str:
    """The pid of the process that announced the servers, for a message; empty when unknown."""
    try:
        return str(json.loads((var / "servers.json").read_text()).get("owner", ""))
    except (OSError, ValueError):
        return ""


def announce(var: Path, servers: list[Server]) -> None:
    """Tell other processes where the servers are."""
    urls = {server.name: server.url for server in servers}
    told = {
        "database_url": urls.get("postgres", ""),
        "redis_url": urls.get("valkey", ""),
        "owner": os.getpid(),
    }
    launch.write_private(var / "servers.json", json.dumps(told) + "\n")


def database_answers(url: str) -> bool:
    """Whether a connection with this address and password succeeds."""
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def _launch(make: Callable[[], Server], var: Path) -> tuple[Server, subprocess.Popen[bytes]]:
    for _ in range(TRIES):
        server = make()
        server.prepare()
        with _log(var, server.name) as log:
            before = log.tell()
            process = subprocess.Popen(
                server.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop the servers when we are done with them
            )
        try:
            if launch.wait_until(server.is_ready, process=process):
                return server, process
        except BaseException:
            launch.stop(process, server.stop_steps)
            raise
        said = (var / "log" / f"{server.name}.log").read_bytes()[before:].decode(errors="replace")
    raise launch.UnableToStartError(f"{server.name} did not start:\n{said}")


@contextlib.contextmanager
def _log(var: Path, name: str) -> Iterator[launch.IO[bytes]]:
    directory = var / "log"
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.log").open("ab") as file:
        yield file


def _stop(var: Path, running: list[tuple[Server, subprocess.Popen[bytes]]], held: launch.Lock) -> None:
    (var / "servers.json").unlink(missing_ok=True)
    for server, process in reversed(running):
        launch.stop(process, server.stop_steps)
    held.release()
