"""Who is affected: found by a question to the access log, a segment, a source or everybody, and kept as it was found.

A job in pages, each with its checkpoint. Asking again adds who is new and changes nobody.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from cdp.core import audiences, audit, jobs
from cdp.core.actors import Actor
from cdp.core.models import AccessEntry, Job
from consent.models import Breach, BreachPerson
from consent.services.breaches import recording
from customers.models import Customer, Status
from customers.selectors import lineage

NAME = "breach_people"
PAGE, ENTRIES = 2000, 500
VIAS = ("access", "segment", "source", "all")


def find(*, breach: uuid.UUID, via: str, asked: dict[str, str], actor: Actor, at: dt.datetime) -> Job:
    """Begin to look for who is affected. `asked` is, by `via`: access: actor (id), since, until; segment: key; source:
    key; all: nothing.
    """
    with transaction.atomic():
        row = Breach.objects.get(id=breach)
        job = jobs.submit(
            NAME,
            title=gettext_noop("Who is affected by a breach"),
            params={
                "breach": str(breach), "via": via, "asked": asked,
                "actor": [actor.kind, str(actor.id) if actor.id else None],
            },
            created_by=actor.id,
        )  # fmt: skip
        recording.step(row, "looking", actor=actor, at=at, details={"via": via, **asked})
        audit.record(
            audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "looking", "via": via}
        )
    return job


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Look page by page, from the checkpoint on."""
    breach, via = uuid.UUID(job.params["breach"]), job.params["via"]
    pages = _looked(job) if via == "access" else _listed(job)
    for people, after in pages:
        with transaction.atomic():
            added = _add(breach, via, people)
            jobs.progress(
                job,
                done=job.done + added,
                checkpoint={"after": after, "added": job.checkpoint.get("added", 0) + added},
            )
    kind, ident = job.params["actor"]
    with transaction.atomic():
        row = Breach.objects.select_for_update().get(id=breach)
        row.people = BreachPerson.objects.filter(breach_id=breach).count()
        row.save(update_fields=["people"])
        recording.step(
            row, "people_found", actor=Actor(kind, uuid.UUID(ident) if ident else None), at=timezone.now(),
            details={"via": via, "added": job.checkpoint.get("added", 0), "people": row.people},
        )  # fmt: skip


def _add(breach: uuid.UUID, via: str, people: Iterable[uuid.UUID]) -> int:
    """Who stands for them today, once each."""
    standing = set(lineage.standing(list(people)).values())
    there = set(
        BreachPerson.objects.filter(breach_id=breach, customer_id__in=standing).values_list("customer_id", flat=True)
    )
    new = sorted(standing - there)
    BreachPerson.objects.bulk_create(
        [BreachPerson(customer_id=one, breach_id=breach, via=via, added_at=timezone.now()) for one in new],
        ignore_conflicts=True,
        batch_size=1000,
    )
    return len(new)


def _looked(job: Job) -> Iterator[tuple[set[uuid.UUID], str]]:
    """Whom somebody was shown in a period, by the access log."""
    asked = job.params["asked"]
    found = AccessEntry.objects.filter(at__gte=parse_datetime(asked["since"]), at__lt=parse_datetime(asked["until"]))
    if asked.get("actor"):
        found = found.filter(actor_id=uuid.UUID(asked["actor"]))
    after: Any = job.checkpoint.get("after")
    while True:
        rows = found.filter(id__gt=uuid.UUID(after)) if after else found
        page = list(rows.order_by("id").values_list("id", "customer_ids")[:ENTRIES])
        if not page:
            return
        after = str(page[-1][0])
        yield {one for _id, people in page for one in people}, after


def _listed(job: Job) -> Iterator[tuple[set[uuid.UUID], str]]:
    asked, via = job.params["asked"], job.params["via"]
    found = Customer.objects.filter(status=Status.KNOWN)
    if via == "segment":
        found = found.filter(id__in=audiences.audience(asked["key"]))
    elif via == "source":
        found = found.filter(sources__contains=[asked["key"]])
    after: Any = job.checkpoint.get("after")
    while True:
        rows = found.filter(id__gt=uuid.UUID(after)) if after else found
        page = list(rows.order_by("id").values_list("id", flat=True)[:PAGE])
        if not page:
            return
        after = str(page[-1])
        yield set(page), after
