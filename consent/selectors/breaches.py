"""Breaches, their logs, people and drafts."""

import datetime as dt
import uuid
from typing import Any

from cdp.core.models import ApiKey, Job, User
from consent.models import Breach, BreachPerson, BreachStep
from consent.rules import breaches as rules

SHOWN = 100
OPEN = (Breach.Stage.POSSIBLE, Breach.Stage.CONFIRMED)


def latest(*, now: dt.datetime) -> list[dict[str, Any]]:
    """The breaches, newest first, with their clocks."""
    return [
        {"b": row, "clock": rules.clock(row.noticed_at, row.due_at, now=now), "is_open": row.stage in OPEN}
        for row in Breach.objects.order_by("-id")[:SHOWN]
    ]


def find(breach: uuid.UUID) -> Breach | None:
    """That breach."""
    return Breach.objects.filter(id=breach).first()


def steps(breach: uuid.UUID) -> list[dict[str, Any]]:
    """The log, oldest first, with who did it."""
    rows = list(BreachStep.objects.filter(breach_id=breach).order_by("id")[:500])
    names = {row.id: str(row) for row in User.objects.filter(id__in={row.actor_id for row in rows if row.actor_id})}
    return [{"step": row, "who": names.get(row.actor_id, "") if row.actor_id else ""} for row in rows]


def told(breach: uuid.UUID) -> dict[str, int]:
    """How many of the people were told, cannot be told, wait."""
    people = BreachPerson.objects.filter(breach_id=breach)
    return {
        "told": people.filter(told_at__isnull=False).count(),
        "untold": people.exclude(untold="").count(),
        "waiting": people.filter(told_at__isnull=True, untold="").count(),
    }


def jobs_of(breach: uuid.UUID) -> list[Job]:
    """Work on it that has not ended."""
    return list(
        Job.objects.filter(
            kind__in=["breach_people", "breach_tell"], params__breach=str(breach), state__in=["waiting", "running"]
        ).order_by("id")
    )


def who_looks() -> list[tuple[str, str]]:
    """Members of staff and API keys, as choices."""
    staff = [(str(row.id), str(row)) for row in User.objects.order_by("name", "email")[:500]]
    return staff + [(str(row.id), row.name) for row in ApiKey.objects.order_by("name")[:200]]
