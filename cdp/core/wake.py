"""Wake-up calls for workers. Losing one loses nothing: the work is rows, and beat looks for them."""

import contextlib

import redis
import structlog
from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError

log = structlog.get_logger("wake")
QUIET_SECONDS = 1


def _send(task: str) -> None:
    # One call a second is enough; `add` succeeds only when no call was made in that second.
    try:
        if cache.add(f"wake:{task}", 1, timeout=QUIET_SECONDS):
            current_app.send_task(task, expires=60, ignore_result=True)
    except (redis.RedisError, OperationalError, OSError):
        with contextlib.suppress(ValueError):  # a closed log stream at shutdown
            log.warning("no queue to wake a worker; beat or the next start will find the work", task=task)


def pipeline() -> None:
    """Customers were marked."""
    _send("cdp.core.tasks.drain_pipeline")


def jobs() -> None:
    """A job waits."""
    _send("cdp.core.tasks.run_jobs")


def sender() -> None:
    """Messages are due."""
    _send("campaigns.tasks.send_messages")


def hooks() -> None:
    """A store told something."""
    _send("commerce.tasks.work_off_hooks")


def companies() -> None:
    """Companies have new names or domains: everybody is to be looked at."""
    _send("customers.tasks.sweep_companies")


def purchases() -> None:
    """Purchases may earn that nobody looked at: a programme began in the past, or a rate came."""
    _send("loyalty.tasks.look_for_unsettled")


def liability() -> None:
    """Somebody reads what members have, and the last count is old."""
    _send("loyalty.tasks.count_liability")


def webhooks() -> None:
    """Something happened that others are told of."""
    _send("cdp.core.tasks.tell_others")


def themes() -> None:
    """Somebody wants to know now what people write of, not tomorrow morning."""
    _send("surveys.tasks.find_themes")


def requests() -> None:
    """Somebody asked for a one-time code."""
    _send("consent.tasks.send_codes")


def links() -> None:
    """Somebody asked for a link by mail."""
    _send("consent.tasks.send_links")
