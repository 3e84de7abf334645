"""pytest plugin: a throw-away PostgreSQL and Valkey for each run, unless DATABASE_URL or REDIS_URL name others.

Loaded by `-p tests.servers` before pytest-django reads the settings. Under xdist the controller starts PostgreSQL for all
(each worker has a database, a copy of the one in tests/migrated.py), and each worker has a directory and a Valkey of its
own, so that no queue is shared. Two runs at once have nothing in common. If the run is killed, the kernel ends the
servers with it.
"""

import atexit
import base64
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from cdp.run import embedded
from tests import migrated

OWN_VALKEY = "TESTS_OWN_VALKEY"
"""Set by the controller for its workers: REDIS_URL was not given from outside."""
ASKS_ONLY = {"--help", "-h", "--version", "-V", "--markers", "--fixtures"}


class _Run:
    """What this run started, so that the same process takes it down again."""

    var: Path | None = None
    servers: embedded.Servers | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None]:
    # A wrapper runs before pytest-django's own implementation of this hook, which loads the settings.
    if "PYTEST_XDIST_WORKER" in os.environ:
        _make_var()
        if os.environ.get(OWN_VALKEY):
            _start(postgres=False, valkey=True)
    else:
        _forget_the_machine()
        _make_var()
        wants = {"postgres": not os.environ.get("DATABASE_URL"), "valkey": not os.environ.get("REDIS_URL")}
        if any(wants.values()) and not ASKS_ONLY.intersection(args):
            _start(**wants)
            if wants["valkey"]:
                os.environ[OWN_VALKEY] = "1"
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _tear_down()


def _tear_down() -> None:
    servers, var = _Run.servers, _Run.var
    _Run.servers = _Run.var = None
    if servers and var:
        keeps = bool(servers.database_url) and migrated.is_worth_keeping(servers.database_url)
        if keeps:
            migrated.spread(servers.database_url)
        servers.stop()
        if keeps:
            migrated.keep(var)
    if var:
        shutil.rmtree(var, ignore_errors=True)


def _forget_the_machine() -> None:
    """What is set here must not leak into the tests, or they pass here and fail elsewhere."""
    keep = {"CDP_REQUIRE_BROWSER", "CDP_REQUIRE_DATA"}
    drop = {name for name in os.environ if name.startswith("CDP_")} - keep
    drop |= {
        "ALLOWED_HOSTS",
        "CAMPAIGN_MESSAGES_PER_WEEK",
        "SURVEY_WAIT_DAYS",
        "SURVEY_MOST_IN_WINDOW",
        "SURVEY_WINDOW_DAYS",
        "DEBUG",
        "EMAIL_URL",
        "DEFAULT_FROM_EMAIL",
        "LOG_LEVEL",
        "TIME_ZONE",
        "PORT",
        OWN_VALKEY,
        migrated.MARKER,
    }
    for name in drop & os.environ.keys():
        del os.environ[name]
    os.environ.update(
        SECRET_KEY=secrets.token_urlsafe(48),
        CDP_ENCRYPTION_KEYS=f"test:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        LC_ALL="C.UTF-8",  # commands speak the language of the terminal
        DJANGO_ALLOW_ASYNC_UNSAFE="1",  # Playwright runs an event loop in the test's thread
    )


def _make_var() -> None:
    atexit.register(_tear_down)  # when pytest ends before it is configured, it says no good-bye
    _Run.var = var = Path(tempfile.mkdtemp(prefix="cdp-tests-"))
    if os.geteuid() == 0:
        var.chmod(0o711)  # where there are no user namespaces, PostgreSQL runs as `nobody` and must pass through
    for name in ("static", "outbox"):
        (var / name).mkdir()
    os.environ["CDP_VAR"] = str(var)


def _start(*, postgres: bool, valkey: bool) -> None:
    assert _Run.var is not None
    if postgres:
        migrated.fetch(_Run.var)
    _Run.servers = embedded.start(_Run.var, postgres=postgres, valkey=valkey, durable=False)
    if postgres:
        os.environ["DATABASE_URL"] = _Run.servers.database_url
        migrated.begin(_Run.var, _Run.servers.database_url)
    if valkey:
        os.environ["REDIS_URL"] = _Run.servers.redis_url
