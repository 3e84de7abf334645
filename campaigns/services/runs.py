"""Running one campaign's triggers beside the page: a job with a place in the tray."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.services import triggers
from cdp.core import jobs
from cdp.core.actors import Actor
from cdp.core.models import Job

KIND = "campaign-run"


def start(campaign: Campaign, *, actor: Actor) -> Job:
    """Plan this campaign's messages as soon as a worker is free. Running twice plans nothing twice."""
    title = _("Campaign: {name}").format(name=campaign.name)
    return jobs.submit(KIND, title=title[:200], params={"campaign": str(campaign.id)}, created_by=actor.id)


def being_planned(campaigns: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these campaigns whose run waits for a worker or is under way: their figures are not complete yet."""
    unfinished = Job.objects.filter(kind=KIND, state__in=[Job.State.WAITING, Job.State.RUNNING])
    running = {uuid.UUID(params["campaign"]) for params in unfinished.values_list("params", flat=True)[:1000]}
    return running.intersection(campaigns)


def run_live(*, now: datetime) -> None:
    """Plan what the live campaigns have due at `now`, except those that wait for a job of their own or are in it.

    Each is looked at when its turn comes: planning the one before may take long.
    """
    active = Campaign.objects.filter(status=Campaign.Status.ACTIVE).order_by("id")
    for campaign in list(active.values_list("id", flat=True)):
        if not being_planned([campaign]):
            triggers.run(now=now, clock="live", campaigns=[campaign])


def run(job: Job) -> None:
    """The job's work. The worker reads the clock: it decides by the moment it begins."""
    done = triggers.run(now=timezone.now(), campaigns=[uuid.UUID(job.params["campaign"])])
    for result in done:
        if result.problem:
            raise jobs.JobFailed(_("The audience can no longer be computed."))
        job.result = {"planned": result.planned, "suppressed": result.suppressed}
        total = result.planned + result.suppressed
        jobs.progress(job, done=total, total=total)
