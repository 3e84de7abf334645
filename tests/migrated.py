"""The database in which all migrations have run: made once for a run, copied for each worker, kept for later runs.

Migrating takes ten seconds of a processor. The controller begins with it while the workers still import the tests, and
each worker's database is a copy (PostgreSQL's TEMPLATE). A run that ends in order leaves its cluster under `var/`;
later ones begin with that, as long as no migration, and nothing that migrations call, was changed. Django still migrates
every copy: nothing is left to do but to bring rows of reference up to date. The product's own database in it is migrated
as well, so that shops which tests start from it (`running.shop`) need not do it each.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from cdp.run import launch, postgres

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "migrated"
PARTS = ("pg", "keys/postgres", "keys/postgres_superuser")
DATABASE = "migrated"
PRODUCT = "cdp"
EMPTY = {"postgres", "template0", "template1", PRODUCT}
MARKER = "TESTS_MIGRATED"
"""Where workers read how the migrating ended; not set when the servers came from outside."""


def fetch(var: Path) -> None:
    """Bring the kept cluster, if one fits, into the directory of a run that has not begun."""
    kept = KEPT / _state()
    with _alone(shared=True) as is_mine:
        if not is_mine or not kept.is_dir():
            return
        (var / "keys").mkdir(mode=0o700, exist_ok=True)
        for part in PARTS:
            subprocess.run(["cp", "-a", kept / part, var / part], check=True)


def begin(var: Path, database_url: str) -> None:
    """Migrate beside whatever follows, unless the cluster was fetched; `ready` waits for it."""
    marker = var / "migrated"
    os.environ[MARKER] = str(marker)
    if DATABASE in _databases(database_url):
        marker.write_text("0")
        return
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    url = database_url.rpartition("/")[0] + f"/{DATABASE}"
    with (var / "migrating.log").open("wb") as log:
        process = subprocess.Popen(
            launch.command(
                [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0"], death_signal=signal.SIGKILL
            ),
            env={**os.environ, "DATABASE_URL": url},
            stdout=log,
            stderr=log,
        )

    def tell() -> None:
        draft = marker.with_name("migrated.new")
        draft.write_text(str(process.wait()))
        draft.replace(marker)

    threading.Thread(target=tell, daemon=True).start()


def ready() -> str:
    """The name of the migrated database, once it is there; empty where the servers came from outside.

    Raises UnableToStartError with what migrating said.
    """
    if not os.environ.get(MARKER):
        return ""
    marker = Path(os.environ[MARKER])
    while not marker.exists():
        time.sleep(0.05)
    if marker.read_text() != "0":
        raise launch.UnableToStartError(marker.with_name("migrating.log").read_text(errors="replace"))
    return DATABASE


def is_worth_keeping(database_url: str) -> bool:
    """Whether a cluster holds the migrated database and no trace of a test, and there is none yet for later runs."""
    return _databases(database_url) == {*EMPTY, DATABASE} and not (KEPT / _state()).is_dir()


def spread(database_url: str) -> None:
    """Make the product's own database, which no test uses, a copy of the migrated one."""
    with psycopg.connect(database_url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {PRODUCT} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {PRODUCT} TEMPLATE {DATABASE}")


def keep(var: Path) -> None:
    """Keep the cluster of a run, which has been stopped, in place of all that were kept before."""
    with _alone(shared=False) as is_mine:
        if not is_mine:
            return
        # Leaves next to nothing of the log, and refuses a cluster that was not shut down in order.
        shorten = launch.command(
            [postgres.binaries() / "pg_resetwal", "-D", var / "pg"],
            death_signal=signal.SIGKILL,
            account=postgres.account(),
        )
        done = subprocess.run(shorten, capture_output=True, check=False)
        if done.returncode != 0:
            return
        draft = Path(tempfile.mkdtemp(dir=KEPT, prefix="draft-"))
        (draft / "keys").mkdir()
        for part in PARTS:
            shutil.move(var / part, draft / part)
        for old in KEPT.iterdir():
            if old.is_dir() and old != draft:
                shutil.rmtree(old)
        draft.replace(KEPT / _state())


@contextlib.contextmanager
def _alone(*, shared: bool) -> Iterator[bool]:
    """Nobody replaces what others read. False when somebody else is at it: it is a saving, not a need."""
    lock = launch.Lock(KEPT / "lock")
    is_mine = lock.acquire(shared=shared)
    try:
        yield is_mine
    finally:
        lock.release()


def _databases(database_url: str) -> set[str]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def _state() -> str:
    """A digest of the migrations, of the kernel that they call, and of the versions of all libraries."""
    told = hashlib.sha256()
    paths = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("cdp/core/**/*.py"),
        ROOT / "requirements.lock",
        Path(__file__),
    ]
    for path in sorted(paths):
        told.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()[:20]
