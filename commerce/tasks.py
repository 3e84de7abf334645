"""Queue doors. Each is a wake-up: it looks for rows and ends when there are none."""

import time

from celery import shared_task
from django.db import connection
from django.utils import timezone

from commerce.services import booking
from commerce.services.booking import faults
from commerce.services.hooks import deliveries

TURN_SECONDS = 20
BATCH = 50
_HOOKS = 0x0CD_400C


@shared_task
def work_off_hooks() -> None:
    """Work off what stores told for at most TURN_SECONDS, then let other work have the worker; beat calls again.

    One at a time, so that of two workers one stays free for the pipeline.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_HOOKS])
        if not cursor.fetchone()[0]:
            return
    try:
        ends = time.monotonic() + TURN_SECONDS
        while time.monotonic() < ends:
            if deliveries.work_off(now=timezone.now(), limit=BATCH) < BATCH:
                return
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_HOOKS])


@shared_task
def forget_hooks() -> None:
    """Drop deliveries that are too old to be read."""
    deliveries.forget_old(now=timezone.now())


@shared_task
def look_after_booking() -> None:
    """Wake what waits for an order that has come or waited too long, drop faults that nobody will mend."""
    booking.look_after_waiting(now=timezone.now())
    faults.forget_old(now=timezone.now())
