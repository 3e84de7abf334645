"""Breaches, their words, logs, people and letters."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cdp.core import audit
from cdp.core.crypto import rowkeys
from cdp.core.models import ApiKey, AuditEntry, Job, Notice, Source, User
from consent.models import Breach, BreachDraft, BreachPerson, BreachStep
from consent.rules import breaches as rules
from consent.rules import jurisdiction as places
from consent.rules.packs import Pack
from consent.selectors import jurisdiction, packs, retention

SHOWN = 100
LONGEST_LOG = 500
OPEN = (Breach.Stage.POSSIBLE, Breach.Stage.CONFIRMED)
TABLE, STEPS, DRAFTS = "consent_breach", "consent_breachstep", "consent_breachdraft"
NOTICE = "breach-notice"
AUTHORITY_TOLD = "authority_told"
EVERY_LAW = ""
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
    rows = list(Breach.objects.order_by("-id")[:SHOWN])
    found = whom_to_tell_of_each(rows, now=now)
    return [
        {
            "b": row,
            "title": words(row).title,
            "tell": _counted(found[row.id]),
            "is_open": row.stage in OPEN,
        }
        for row in rows
    ]


def _counted(found: list[rules.Authority]) -> dict[str, Any]:
    """How many of them were told, wait and are late, until when the next one waits, and whether customers wait."""
    states = Counter(one.standing for one in found)
    waiting = [one.duty.due_at for one in found if one.is_waiting and one.duty.due_at]
    return {
        "told": states[rules.Standing.TOLD],
        "waiting": states[rules.Standing.WAITS] + states[rules.Standing.LATE],
        "late": states[rules.Standing.LATE],
        "due_at": min(waiting, default=None),
        "customers": any(one.is_waiting and one.duty.audience == BreachDraft.Audience.PEOPLE for one in found),
    }


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


def laws(breach: Breach, *, concerned: list[Pack] | None = None) -> list[Pack]:
    """The laws under which the people on its list stand, that of the shop's country first: it holds for whatever the
    shop does, wherever the person lives. As long as nobody is on the list, every law that concerns customers, which
    whoever asks for many breaches looks up once.
    """
    own = packs.of_seat()
    if not breach.laws:
        return laws_concerned() if concerned is None else concerned
    return [own, *(packs.every()[key] for key in sorted(breach.laws) if key != own.key and key in packs.every())]


def laws_concerned() -> list[Pack]:
    """Every law that may concern a breach of which nobody knows yet whom it concerns, the one of the shop's country
    first.
    """
    own = packs.of_seat()
    return [own, *(pack for pack in retention.laws_concerned() if pack.key != own.key)]


def people_by_law(breach: uuid.UUID) -> dict[str, int]:
    """How many people of its list stand under each law; under that of the shop's country, all. One pass over
    the list.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {places.place_sql('c')}, count(*) FROM consent_breachperson p"  # noqa: S608 - a constant
            " JOIN customers_customer c ON c.id = p.customer_id WHERE p.breach_id = %s GROUP BY 1",
            [breach],
        )
        found: list[tuple[str | None, int]] = cursor.fetchall()
    counts: Counter[str] = Counter()
    own = packs.of_seat().key
    for place, count in found:
        for key in {own, *(pack.key for pack in jurisdiction.of_place(place or "").packs)}:
            counts[key] += count
    return dict(counts)


def duties(breach: Breach, *, is_possible: bool | None = None, concerned: list[Pack] | None = None) -> list[rules.Duty]:
    """Whom each law under which its people stand wants told; with `is_possible`, as if it were (not) only possible."""
    state = rules.State(
        is_possible=breach.stage == Breach.Stage.POSSIBLE if is_possible is None else is_possible,
        risk=breach.risk,
        people=breach.people,
        data=breach.data,
        cause=breach.cause,
        under=breach.laws,
    )
    return rules.duties(laws(breach, concerned=concerned), state, noticed_at=breach.noticed_at)


def authorities(breach: Breach, *, now: dt.datetime, is_possible: bool | None = None) -> list[rules.Authority]:
    """How it stands with the authority of each of those laws."""
    return _authorities(breach, authorities_told([breach]), now=now, is_possible=is_possible)


def whom_to_tell_of_each(rows: Collection[Breach], *, now: dt.datetime) -> dict[uuid.UUID, list[rules.Authority]]:
    """How it stands with the authorities and the customers of many breaches, by id, for the statements of one."""
    concerned = laws_concerned() if any(not row.laws for row in rows) else []
    told_ = authorities_told(rows)
    return {
        row.id: _authorities(row, told_, now=now, concerned=concerned) + customers(row, now=now, concerned=concerned)
        for row in rows
    }


def customers(breach: Breach, *, now: dt.datetime, concerned: list[Pack] | None = None) -> list[rules.Authority]:
    """How it stands with the customers, by each law that for certain wants them told: some do of what is only
    possible, and where no authority has to be. They are told once, for all laws.
    """
    found = []
    for duty in duties(breach, concerned=concerned):
        if duty.audience == BreachDraft.Audience.PEOPLE and duty.needed:
            at = breach.people_told_at
            told_ = rules.Told(at, "", bool(duty.due_at and at > duty.due_at)) if at else None
            found.append(rules.Authority(duty, told_, rules.standing(duty, told_, now=now)))
    return found


def _authorities(
    breach: Breach,
    told_: Mapping[uuid.UUID, Mapping[str, rules.Told]],
    *,
    now: dt.datetime,
    is_possible: bool | None = None,
    concerned: list[Pack] | None = None,
) -> list[rules.Authority]:
    by_law = told_.get(breach.id, {})
    every = duties(breach, is_possible=is_possible, concerned=concerned)
    wanted = [one for one in every if one.audience == BreachDraft.Audience.AUTHORITY]
    # A step of before told the authority once for all laws: it names none.
    found = [(duty, by_law.get(duty.law) or by_law.get(EVERY_LAW)) for duty in wanted]
    return [rules.Authority(duty, one, rules.standing(duty, one, now=now)) for duty, one in found]


def authorities_told(breaches: Collection[Breach]) -> dict[uuid.UUID, dict[str, rules.Told]]:
    """By breach and law, from the chained steps: when the authority was told, and under which number."""
    by_id = {one.id: one for one in breaches}
    found: dict[uuid.UUID, dict[str, rules.Told]] = defaultdict(dict)
    for one in BreachStep.objects.filter(breach_id__in=by_id, kind=AUTHORITY_TOLD).order_by("id"):
        text = key_of(by_id[one.breach_id]).open(one.text, table=STEPS, column="text", row=one.id) if one.text else ""
        moment = one.details.get("told_at")
        told_ = rules.Told(dt.datetime.fromisoformat(moment) if moment else one.at, text, bool(one.details.get("late")))
        found[one.breach_id].setdefault(one.details.get("law", EVERY_LAW), told_)
    return found


def letter_of(breach: uuid.UUID, *, law: str) -> BreachDraft | None:
    """The letter to the authority of that law."""
    found = BreachDraft.objects.filter(breach_id=breach, audience=BreachDraft.Audience.AUTHORITY, law=law)
    return found.order_by("-approved_at", "language").first()


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
