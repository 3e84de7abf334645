"""Whether the set-up before the first request may be skipped, because nothing it looks at has changed.

Looking costs a Django start, a quarter of the time of a second `make run`. Only for the embedded database: what others
do to theirs cannot be seen from here.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from cdp.run import keys, launch

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("*/migrations/*.py", "cdp/*/migrations/*.py", "static/**/*", "*/static/**/*", "cdp/*/static/**/*", "*.lock")
MADE = ("first-run.json", "static/.stamp")
"""What the set-up leaves behind, relative to CDP_VAR."""


def is_current(var: Path) -> bool:
    """Whether the last finished set-up saw the same files, the same database directory and the same wishes."""
    if not all((var / name).exists() for name in MADE):
        return False
    try:
        return (var / "prepared").read_text() == fingerprint(var)
    except OSError:
        return False


def note(var: Path) -> None:
    """The set-up has just finished. A restore that brings back older tables removes `prepared` again."""
    launch.write_private(var / "prepared", fingerprint(var))


def fingerprint(var: Path) -> str:
    """Changes when a migration, a static file, a lock file, the cluster, the key ring or CDP_SAMPLE does."""
    lines = [
        f"ring={_ring(var)}",
        f"sample={os.environ.get('CDP_SAMPLE', '')}",
        f"pg={(var / 'pg').stat().st_ino}",
        *sorted(_files()),
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _ring(var: Path) -> str:
    """Changes with the keys that data is sealed with: whether they fit is looked at before anything is served."""
    text = os.environ.get("CDP_ENCRYPTION_KEYS") or keys.encryption_keys(var)
    return hashlib.sha256(text.encode()).hexdigest()


def _files() -> Iterator[str]:
    for pattern in SOURCES:
        for path in ROOT.glob(pattern):
            if path.is_file() and "node_modules" not in path.parts:
                stat = path.stat()
                yield f"{path.relative_to(ROOT)} {stat.st_size} {stat.st_mtime_ns}"
