"""Queue doors of the room. Each looks for rows and ends when there are none."""

import time

from celery import shared_task
from django.utils import timezone

from events.services import draining, upkeep

TURN_SECONDS = 20


@shared_task
def process_inbox() -> None:
    """Drain for at most TURN_SECONDS, then let other work have the worker; beat calls again."""
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends:
        done = draining.drain(now=timezone.now())
        if done is None or not done.rows:
            return


@shared_task
def tidy() -> None:
    """Partitions ahead, old quarantine and old message keys away."""
    upkeep.tidy(now=timezone.now())
