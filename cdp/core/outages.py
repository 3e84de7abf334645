"""Going on by itself when the database was away: restarted, or killed and started again.

For commands and loops that run for minutes. A request does not wait: whoever asked is told, and asks again.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger("database")
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.5
Result = TypeVar("Result")


def outlast(work: Callable[[], Result]) -> Result:
    """What `work()` returns, done again from its beginning when the database goes away meanwhile.

    So it must be something that may run twice. Raises the database's error when that is still away after
    PATIENCE_SECONDS, or when a transaction stands open around the call and is lost with it.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or connection.is_usable() or time.monotonic() > deadline:
                raise
            log.warning("waiting for the database")
            connection.close()
            time.sleep(PAUSE_SECONDS)
