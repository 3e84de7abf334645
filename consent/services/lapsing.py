"""Every "yes" that is older than its purpose lets it hold, written down as expired: once a night, as a job.

The gate counts none of them from the moment they are too old; this writes beside each that it ran out, so that the
person's page, receipts and figures say the same. The job's checkpoint is the report: how many of which purpose.
"""

import datetime as dt
import functools
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from cdp.core import audit, jobs
from cdp.core.actors import Actor
from cdp.core.models import Job
from consent.rules import gate
from consent.selectors import purposes
from consent.services import expiring

NAME, REASON = "consent_lapse", gate.BY_TIME
TITLE = gettext_noop("Permissions that ran out")


def begin(*, as_of: dt.datetime, actor: Actor) -> Job | None:
    """Begin to write down what has run out by `as_of`; None where nothing ever does."""
    before = purposes.lapsed_before(as_of)
    if not before:
        return None
    return jobs.submit(
        NAME,
        title=TITLE,
        params={
            "actor": [actor.kind, str(actor.id) if actor.id else None],
            # Frozen: a period that is changed meanwhile counts from the next night.
            "before": [[key, moment.isoformat()] for key, moment in sorted(before.items())],
        },
        created_by=actor.id,
    )


def latest(purpose: str) -> dict[str, Any] | None:
    """When the last night's work was done, and how many permissions for that purpose had run out; None for none yet."""
    done = Job.objects.filter(kind=NAME, state=Job.State.DONE).order_by("-id").only("finished_at", "checkpoint").first()
    if done is None or purpose not in done.checkpoint.get("lapsed", {}):
        return None
    return {"at": done.finished_at, "count": done.checkpoint["lapsed"][purpose]}


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Purpose by purpose, page by page, from the checkpoint on."""
    kind, ident = job.params["actor"]
    actor = Actor(kind, uuid.UUID(ident) if ident else None)
    state: dict[str, Any] = {"position": 0, "after": None, "lapsed": {}, **job.checkpoint}
    for position, (purpose, before) in enumerate(job.params["before"]):
        if position < state["position"]:
            continue
        expiring.expire(
            purpose=purpose,
            said_before=dt.datetime.fromisoformat(before),
            reason=REASON,
            actor=actor,
            now=timezone.now(),
            after=uuid.UUID(state["after"]) if state["after"] else None,
            noted=functools.partial(_note, job, state, purpose),
        )
        state |= {"position": position + 1, "after": None}
        jobs.progress(job, done=job.done, checkpoint=state)
    if state["lapsed"]:
        audit.record(
            audit.Action.CONSENT_LAPSED, actor=actor, at=timezone.now(), subject=job.id, details=state["lapsed"]
        )


def _note(job: Job, state: dict[str, Any], purpose: str, written: int, last: uuid.UUID) -> None:
    state["after"] = str(last)
    state["lapsed"][purpose] = state["lapsed"].get(purpose, 0) + written
    jobs.progress(job, done=job.done + written, checkpoint=state)
