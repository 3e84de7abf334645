"""All refused events of one source or reason, sent in again as they came: after a fault of ours was mended.

A job in pages: each opens its events, judges them as the door does, and moves those that pass to the inbox, in one
transaction with its checkpoint. What is still refused stays, and what was refused after the job was asked for is not
its business, so an event that fails again is not sent round for ever.
"""

import datetime as dt
import uuid
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import audit, jobs
from cdp.core.actors import Actor
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import Job
from events.models import InboxRow, RejectedEvent
from events.rules import tracking
from events.selectors import quarantine as reading
from events.selectors import senders
from events.services import inbox, quarantine

KIND = "quarantine-again"
PAGE = 200
MOST = 100_000
"""Events of one job; those after them wait for the next."""


def start(*, source: str, code: str, actor: Actor, at: dt.datetime) -> Job | None:
    """Have all of these sent in again, at most MOST, the oldest first. None when there are none."""
    newest = reading.matching(source=source, code=code).order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return None
    total = reading.matching(source=source, code=code)[:MOST].count()
    params = {"source": source, "code": code, "newest": str(newest), "actor": [actor.kind, _text(actor.id)]}
    with transaction.atomic():
        job = jobs.submit(KIND, title=_("Refused events, sent in again"), params=params, created_by=actor.id)
        Job.objects.filter(id=job.id).update(total=total)
        details = {"source": source, "code": code, "events": total}
        audit.record(audit.Action.EVENT_REPLAYED, actor=actor, at=at, subject=job.id, details=details)
    return job


def run(job: Job) -> None:
    """Page after page, from the oldest."""
    while job.done < MOST and _page(job):
        pass


def _page(job: Job) -> bool:
    given = job.params
    with transaction.atomic():
        found = reading.matching(source=given["source"], code=given["code"]).filter(id__lte=uuid.UUID(given["newest"]))
        if after := job.checkpoint.get("after"):
            found = found.filter(id__gt=uuid.UUID(after))
        rows = list(found.order_by("id").select_for_update(of=("self",))[: min(PAGE, MOST - job.done)])
        if not rows:
            return False
        limits = senders.limits({row.source_id for row in rows})
        sent = [(row, parcel) for row in rows if (parcel := _passing(row, limits[row.source_id])) is not None]
        InboxRow.objects.bulk_create(quarantine.accepted(row, parcel) for row, parcel in sent)
        RejectedEvent.objects.filter(id__in=[row.id for row, _parcel in sent]).delete()
        before: dict[str, Any] = job.result
        job.result = {
            "sent": before.get("sent", 0) + len(sent),
            "refused": before.get("refused", 0) + len(rows) - len(sent),
        }
        if sent:
            kind, actor = given["actor"]
            audit.record(
                audit.Action.EVENT_REPLAYED,
                actor=Actor(kind, uuid.UUID(actor) if actor else None),
                at=timezone.now(),
                subject=job.id,
                details={"taken_in": len(sent)},
            )
        done = job.done + len(rows)
        jobs.progress(job, done=done, total=max(job.total, done), checkpoint={"after": str(rows[-1].id)})
    return True


def _passing(row: RejectedEvent, limits: tracking.Limits) -> inbox.Parcel | None:
    """What the event is sent in as; None when it is still refused, or its key is gone."""
    try:
        parcel, raw = inbox.open_rejected(bytes(row.sealed), row=row.id, source=row.source_id)
        fault = tracking.check(raw, kind=parcel.kind, limits=limits)
        fault = fault or tracking.judge_context(parcel.context, limits=limits)
    except Unopenable:
        return None
    return None if fault else msgspec.structs.replace(parcel, events=[msgspec.Raw(raw)], code="", message="")


def _text(value: uuid.UUID | None) -> str:
    return str(value) if value else ""
