"""Secrets a fresh machine makes for itself, kept in CDP_VAR/keys with mode 0600.

Importable without Django: settings and the embedded servers both ask here. Each function returns the stored value, or
makes and stores one. Two processes starting at once agree, because the file is linked into place and the first wins.
"""

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path


def secret_key(var: Path) -> str:
    """The Django SECRET_KEY, 64 URL-safe characters."""
    return stored(var, "secret_key", lambda: secrets.token_urlsafe(48))


def encryption_keys(var: Path) -> str:
    """The key ring in the form of CDP_ENCRYPTION_KEYS: a comma list of `id:base64key`, the first is primary."""
    return stored(var, "encryption_keys", lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode())


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
