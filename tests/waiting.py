"""Waiting for what another thread or process does: looking again until it is so."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 400  # only a failure takes so long, or a machine with ten other things to do


def until(condition: Callable[[], Any], patience: float = PATIENCE, *, pause: float = 0.01) -> Any:
    """What `condition()` says once it is true; fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(pause)
