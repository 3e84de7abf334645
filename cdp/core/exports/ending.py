"""When a file ends: a day after it was made, when somebody in it is forgotten, or when it is deleted. The row stays."""

import functools
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cdp.core import audit
from cdp.core.actors import SYSTEM, Actor
from cdp.core.exports import keeping
from cdp.core.models import Export, ExportPortion, Job

LASTS = timedelta(hours=24)
"""How long a finished file may be fetched."""
WAITS = timedelta(days=7)
"""How long one waits for a second person, or lies half made."""
LIVE = (Export.State.WAITING, Export.State.MAKING, Export.State.READY)


def end(exports: Collection[uuid.UUID], *, why: str, actor: Actor, at: datetime) -> int:
    """End these, whatever they are at; returns how many lived. The bytes go when the transaction commits."""
    with transaction.atomic():
        rows = list(Export.objects.select_for_update().filter(id__in=list(exports), state__in=LIVE).order_by("id"))
        gone = [row.id for row in rows]
        Export.objects.filter(id__in=gone).update(state=Export.State.ENDED, ended_at=at, ended_for=why)
        ExportPortion.objects.filter(export_id__in=gone).delete()
        # Its worker finds the claim gone and writes nothing more.
        Job.objects.filter(id__in=[row.job_id for row in rows if row.job_id], state__in=["waiting", "running"]).update(
            state=Job.State.CANCELLED, finished_at=at
        )
        for export in gone:
            audit.record(audit.Action.EXPORT_ENDED, actor=actor, at=at, subject=export, details={"why": why})
            transaction.on_commit(functools.partial(keeping.delete, export))
    return len(gone)


def forget(customers: Collection[uuid.UUID]) -> None:
    """Files that hold any of these people end with them. May run twice."""
    holding = ExportPortion.objects.filter(people__overlap=list(customers)).values_list("export_id", flat=True)
    if found := set(holding):
        end(found, why=Export.End.ERASED, actor=SYSTEM, at=timezone.now())


def forget_old(*, now: datetime) -> int:
    """End what is over, and remove what lies there for nobody, as after a kill between commit and deletion."""
    live = Export.objects.filter(state__in=LIVE)
    over = {
        *live.filter(state=Export.State.READY, expires_at__lte=now).values_list("id", flat=True),
        *live.exclude(state=Export.State.READY).filter(asked_at__lt=now - WAITS).values_list("id", flat=True),
    }
    ended = end(over, why=Export.End.EXPIRED, actor=SYSTEM, at=now) if over else 0
    ExportPortion.objects.exclude(export__state__in=LIVE).delete()
    stored = keeping.stored()
    kept = set(Export.objects.filter(id__in=stored, state__in=LIVE).values_list("id", flat=True))
    for export in stored:
        if export not in kept:
            keeping.delete(export)
    return ended
