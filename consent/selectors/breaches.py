"""Breaches, their words, logs, people and letters."""

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cdp.core import audit
from cdp.core.crypto import rowkeys
from cdp.core.models import ApiKey, AuditEntry, Job, Notice, Source, User
from consent.models import Breach, BreachDraft, BreachPerson, BreachStep
from consent.rules import breaches as rules
from consent.selectors import retention

SHOWN = 100
LONGEST_LOG = 500
OPEN = (Breach.Stage.POSSIBLE, Breach.Stage.CONFIRMED)
TABLE, STEPS, DRAFTS = "consent_breach", "consent_breachstep", "consent_breachdraft"
NOTICE = "breach-notice"
JOBS = ("breach_people", "breach_tell", "breach_pack")
context = rowkeys.context(TABLE)


@dataclass(frozen=True)
class Words:
    """What staff wrote of an incident."""

    title: str
    story: str
    risk_reason: str


@dataclass(frozen=True)
class Entry:
    """One step of the log with its text and who did it."""

    step: BreachStep
    text: str
    who: str


@dataclass(frozen=True)
class Letter:
    """One draft with its words."""

    row: BreachDraft
    subject: str
    body: str


def key_of(breach: Breach) -> rowkeys.RowKey:
    """What its texts are sealed under."""
    return rowkeys.load(TABLE, breach.id, ring_key=breach.ring_key, wrapped=bytes(breach.wrapped))


def words(breach: Breach) -> Words:
    """Its texts, opened."""
    key = key_of(breach)
    return Words(
        key.open(breach.title, table=TABLE, column="title", row=breach.id),
        key.open(breach.story, table=TABLE, column="story", row=breach.id),
        key.open(breach.risk_reason, table=TABLE, column="risk_reason", row=breach.id),
    )


def latest(*, now: dt.datetime) -> list[dict[str, Any]]:
    """The breaches, newest first, with their clocks."""
    return [
        {
            "b": row,
            "title": words(row).title,
            "clock": rules.clock(row.noticed_at, row.due_at, now=now),
            "is_open": row.stage in OPEN,
        }
        for row in Breach.objects.order_by("-id")[:SHOWN]
    ]


def find(breach: uuid.UUID) -> Breach | None:
    """That breach."""
    return Breach.objects.filter(id=breach).first()


def log(breach: Breach) -> list[Entry]:
    """The log, oldest first, with who did it."""
    rows = list(BreachStep.objects.filter(breach_id=breach.id).order_by("id")[:LONGEST_LOG])
    names = {row.id: str(row) for row in User.objects.filter(id__in={row.actor_id for row in rows if row.actor_id})}
    key = key_of(breach)
    return [
        Entry(
            row,
            key.open(row.text, table=STEPS, column="text", row=row.id),
            names.get(row.actor_id, "") if row.actor_id else "",
        )
        for row in rows
    ]


def letters(breach: Breach) -> list[Letter]:
    """What is to be said: to authorities first, by law and language."""
    key = key_of(breach)
    return [
        Letter(
            row,
            key.open(row.subject, table=DRAFTS, column="subject", row=row.id),
            key.open(row.body, table=DRAFTS, column="body", row=row.id),
        )
        for row in BreachDraft.objects.filter(breach_id=breach.id).order_by("audience", "law", "language")
    ]


def unapproved(breach: uuid.UUID) -> list[str]:
    """Languages of texts for people that nobody has approved; one empty word where there is no text at all."""
    found = BreachDraft.objects.filter(breach_id=breach, audience=BreachDraft.Audience.PEOPLE)
    texts = list(found.values_list("language", "approved_at"))
    approved = {language for language, at in texts if at is not None}
    return sorted({language for language, _at in texts} - approved) if texts else [""]


def is_telling(breach: Breach) -> bool:
    """Whether people are being told, or were."""
    return BreachStep.objects.filter(breach_id=breach.id, kind="telling").exists()


def duties(breach: Breach) -> list[rules.Duty]:
    """Whom each law that concerns customers wants told."""
    state = rules.State(
        is_possible=breach.stage == Breach.Stage.POSSIBLE,
        risk=breach.risk,
        people=breach.people,
        data=breach.data,
        cause=breach.cause,
    )
    return rules.duties(retention.laws_concerned(), state, noticed_at=breach.noticed_at)


def told(breach: uuid.UUID) -> dict[str, int]:
    """How many of the people: a notice was written for, cannot be told, wait; and what became of the notices."""
    people = BreachPerson.objects.filter(breach_id=breach)
    states: Counter[str] = Counter()
    for state, count in _states(breach):
        states[state] += count
    return {
        "told": people.filter(told_at__isnull=False).count(),
        "untold": people.exclude(untold="").count(),
        "waiting": people.filter(told_at__isnull=True, untold="").count(),
        "sent": states[Notice.State.SENT],
        "failed": states[Notice.State.FAILED] + states[Notice.State.DROPPED],
    }


def _states(breach: uuid.UUID) -> list[tuple[str, int]]:
    """By person: `core_notice` has no index that begins with the key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.state, count(*) FROM consent_breachperson p"
            " JOIN core_notice n ON n.customer_id = p.customer_id AND n.key = %s"
            " WHERE p.breach_id = %s AND p.told_at IS NOT NULL GROUP BY 1",
            [notice_key(breach), breach],
        )
        return cursor.fetchall()


def notice_key(breach: uuid.UUID) -> str:
    """What makes the notice of a breach to one person the only one."""
    return f"breach:{breach}"


def jobs_of(breach: uuid.UUID) -> list[Job]:
    """Work on it that has not ended."""
    found = Job.objects.filter(kind__in=JOBS, params__breach=str(breach), state__in=["waiting", "running"])
    return list(found.order_by("id"))


def packs_of(breach: uuid.UUID, *, now: dt.datetime) -> list[Job]:
    """Evidence that lies there to be fetched, newest first."""
    found = Job.objects.filter(kind="breach_pack", params__breach=str(breach), state=Job.State.DONE).order_by("-id")
    return [job for job in found[:20] if (ends := ends_at(job)) and ends > now]


def ends_at(job: Job) -> dt.datetime | None:
    """Until when a pack can be fetched."""
    told_ = job.result.get("expires_at")
    return dt.datetime.fromisoformat(told_) if told_ else None


def who_looks() -> list[tuple[str, str]]:
    """Members of staff and API keys, as choices."""
    staff = [(str(row.id), str(row)) for row in User.objects.order_by("name", "email")[:500]]
    return staff + [(str(row.id), row.name) for row in ApiKey.objects.order_by("name")[:200]]


def sources() -> list[tuple[str, str]]:
    """Everything that brings people, as choices."""
    return list(Source.objects.order_by("name").values_list("key", "name")[:500])


def imports() -> list[Job]:
    """The latest imports that wrote something."""
    found = Job.objects.filter(kind="import", result__has_key="begun_at").order_by("-id")
    return [job for job in found[:SHOWN] if not job.params.get("dry_run")]


def exports() -> list[AuditEntry]:
    """The latest files of people that left, newest first."""
    return list(AuditEntry.objects.filter(action=audit.Action.EXPORT_WRITTEN).order_by("-id")[:SHOWN])
