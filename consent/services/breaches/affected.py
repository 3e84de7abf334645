"""Who is affected: found by a question, and kept as it was found.

access  whom somebody was shown in a period, by the access log
segment, source, all
list    a list that staff have: ids, addresses, numbers; read at once, nothing of it is kept but who was found
import  of whom a file wrote something (`cdp.core.imports.touched`)
export  who was in a file that left, by the access log

All but lists are jobs in pages, each with its checkpoint. Asking again adds who is new and changes nobody.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from cdp.core import audiences, audit, jobs
from cdp.core.actors import Actor
from cdp.core.crypto import hourly
from cdp.core.exports import handing, taking
from cdp.core.imports import touched
from cdp.core.models import AccessEntry, AuditEntry, Job
from consent.models import Breach, BreachPerson
from consent.selectors import breaches as reading
from consent.services.breaches import recording
from customers.models import Customer, Status
from customers.selectors import identifiers, lineage, listing

NAME = "breach_people"
PAGE, ENTRIES = 2000, 500
MOST_LINES = 2000
LONGEST_LINE = 200
FETCHED_WITHIN = dt.timedelta(days=31)  # longer than any file of an export lies there
VIAS = ("access", "segment", "source", "all", "import", "export")


def find(*, breach: uuid.UUID, via: str, asked: dict[str, str], actor: Actor, at: dt.datetime) -> Job:
    """Begin to look for who is affected. `asked` is, by `via`: access: actor (id), since, until; segment, source: key;
    import: job; export: entry (of the audit); all: nothing. Raises recording.UnableToRecord.
    """
    with transaction.atomic():
        row = recording.held(breach)
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


def take_list(*, breach: uuid.UUID, text: str, actor: Actor, at: dt.datetime) -> tuple[int, int]:
    """Add the people a list names, one a line: customer ids, e-mail addresses, phone or customer numbers. Returns how
    many lines named somebody, and how many nobody. Raises recording.UnableToRecord.
    """
    lines = sorted({line.strip() for line in text.replace("\0", "").splitlines() if line.strip()})
    if not lines:
        raise recording.UnableToRecord(_("The list is empty. Put one person on each line."))
    if len(lines) > MOST_LINES:
        raise recording.UnableToRecord(
            ngettext(
                "The list has %(n)s line; at most %(most)s are read at once. Make a segment of it.",
                "The list has %(n)s lines; at most %(most)s are read at once. Make a segment of it.",
                len(lines),
            )
            % {"n": len(lines), "most": MOST_LINES}
        )
    people: set[uuid.UUID] = set()
    known = 0
    for line in lines:
        found = _named(line[:LONGEST_LINE])
        known += bool(found)
        people |= found
    with transaction.atomic():
        row = recording.held(breach)
        added = _add(breach, "list", people)
        _found(row, via="list", added=added, actor=actor, more={"lines": len(lines), "unknown": len(lines) - known})
    return known, len(lines) - known


def _named(line: str) -> set[uuid.UUID]:
    """Whom one line means; everybody of a household whose phone it is."""
    try:
        asked = {uuid.UUID(line)}
    except ValueError:
        asked = set(identifiers.holders(listing.digests(line, region=settings.CDP_SHOP_COUNTRY)))
    return set(lineage.standing(asked).values())


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Look page by page, from the checkpoint on."""
    breach, via = uuid.UUID(job.params["breach"]), job.params["via"]
    for people, after in _pages(job):
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
        more = {"partly": True} if via == "import" and _is_past(job.params["asked"]["job"]) else {}
        actor = Actor(kind, uuid.UUID(ident) if ident else None)
        _found(row, via=via, added=job.checkpoint.get("added", 0), actor=actor, more=more)


def _pages(job: Job) -> Iterator[tuple[Iterable[uuid.UUID], str]]:
    via, asked = job.params["via"], job.params["asked"]
    if via == "access":
        return _looked(job)
    if via == "export":
        return _exported(asked["entry"])
    if via == "import":
        # No checkpoint: whoever was added already is not added again.
        return ((people, "") for people in touched.people(uuid.UUID(asked["job"])))
    return _listed(job)


def _found(row: Breach, *, via: str, added: int, actor: Actor, more: dict[str, Any]) -> None:
    row.people = BreachPerson.objects.filter(breach_id=row.id).count()
    row.laws = reading.people_by_law(row.id)
    row.save(update_fields=["people", "laws"])
    recording.step(
        row, "people_found", actor=actor, at=timezone.now(),
        details={"via": via, "added": added, "people": row.people, "laws": row.laws, **more},
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


def _exported(entry: str) -> Iterator[tuple[set[uuid.UUID], str]]:
    """Who was in one file that left. What was asked for on a page stands in the access log as it was fetched, under the
    number of the export, and so does what the command wrote.
    """
    written = AuditEntry.objects.filter(id=uuid.UUID(entry), action=audit.Action.EXPORT_WRITTEN).first()
    if written is None:
        return
    if written.object_id:
        fetched = AccessEntry.objects.filter(at__gte=written.at, at__lt=written.at + FETCHED_WITHIN)
        views = [handing.VIEW, taking.VIEW]
        looks = fetched.filter(view__in=views, reason__startswith=written.object_id).order_by("id")
    else:  # what the command wrote before its files had numbers
        looks = AccessEntry.objects.filter(at=written.at, actor_id=written.actor_id, view=taking.VIEW).order_by("id")
    for people in looks.values_list("customer_ids", flat=True).iterator(chunk_size=ENTRIES):
        yield set(people), ""


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


def _is_past(import_id: str) -> bool:
    """Whether the traces of that import are gone, so that only what carries its id could be asked."""
    job = Job.objects.filter(id=uuid.UUID(import_id)).first()
    begun = dt.datetime.fromisoformat(job.result["begun_at"]) if job and "begun_at" in job.result else None
    return begun is None or begun < timezone.now() - hourly.KEPT
