"""Imported by the worker (`celery worker --include cdp.run.announce`): tells the supervisor when it takes tasks."""

import os
from pathlib import Path
from typing import Any

from celery.signals import worker_ready


@worker_ready.connect
def ready(**_: Any) -> None:
    """Touch the file that the supervisor waits for."""
    path = os.environ.get("WORKER_READY_FILE")
    if path:
        Path(path).touch()
