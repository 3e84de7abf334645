"""Secrets a fresh machine makes for itself, kept in CDP_VAR/keys with mode 0600.

Importable without Django: settings and the embedded servers both ask here. Each function returns the stored value, or
makes and stores one. Two processes starting at once agree, because the file is linked into place and the first wins.
"""

import base64
import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

CONNECTION = "cdp "
LONGEST_NAME = 63
"""What PostgreSQL keeps of the name of a connection."""


def secret_key(var: Path) -> str:
    """The Django SECRET_KEY, 64 URL-safe characters."""
    return stored(var, "secret_key", lambda: secrets.token_urlsafe(48))


def encryption_keys(var: Path) -> str:
    """The key ring in the form of CDP_ENCRYPTION_KEYS: a comma list of `id:base64key`, the first is primary."""
    return stored(var, "encryption_keys", lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode())


def ids(ring: str) -> list[str]:
    """The ids of a ring in the form of CDP_ENCRYPTION_KEYS, the primary first; never a key."""
    return [part.strip().partition(":")[0] for part in ring.split(",")]


def connection_name(ring: str) -> str:
    """What this process calls its connections to the database: who it is, and the ids of its ring.

    So a process that was not restarted with a new ring can be named instead of guessed at (`cdp.core.keys.processes`).
    """
    return f"{CONNECTION}{os.getpid()}@{socket.gethostname()[:20]} {'+'.join(ids(ring))}"[:LONGEST_NAME]


def chain_keys(var: Path) -> str:
    """The keys of the ledgers' chains in the form of CDP_CHAIN_KEYS, as the ring's."""
    return stored(var, "chain_keys", lambda: "c1:" + base64.b64encode(secrets.token_bytes(32)).decode())


def receipt_keys(var: Path) -> str:
    """The keys that sign consent receipts in the form of CDP_RECEIPT_KEYS, as the ring's; the first one signs."""
    return stored(var, "receipt_keys", lambda: "r1:" + base64.b64encode(secrets.token_bytes(32)).decode())


def stored(var: Path, name: str, make: Callable[[], str]) -> str:
    """The secret called `name` under `var/keys`, made by `make()` when it is not there yet."""
    path = var / "keys" / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(make() + "\n")
        with contextlib.suppress(FileExistsError):  # Another process was first; its value is read below.
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()
    return path.read_text().strip()
