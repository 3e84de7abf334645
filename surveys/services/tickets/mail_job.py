"""Reading a mailbox as a job: twenty megabytes take longer than a browser waits. It goes on after a kill, since a mail
that was read is known.
"""

import dataclasses
import uuid
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_noop

from cdp.core import jobs, uploads
from cdp.core.actors import Actor
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import Job
from surveys.services.tickets import mailbox, ruling

NAME = "mailbox"
_NO_FILE = gettext_noop("The file is no longer here; please give it again.")


def begin(*, upload: uuid.UUID, own_addresses: list[str], actor: Actor, at: datetime) -> Job:
    """Note which addresses are the shop's own and begin to read the mailbox that was left here. Raises
    `ruling.UnableToSave` where an address is none.
    """
    ruling.name_addresses(own_addresses=own_addresses, actor=actor, at=at)
    return jobs.submit(
        NAME, title=gettext_noop("Reading a mailbox"), params={"upload": str(upload)}, created_by=actor.id
    )


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Read it; what came of it stands in the job's result."""
    upload = uuid.UUID(job.params["upload"])

    def tell(counts: mailbox.Counts, done: int, total: int) -> None:
        job.result = dataclasses.asdict(counts)
        jobs.progress(job, done=done, total=total)

    try:
        with uploads.open_(upload) as stream:
            mailbox.read(stream, now=timezone.now(), tell=tell)
    except (OSError, Unopenable) as problem:
        raise jobs.JobFailed(_NO_FILE) from problem
    except jobs.Cancelled:
        uploads.delete(upload)
        raise
    uploads.delete(upload)
