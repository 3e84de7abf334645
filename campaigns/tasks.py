"""Queue doors. Each is a wake-up: it looks for rows and ends when there are none."""

import time

from celery import shared_task
from django.utils import timezone

from campaigns.services import runs, sending
from cdp.core import locks

TURN_SECONDS = 20
BATCH = 200
_SENDER = 0x0CD_5E2E
_PLANNER = 0x0CD_5E2F


@shared_task
def send_messages() -> None:
    """Send what is due for at most TURN_SECONDS, then let other work have the worker; beat calls again.

    One sender of this kind at a time, so that of two workers one stays free for the pipeline.
    """
    with locks.alone(_SENDER) as is_ours:
        if not is_ours:
            return
        ends = time.monotonic() + TURN_SECONDS
        while time.monotonic() < ends:
            tally = sending.send_due(now=timezone.now(), limit=BATCH)
            if tally.is_stopped or tally.handled < BATCH:
                return


@shared_task
def run_triggers() -> None:
    """Plan what the live campaigns have due. Those on a manual clock are run by hand only.

    One planner at a time: beat calls every few minutes, a run over a million people takes longer, and a second one
    beside it would plan the same and leave no worker for sending. What has a job of its own is left to that job.
    """
    with locks.alone(_PLANNER) as is_ours:
        if is_ours:
            runs.run_live(now=timezone.now())
