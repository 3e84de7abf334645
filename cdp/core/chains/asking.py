"""Verifying at somebody's word: a job that walks over everything and tells how far it is."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from cdp.core import jobs, locks
from cdp.core.chains import sealing, states, verifying
from cdp.core.models import Job

KIND = "ledgers.verify"
TITLE = gettext_noop("Verification of the ledgers")


def begin(*, asked_by: uuid.UUID | None) -> Job:
    """Let a worker verify all ledgers from their beginnings; the job that does it already, where one does."""
    with transaction.atomic():
        sealing.hold(KIND)  # two presses make one job
        running = newest()
        if running is not None and running.state in {Job.State.WAITING, Job.State.RUNNING}:
            return running
        return jobs.submit(KIND, title=TITLE, params={}, created_by=asked_by)


def newest() -> Job | None:
    """The last that was asked for."""
    return Job.objects.filter(kind=KIND).order_by("-id").first()


@jobs.kind(KIND)
def run(job: Job) -> None:
    """Work on such a job. Done again after a kill, from the beginning: it writes nothing but what it found."""
    now = timezone.now()
    with locks.alone(verifying.ALONE) as is_ours:
        if not is_ours:
            raise jobs.JobFailed(gettext_noop("The ledgers are being verified already; look again in a while."))
        sealing.seal(now=now)
        total = sum(one.sealed for one in states.every())
        done: dict[str, int] = {}

        def tell(subject: str, rows: int) -> None:
            done[subject] = rows
            reached = sum(done.values())
            jobs.progress(job, done=reached, total=max(total, reached))

        found = verifying.verify(now=now, progress=tell)
        job.result = {
            "rows": sum(one.rows for one in found),
            "faults": sum(one.fault_count for one in found),
            "seconds": round(sum(one.seconds for one in found), 1),
        }
        jobs.progress(job, done=job.result["rows"], total=job.result["rows"])
