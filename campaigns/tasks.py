"""Queue doors. Each is a wake-up: it looks for rows and ends when there are none."""

import time

from celery import shared_task
from django.db import connection
from django.utils import timezone

from campaigns.services import sending, triggers

TURN_SECONDS = 20
BATCH = 200
_SENDER = 0x0CD_5E2E


@shared_task
def send_messages() -> None:
    """Send what is due for at most TURN_SECONDS, then let other work have the worker; beat calls again.

    One sender of this kind at a time, so that of two workers one stays free for the pipeline.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_SENDER])
        if not cursor.fetchone()[0]:
            return
    try:
        ends = time.monotonic() + TURN_SECONDS
        while time.monotonic() < ends:
            tally = sending.send_due(now=timezone.now(), limit=BATCH)
            if tally.is_stopped or tally.handled < BATCH:
                return
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_SENDER])


@shared_task
def run_triggers() -> None:
    """Plan what the live campaigns have due. Those on a manual clock are run by hand only."""
    triggers.run(now=timezone.now(), clock="live")
