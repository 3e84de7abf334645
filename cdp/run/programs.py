"""The processes of the product and how each is ended. docker-compose.yml runs the same three."""

import signal
import sys
from pathlib import Path

from cdp.run import launch
from cdp.run.child_process import Child

ROOT = Path(__file__).resolve().parents[2]
BLOCKING_THREADS = 16
"""Requests that one web process answers at the same time. The pool of connections is as large (cdp.settings)."""


def setup(environment: dict[str, str]) -> Child:
    """Migrations, static files, first start. Runs once and ends."""
    return Child(
        name="setup",
        command=lambda: _python(str(ROOT / "manage.py"), "prepare"),
        environment=environment,
        stop_steps=((signal.SIGTERM, 5.0),),
        restarts=False,
    )


def web(environment: dict[str, str], *, host: str, port: int) -> Child:
    """The web server. Its own log only speaks of failures; requests are logged by the product."""
    return Child(
        name="web",
        command=lambda: _python(
            *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", "2", "--blocking-threads", str(BLOCKING_THREADS), "--no-ws", "--respawn-failed-workers"),
            *("--log-level", "error", "cdp.wsgi:application"),
        ),
        environment=environment,
        stop_steps=((signal.SIGTERM, 8.0),),
    )


def worker(environment: dict[str, str], *, ready: Path) -> Child:
    """The worker; it makes the file `ready` when it takes tasks. A running task has 15 s to end."""
    # Celery warns root at length because of pickle, which is switched off.
    warnings = [environment.get("PYTHONWARNINGS"), "ignore:You're running the worker with superuser privileges"]
    return Child(
        name="worker",
        command=lambda: _python(
            *("-m", "celery", "--quiet", "--app", "cdp", "--skip-checks", "worker", "--concurrency", "2"),
            # Workers need not know each other: PostgreSQL's locks share out the work.
            *("--without-gossip", "--without-mingle", "--loglevel", "INFO", "--include", "cdp.run.announce"),
        ),
        environment={
            **environment,
            "WORKER_READY_FILE": str(ready),
            "PYTHONWARNINGS": ",".join(filter(None, warnings)),
        },
        stop_steps=((signal.SIGTERM, 15.0), (signal.SIGQUIT, 3.0)),
        before=lambda: ready.unlink(missing_ok=True),
    )


def beat(environment: dict[str, str], *, schedule: Path) -> Child:
    """The clock."""
    return Child(
        name="beat",
        command=lambda: _python(
            *("-m", "celery", "--quiet", "--app", "cdp", "--skip-checks", "beat", "--loglevel", "WARNING"),
            *("--schedule", str(schedule), "--pidfile", ""),
        ),
        environment=environment,
        stop_steps=((signal.SIGTERM, 5.0),),
    )


def _python(*words: str) -> list[str]:
    return launch.command([sys.executable, *words], death_signal=signal.SIGTERM)
