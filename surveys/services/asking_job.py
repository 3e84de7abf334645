"""Asking a whole segment, as a job: it goes on after a kill, since whoever was asked is asked already."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext_noop

from cdp.core import audiences, jobs
from cdp.core.actors import Actor
from cdp.core.models import Job
from surveys.models import Survey
from surveys.services import inviting
from surveys.services.inviting import Terms

NAME = "survey_ask"


def begin(*, survey: Survey, segment: str, terms: Terms, actor: Actor) -> Job:
    """Begin. Raises UnableToInvite."""
    terms.check()
    return jobs.submit(
        NAME,
        title=gettext_noop("Inviting people to a survey"),
        params={
            "survey": str(survey.id),
            "segment": segment,
            "terms": [terms.channel, terms.days, terms.reminders, terms.remind_days],
            "words": terms.words,
            "actor": [actor.kind, str(actor.id) if actor.id else None],
        },
        created_by=actor.id,
    )


def is_under_way(survey: Survey) -> bool:
    """Whether people are being asked just now, or are about to be."""
    states = (Job.State.WAITING, Job.State.RUNNING)
    return Job.objects.filter(kind=NAME, state__in=states, params__survey=str(survey.id)).exists()


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Ask them."""
    channel, days, reminders, remind_days = job.params["terms"]
    kind, ident = job.params["actor"]
    try:
        inviting.invite(
            survey=Survey.objects.get(id=job.params["survey"]),
            customers=audiences.audience(job.params["segment"]).iterator(),
            terms=Terms(
                channel=channel,
                days=days,
                reminders=reminders,
                remind_days=remind_days,
                words=job.params.get("words", {}),
            ),
            batch=job.id,
            actor=Actor(kind, uuid.UUID(ident) if ident else None),
            at=timezone.now(),
        )
    except inviting.TooFewToInvite as few:
        raise jobs.JobFailed(inviting.TOO_FEW) from few
    except inviting.UnableToInvite as unable:
        raise jobs.JobFailed(gettext_noop("It is not open: nobody could answer.")) from unable
    except audiences.UnknownAudience as unknown:
        raise jobs.JobFailed(gettext_noop("There is no such segment any more.")) from unknown
