"""The embedded servers, started, killed and started again."""

import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from cdp.run import embedded, launch, postgres

OWNER = """
import sys, time
from pathlib import Path
from cdp.run import embedded
servers = embedded.start(Path(sys.argv[1]), durable=True)
print(servers.database_url, flush=True)
time.sleep(600)
"""
Run = Callable[..., subprocess.Popen[str]]


def postmaster(var: Path) -> int:
    return int((var / "pg" / "postmaster.pid").read_text().split()[0])


def has_ended(pid: int) -> Callable[[], bool]:
    return lambda: launch.identity(pid) is None


def test_both_servers_answer_only_to_their_passwords(var: Path) -> None:
    servers = embedded.start(var, durable=False)
    try:
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("cdp",)
        assert redis.Redis.from_url(servers.redis_url + "/0").ping()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(servers.database_url.replace("postgres://cdp:", "postgres://cdp:x"))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(servers.redis_url.replace("redis://:", "redis://:x")).ping()
    finally:
        servers.stop()


def test_only_the_owner_can_read_addresses_and_passwords(var: Path) -> None:
    servers = embedded.start(var, durable=False)
    try:
        for path in [var / "servers.json", var / "valkey" / "valkey.conf", *(var / "keys").iterdir()]:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert stat.S_IMODE((var / "keys").stat().st_mode) == 0o700
    finally:
        servers.stop()


def test_no_password_shows_on_a_command_line(var: Path) -> None:
    secrets = [servers_class(var).password for servers_class in (postgres.Postgres, embedded.Valkey)]
    words = postgres.Postgres(var).command() + embedded.Valkey(var).command()
    assert not [word for word in words for secret in secrets if secret in word]


def test_thai_and_korean_have_trigrams(var: Path) -> None:
    servers = embedded.start(var, valkey=False, durable=False)
    try:
        with psycopg.connect(servers.database_url) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            for word in ("สมชาย", "김민준"):
                assert connection.execute("SELECT cardinality(show_trgm(%s))", [word]).fetchone() > (2,)
    finally:
        servers.stop()


def test_the_server_log_shows_no_values(var: Path) -> None:
    servers = embedded.start(var, valkey=False, durable=False)
    try:
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE t (email text PRIMARY KEY)")
            for _ in range(2):
                try:
                    connection.execute("INSERT INTO t VALUES ('planted@example.com')")
                except psycopg.errors.UniqueViolation:
                    refused = True
    finally:
        servers.stop()
    assert refused
    log = (var / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "planted" not in log


def test_a_second_start_is_refused_and_changes_nothing(var: Path) -> None:
    servers = embedded.start(var, durable=False)
    try:
        before = {path.name: path.stat().st_mtime_ns for path in (var / "servers.json", var / "valkey/valkey.conf")}
        with pytest.raises(embedded.AlreadyRunningError):
            embedded.start(var, durable=False)
        assert before == {
            path.name: path.stat().st_mtime_ns for path in (var / "servers.json", var / "valkey/valkey.conf")
        }
        joined = embedded.running(var)
        assert joined is not None
        assert joined.database_url == servers.database_url
        joined.stop()
        assert embedded.database_answers(servers.database_url)
    finally:
        servers.stop()
    assert embedded.running(var) is None


def test_data_survives_a_restart(var: Path) -> None:
    for value in (1, 2):
        servers = embedded.start(var, valkey=False)
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS t (n int)")
            connection.execute("INSERT INTO t VALUES (%s)", [value])
            assert connection.execute("SELECT count(*) FROM t").fetchone() == (value,)
        servers.stop()


@pytest.mark.long
def test_the_servers_end_when_their_owner_is_killed_and_start_again_with_the_data(var: Path, run: Run) -> None:
    owner = run("-c", OWNER, str(var))
    assert owner.stdout is not None
    with psycopg.connect(owner.stdout.readline().strip(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (n int)")
        connection.execute("INSERT INTO t VALUES (7)")
    server = postmaster(var)
    owner.kill()
    owner.wait()
    assert launch.wait_until(has_ended(server), seconds=120)
    assert embedded.running(var) is None
    servers = embedded.start(var)
    with psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SELECT n FROM t").fetchone() == (7,)
    servers.stop()


@pytest.mark.long
def test_a_killed_server_recovers_at_the_next_start(var: Path, run: Run) -> None:
    owner = run("-c", OWNER, str(var))
    assert owner.stdout is not None
    with psycopg.connect(owner.stdout.readline().strip(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT generate_series(1, 20000) AS n")
        server = postmaster(var)
        os.kill(server, signal.SIGKILL)
    owner.kill()
    owner.wait()
    assert launch.wait_until(has_ended(server), seconds=120)
    assert (var / "pg" / "postmaster.pid").exists()
    servers = embedded.start(var)
    with psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (20000,)
    servers.stop()


@pytest.mark.long
def test_a_stale_pid_that_now_belongs_to_somebody_else_does_not_block_the_start(var: Path) -> None:
    embedded.start(var, valkey=False, durable=False).stop()
    lines = [str(os.getpid()), str(var / "pg"), "1700000000", "5432", "", "127.0.0.1", "", "ready"]
    (var / "pg" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    servers = embedded.start(var, valkey=False, durable=False)
    assert embedded.database_answers(servers.database_url)
    servers.stop()


@pytest.mark.long
def test_an_interrupted_first_start_leaves_nothing_in_the_way(var: Path) -> None:
    (var / "pg.new").mkdir()
    (var / "pg.new" / "PG_VERSION").write_text("18\n")
    servers = embedded.start(var, valkey=False, durable=False)
    assert embedded.database_answers(servers.database_url)
    servers.stop()


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another uid for PostgreSQL")
class TestAsRoot:
    def test_a_directory_that_only_root_may_enter_is_enough_with_user_namespaces(self, var: Path) -> None:
        if "--user-namespace" not in postgres.account():
            pytest.skip("this kernel or container allows no user namespaces")
        var.chmod(0o700)
        servers = embedded.start(var, valkey=False, durable=False)
        assert embedded.database_answers(servers.database_url)
        servers.stop()
        assert {path.stat().st_uid for path in (var / "pg").rglob("*")} == {0}

    def test_nobody_runs_it_without_user_namespaces(self, var: Path, as_nobody: int) -> None:
        servers = embedded.start(var, valkey=False, durable=False)
        assert embedded.database_answers(servers.database_url)
        assert Path(f"/proc/{postmaster(var)}").stat().st_uid == as_nobody
        servers.stop()

    def test_a_way_that_nobody_cannot_pass_is_named_before_anything_starts(self, var: Path, as_nobody: int) -> None:
        var.chmod(0o700)
        with pytest.raises(launch.UnableToStartError, match=str(var)):
            embedded.start(var, valkey=False, durable=False)
        assert not (var / "pg").exists()

    @pytest.fixture
    def as_nobody(self, monkeypatch: pytest.MonkeyPatch) -> int:
        if any(not place.stat().st_mode & 0o001 for place in (postgres.binaries(), *postgres.binaries().parents)):
            pytest.skip("the account nobody cannot reach the binaries in this checkout")
        user = postgres.pwd.getpwnam("nobody")
        options = ("--user", str(user.pw_uid), "--group", str(user.pw_gid))
        monkeypatch.setattr(postgres, "account", lambda: options)
        return user.pw_uid
