"""pytest plugin: a throw-away PostgreSQL and Valkey for each run, unless DATABASE_URL or REDIS_URL name others.

Loaded by `-p tests.servers` before pytest-django reads the settings. Under xdist the controller starts them and its
workers inherit the addresses. Two runs at once have their own directory, ports and servers. If the run is killed, the
kernel ends the servers with it.
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

ASKS_ONLY = {"--help", "-h", "--version", "-V", "--markers", "--fixtures"}


class _Run:
    """What this run started, so that the same process takes it down again."""

    var: Path | None = None
    servers: embedded.Servers | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None]:
    # A wrapper runs before pytest-django's own implementation of this hook, which loads the settings.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _set_up(start=not ASKS_ONLY.intersection(args))
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _tear_down()


def _tear_down() -> None:
    servers, var = _Run.servers, _Run.var
    _Run.servers = _Run.var = None
    if servers:
        servers.stop()
    if var:
        shutil.rmtree(var, ignore_errors=True)


def _set_up(*, start: bool) -> None:
    # What is set on the machine must not leak into the tests, or they pass here and fail elsewhere.
    keep = {"CDP_REQUIRE_BROWSER"}
    for name in [name for name in os.environ if name.startswith("CDP_") and name not in keep]:
        del os.environ[name]
    for name in (
        "ALLOWED_HOSTS",
        "DEBUG",
        "EMAIL_URL",
        "S3_URL",
        "SENTRY_DSN",
        "SMS_URL",
        "LINE_CHANNEL_TOKEN",
        "TIME_ZONE",
        "PORT",
    ):
        os.environ.pop(name, None)
    atexit.register(_tear_down)  # when pytest ends before it is configured, it says no good-bye
    _Run.var = var = Path(tempfile.mkdtemp(prefix="cdp-tests-"))
    if os.geteuid() == 0:
        var.chmod(0o711)  # where there are no user namespaces, PostgreSQL runs as `nobody` and must pass through
    for name in ("static", "outbox"):
        (var / name).mkdir()
    os.environ.update(
        CDP_VAR=str(var),
        SECRET_KEY=secrets.token_urlsafe(48),
        CDP_ENCRYPTION_KEYS=f"test:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        DJANGO_ALLOW_ASYNC_UNSAFE="1",  # Playwright runs an event loop in the test's thread
    )
    if not start:
        return
    wants = {"postgres": not os.environ.get("DATABASE_URL"), "valkey": not os.environ.get("REDIS_URL")}
    if any(wants.values()):
        _Run.servers = embedded.start(var, durable=False, **wants)
        if _Run.servers.database_url:
            os.environ["DATABASE_URL"] = _Run.servers.database_url
        if _Run.servers.redis_url:
            os.environ["REDIS_URL"] = _Run.servers.redis_url
