"""Queue doors of the room. Each looks for rows and ends when there are none."""

import contextlib
import time

from celery import shared_task
from django.utils import timezone

from events.services import draining, upkeep

TURN_SECONDS = 20


@shared_task
def process_inbox() -> None:
    """Drain for at most TURN_SECONDS, then let other work have the worker; beat calls again."""
    ends = time.monotonic() + TURN_SECONDS
    with contextlib.closing(draining.work_off(now=timezone.now)) as batches:
        for _done in batches:
            if time.monotonic() > ends:
                return


@shared_task
def tidy() -> None:
    """Partitions ahead, old quarantine and old message keys away."""
    upkeep.tidy(now=timezone.now())
