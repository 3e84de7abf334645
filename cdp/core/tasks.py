"""Queue doors of the kernel. Each is a wake-up: it looks for rows and ends when there are none."""

import contextlib
import datetime as dt
import time

import structlog
from celery import shared_task
from django.db import connection
from django.utils import timezone

from cdp.core import idempotency, jobs, locks, outbox, pipeline, receipts, uploads
from cdp.core.chains import sealing, verifying
from cdp.core.crypto import hourly
from cdp.core.exports import ending as exports_ending
from cdp.core.imports import tracing
from cdp.core.keys import rotation
from cdp.core.webhooks import delivering, fanning
from cdp.core.webhooks import forgetting as webhook_forgetting

log = structlog.get_logger("core")
TURN_SECONDS = 20
NOTICES = 200
REMEMBERED = dt.timedelta(days=30)
"""So long after a rotation, rows of a process that did not take part in it are looked for."""
SEALED_AT_ONCE = 100_000
"""Rows of each ledger in one turn: the first sealing of a large one must not hold a worker for long."""
_JOB_RUNNER = 0x0CD_F10E
_NOTICES = 0x0CD_0B0D


@shared_task
def drain_pipeline() -> None:
    """Drain marks for at most TURN_SECONDS, then let other work have the worker; beat calls again."""
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends and pipeline.drain(now=timezone.now()):
        pass


@shared_task
def run_jobs() -> None:
    """Run waiting jobs. One runner at a time, so that one of two workers stays free for the pipeline."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_JOB_RUNNER])
        if not cursor.fetchone()[0]:
            return
    try:
        jobs.run_waiting()
    finally:
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_JOB_RUNNER])


@shared_task
def send_notices() -> None:
    """Deliver notices that are due for at most TURN_SECONDS; one process at a time, beat calls again."""
    with locks.alone(_NOTICES) as is_ours:
        ends = time.monotonic() + TURN_SECONDS
        while is_ours and time.monotonic() < ends:
            tally = outbox.send_due(now=timezone.now(), limit=NOTICES)
            if tally.is_stopped or tally.handled < NOTICES:
                return


@shared_task
def tell_others() -> None:
    """Judge what happened and tell subscribers of it."""
    fanning.fan_out(now=timezone.now())
    delivering.deliver_due(now=timezone.now())


@shared_task
def seal_ledgers() -> None:
    """Give the rows of the ledgers their places. Whoever comes while another seals finds nothing to do."""
    sealing.seal(now=timezone.now(), most=SEALED_AT_ONCE)


@shared_task
def verify_ledgers() -> None:
    """Prove what is new in the ledgers and a share of the rest, nightly; what was found stands on their page."""
    with locks.alone(verifying.ALONE) as is_ours:
        if is_ours:
            found = verifying.verify(now=timezone.now(), whole=False, depth=verifying.Depth.NIGHT)
            rows, faults = (sum(getattr(one, name) for one in found) for name in ("rows", "fault_count"))
            (log.error if faults else log.info)("ledgers verified", rows=rows, faults=faults)


@shared_task
def make_keys_ahead() -> None:
    """The key of the next hour, before the first request of that hour needs it."""
    hourly.make_ahead(now=timezone.now())


@shared_task
def tidy() -> None:
    """Forget what was kept for hours only."""
    now = timezone.now()
    hourly.forget_old(now=now)
    idempotency.forget_old(now=now)
    receipts.forget_old(now=now)
    uploads.forget_old(now=now)
    exports_ending.forget_old(now=now)
    tracing.forget_old(now=now)
    outbox.forget_old(now=now)
    if late := rotation.find_late(since=now - REMEMBERED):
        log.error("a process that was not restarted still wraps with removed keys", keys=late)
    webhook_forgetting.forget_old(now=now)
