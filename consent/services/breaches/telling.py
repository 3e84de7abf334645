"""One notice to each person who is affected, through the outbox, by e-mail or else by SMS, in their language; once,
whatever is killed.
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cdp.core import audit, jobs, outbox
from cdp.core.actors import Actor
from cdp.core.models import Job
from consent.models import Breach, BreachDraft, BreachPerson
from consent.selectors import reach
from consent.services.breaches import recording
from customers.selectors import lineage

NAME, KIND = "breach_tell", "breach-notice"
PAGE = 500
outbox.declare(outbox.Kind(KIND))


class UnableToTell(Exception):
    """Nobody is told; the message says why."""


def begin(*, breach: uuid.UUID, actor: Actor, at: dt.datetime) -> Job:
    """Tell everybody on the list. Raises UnableToTell unless a text for people was approved."""
    if not _texts(breach):
        raise UnableToTell(_("Approve a text for people first."))
    with transaction.atomic():
        row = Breach.objects.select_for_update().get(id=breach)
        job = jobs.submit(
            NAME,
            title=gettext_noop("Telling people of a breach"),
            params={"breach": str(breach), "actor": [actor.kind, str(actor.id) if actor.id else None]},
            created_by=actor.id,
        )
        recording.step(row, "telling", actor=actor, at=at, details={"people": row.people})
        audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "telling"})
    return job


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Write the notices, page by page; who was told already or cannot be told is left out the next time."""
    breach = uuid.UUID(job.params["breach"])
    texts = _texts(breach)
    open_ones = BreachPerson.objects.filter(breach_id=breach, told_at__isnull=True, untold="")
    while page := list(open_ones.order_by("customer_id").values_list("customer_id", flat=True)[:PAGE]):
        now = timezone.now()
        with transaction.atomic():
            told, untold = _put(breach, page, texts, at=now)
            BreachPerson.objects.filter(breach_id=breach, customer_id__in=told).update(told_at=now)
            for why, people in untold.items():
                BreachPerson.objects.filter(breach_id=breach, customer_id__in=people).update(untold=why)
            jobs.progress(
                job, done=job.done + len(page), checkpoint={"told": job.checkpoint.get("told", 0) + len(told)}
            )
    kind, ident = job.params["actor"]
    with transaction.atomic():
        row = Breach.objects.select_for_update().get(id=breach)
        Breach.objects.filter(id=breach, people_told_at__isnull=True).update(people_told_at=timezone.now())
        recording.step(
            row, "people_told", actor=Actor(kind, uuid.UUID(ident) if ident else None), at=timezone.now(),
            details={
                "told": BreachPerson.objects.filter(breach_id=breach, told_at__isnull=False).count(),
                "untold": BreachPerson.objects.filter(breach_id=breach).exclude(untold="").count(),
            },
        )  # fmt: skip


def _texts(breach: uuid.UUID) -> dict[str, BreachDraft]:
    approved = BreachDraft.objects.filter(
        breach_id=breach, audience=BreachDraft.Audience.PEOPLE, approved_at__isnull=False
    )
    return {one.language: one for one in approved}


def _put(
    breach: uuid.UUID, page: Collection[uuid.UUID], texts: dict[str, BreachDraft], *, at: dt.datetime
) -> tuple[list[uuid.UUID], dict[str, list[uuid.UUID]]]:
    """Who was written to, and why others were not."""
    standing = lineage.standing(page)
    ways = reach.ways(set(standing.values()))
    usual = next(iter(texts.values())) if "en" not in texts else texts["en"]
    drafts: list[outbox.Draft] = []
    told: list[uuid.UUID] = []
    untold: dict[str, list[uuid.UUID]] = {"gone": [], "no_address": []}
    for one in page:
        person = standing.get(one)
        if person is None:
            untold["gone"].append(one)
        elif (way := ways.get(person)) is None:
            untold["no_address"].append(one)
        else:
            text = texts.get(way.language, usual)
            told.append(one)
            drafts.append(
                outbox.Draft(
                    kind=KIND,
                    channel=way.channel,
                    address=way.address,
                    key=f"breach:{breach}",
                    language=text.language,
                    customer=person,
                    data={"title": text.subject, "paragraphs": text.body.split("\n\n")},
                )
            )
    outbox.put_many(drafts, at=at)
    return told, untold
