"""One notice to each person who is affected, through the outbox, by e-mail or else by SMS, in their language; once,
whatever is killed.

The gate judges each page as a whole, as a service message: whom it refuses is not told, with its reason. It is asked
once more for each when the outbox hands the notice over.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from cdp.core import audit, jobs, leaving, outbox
from cdp.core.actors import Actor
from cdp.core.models import Job
from consent.models import Breach, BreachPerson
from consent.selectors import breaches as reading
from consent.selectors import reach
from consent.services.breaches import recording
from customers.selectors import lineage

NAME, KIND = "breach_tell", reading.NOTICE
PAGE = 500
outbox.declare(outbox.Kind(KIND, gettext_lazy("An incident with your data")))


class UnableToTell(Exception):
    """Nobody is told; the message says why."""


def why_not(breach: Breach) -> str:
    """Why nobody can be told now, in words for staff; empty where they can."""
    missing = reading.unapproved(breach.id)
    if missing == [""]:
        return _("Write the drafts first.")
    if missing:
        names = dict(settings.LANGUAGES)
        return _("Texts for people that nobody has approved yet: %(languages)s.") % {
            "languages": ", ".join(_(str(names.get(one, one))) for one in missing)
        }
    if not BreachPerson.objects.filter(breach_id=breach.id, told_at__isnull=True, untold="").exists():
        return _("Nobody on the list waits to be told.")
    if any(job.kind == NAME for job in reading.jobs_of(breach.id)):
        return _("People are being told already.")
    return ""


def begin(*, breach: uuid.UUID, actor: Actor, at: dt.datetime) -> Job:
    """Tell everybody on the list who was not told. Raises UnableToTell as long as something is missing, and
    recording.UnableToRecord once the breach is closed.
    """
    with transaction.atomic():
        row = recording.held(breach)
        if why := why_not(row):
            raise UnableToTell(why)
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
    texts = _texts(Breach.objects.get(id=breach))
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


def _texts(breach: Breach) -> dict[str, reading.Letter]:
    """The approved texts for people by language; they are not changed any more once somebody is being told."""
    found = (one for one in reading.letters(breach) if one.row.audience == "people" and one.row.approved_at)
    return {one.row.language: one for one in found}


def _put(
    breach: uuid.UUID, page: Collection[uuid.UUID], texts: dict[str, reading.Letter], *, at: dt.datetime
) -> tuple[list[uuid.UUID], dict[str, list[uuid.UUID]]]:
    """Who was written to, and why others were not."""
    standing = lineage.standing(page)
    ways = reach.ways(set(standing.values()))
    refused = _refused(ways, at=at)
    usual = next(iter(texts.values())) if "en" not in texts else texts["en"]
    drafts: list[outbox.Draft] = []
    told: list[uuid.UUID] = []
    untold: dict[str, list[uuid.UUID]] = defaultdict(list)
    for one in page:
        person = standing.get(one)
        if person is None:
            untold["gone"].append(one)
        elif (way := ways.get(person)) is None:
            untold["no_address"].append(one)
        elif reason := refused.get(person):
            untold[reason].append(one)
        else:
            text = texts.get(way.language, usual)
            told.append(one)
            drafts.append(
                outbox.Draft(
                    kind=KIND,
                    channel=way.channel,
                    address=way.address,
                    key=reading.notice_key(breach),
                    language=text.row.language,
                    customer=person,
                    data={"title": text.subject, "paragraphs": text.body.split("\n\n")},
                )
            )
    outbox.put_many(drafts, at=at)
    return told, untold


def _refused(ways: Mapping[uuid.UUID, reach.Way], *, at: dt.datetime) -> dict[uuid.UUID, str]:
    """Whom the gate does not let us write to, and why: one question for each channel."""
    by_channel: dict[str, list[uuid.UUID]] = defaultdict(list)
    for person, way in ways.items():
        by_channel[way.channel].append(person)
    refused: dict[uuid.UUID, str] = {}
    for channel, people in by_channel.items():
        answer = leaving.ask_many(people, purpose="service", channel=channel, at=at)
        refused |= {person: decision.reason[:30] for person, decision in answer.refused.items() if decision.is_denied}
    return refused
