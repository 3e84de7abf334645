"""Moving everything that a key of the ring wraps to the first one, while the shop is open (`manage.py rotate_keys`).

Only the wrapping changes, never the data keys nor a sealed value. What is done stands in the rows, so after a kill the
rest is done and nothing twice. Readers see a row before or after. A batch takes no locks beforehand and does not wait
long for others': who erases or merges people at the moment goes first, and what they held is done in the next pass.
"""

import contextlib
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cdp.core import audit, jobs, locks
from cdp.core.actors import Actor
from cdp.core.crypto import ring
from cdp.core.keys import holders, needs, processes, proofs
from cdp.core.models import Job, Placement, RingKey

KIND = "rotate_keys"
BATCH = 2000
PASSES = 5
"""How often rows that others held, or were made meanwhile, are come back for."""
PATIENCE = "300ms"
MOST_BROKEN = 20
_ONE_AT_A_TIME = b"core.keys.rotation"
_STALE = gettext_noop("The process that took this work has another first key than %(key)s: restart the workers.")
_WRONG = gettext_noop("The keys are not all there; `manage.py check --database default` says which.")
_BROKEN = gettext_noop("%(count)s keys do not open and stayed as they were; the first is %(place)s.")


class UnableToRotate(Exception):
    """The rotation cannot begin; the message says why and what to do."""


@dataclass(slots=True)
class Run:
    """What a run has done so far."""

    to: str
    rows: dict[str, int] = field(default_factory=dict)
    broken: dict[str, None] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many rows were wrapped anew."""
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """What still keeps a key of the ring from being removed; nothing of all this: it may go."""

    key_id: str
    rows: Mapping[str, int]
    by: Sequence[processes.Process]
    others: Sequence[str]

    @property
    def is_removable(self) -> bool:
        """Whether nothing needs it any more."""
        return not (self.rows or self.by or self.others)


def begin(*, actor: Actor, at: datetime, state: str = Job.State.WAITING) -> Job:
    """A job that moves everything to the first key of this process's ring; the unfinished one where there is one.

    Raises UnableToRotate when the keys are not all there, or a process is connected that could not read what would be
    written.
    """
    primary = ring.current().primary
    try:
        proofs.enlist(now=at)
    except proofs.WrongKeys as wrong:
        raise UnableToRotate(str(wrong)) from wrong
    if blind := processes.without(primary, processes.others()):
        raise UnableToRotate(
            _(
                "These processes do not have the key %(key)s yet and could not read what it wraps: %(who)s. Start "
                "every process with both keys first, then rotate."
            )
            % {"key": primary, "who": ", ".join(map(str, blind))}
        )
    with transaction.atomic():
        locks.take_turns(_ONE_AT_A_TIME)
        jobs.sweep()
        running = Job.objects.filter(kind=KIND, state__in=[Job.State.DRAFT, Job.State.WAITING, Job.State.RUNNING])
        if (job := running.order_by("-id").first()) is not None:
            return job
        job = jobs.submit(
            KIND,
            title=_("Rotation to key %(key)s") % {"key": primary},
            params={"to": primary},
            created_by=actor.id if actor.kind == "staff" else None,
            state=state,
        )
        audit.record(audit.Action.KEYS_ROTATED, actor=actor, at=at, subject=job.id, details={"to": primary})
        return job


@jobs.kind(KIND)
def run(job: Job) -> None:
    """Work on such a job."""
    key_ring, started = ring.current(), time.perf_counter()
    if job.params["to"] != key_ring.primary:
        raise jobs.JobFailed(_STALE, {"key": job.params["to"]})
    if proofs.faults():
        raise jobs.JobFailed(_WRONG)
    before = job.result
    here = Run(to=key_ring.primary, rows=dict(before.get("by_table", {})))
    total, seconds = here.done + _left(here.to), before.get("seconds", 0)
    jobs.progress(job, done=here.done, total=total)
    for number in range(PASSES):
        for holder in holders.every():
            _walk(job, holder, here, total, seconds, started)
        left = _left(here.to) - len(here.broken)
        if left <= 0:
            break
        total = here.done + left
        time.sleep(0.2 * number)  # whoever holds the last ones is about to commit
    took = seconds + time.perf_counter() - started
    stands = standing()
    for one in stands:
        if one.is_removable:
            RingKey.objects.filter(id=one.key_id).update(retired_at=timezone.now())
    job.result = _told(here, took) | {
        "wrapped": sum(proofs.in_use(holder).get(here.to, 0) for holder in holders.every()),
        "keys": [_as_json(one) for one in stands],
        "broken": list(here.broken)[:MOST_BROKEN],
    }
    jobs.progress(job, done=here.done, total=here.done)
    if here.broken:
        raise jobs.JobFailed(_BROKEN, {"count": len(here.broken), "place": next(iter(here.broken))})


def _left(to: str) -> int:
    """How many rows other keys wrap."""
    counts = (proofs.in_use(holder) for holder in holders.every())
    return sum(rows for table in counts for key_id, rows in table.items() if key_id != to)


def _told(here: Run, seconds: float) -> dict[str, Any]:
    rate = round(here.done / seconds) if seconds and here.done else 0
    return {"to": here.to, "rows": here.done, "seconds": round(seconds, 3), "rate": rate, "by_table": here.rows}


def _walk(job: Job, holder: holders.Holder, here: Run, total: int, seconds: float, started: float) -> None:
    """One pass over one table, in batches that commit together with the progress of the job."""
    after: Any = None
    size = BATCH
    while rows := _next(holder, here.to, after, size):
        fresh = []
        for key, *place, ring_key, wrapped, customer in rows:
            name = f"{holder.table} {key}"
            try:
                secret = ring.current().unwrap(bytes(wrapped), ring_key=ring_key, context=holder.context(*place))
            except ring.UnknownRingKey:
                here.broken[name] = None
                continue
            fresh.append((key, customer, bytes(wrapped), ring.current().wrap(secret, context=holder.context(*place))))
        try:
            with transaction.atomic():
                moved = _write(holder, here.to, fresh) if fresh else 0
                here.rows[holder.table] = here.rows.get(holder.table, 0) + moved
                job.result = _told(here, seconds + time.perf_counter() - started)
                jobs.progress(job, done=here.done, total=max(total, here.done), checkpoint={"table": holder.table})
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                raise
            if size > 1:
                size = max(1, size // 10)  # find whom somebody else holds, and leave only those for the next pass
                continue
        else:
            size = min(BATCH, size * 10)
        after = rows[-1][0]


def _next(holder: holders.Holder, to: str, after: Any, size: int) -> list[tuple[Any, ...]]:
    """The next rows that another key wraps, in the order of their primary key."""
    customer = "customer_id" if holder.model.placement is Placement.OWNED else "NULL"  # type: ignore[attr-defined]
    further = f"AND {holder.key} > %s" if after is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join((holder.key, *holder.of))}, ring_key, wrapped, {customer} FROM {holder.table} "  # noqa: S608
            f"WHERE ring_key <> %s AND wrapped IS NOT NULL {further} ORDER BY {holder.key} LIMIT {size}",
            [to, *([after] if after is not None else [])],
        )
        return cursor.fetchall()


def _write(holder: holders.Holder, to: str, fresh: Sequence[tuple[Any, Any, bytes, bytes]]) -> int:
    """Store what was wrapped anew, where nobody changed it meanwhile."""
    kind = holder.model._meta.pk.db_type(connection)
    is_owned = holder.model.placement is Placement.OWNED  # type: ignore[attr-defined]
    mine = "held.customer_id = fresh.customer_id AND " if is_owned else ""
    keys, customers, before, wrapped = (list(column) for column in zip(*fresh, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute(
            f"UPDATE {holder.table} AS held SET ring_key = %s, wrapped = fresh.wrapped "  # noqa: S608
            f"FROM unnest(%s::{kind}[], %s::uuid[], %s::bytea[], %s::bytea[]) "
            "AS fresh (key, customer_id, was, wrapped) "
            f"WHERE {mine}held.{holder.key} = fresh.key AND held.wrapped = fresh.was",
            [to, keys, customers, before, wrapped],
        )
        moved = int(cursor.rowcount)
        cursor.execute("SET LOCAL lock_timeout = 0")
        return moved


def standing() -> list[Standing]:
    """Every key of the ring beside the first, and what still needs it."""
    primary, others = ring.current().primary, processes.others()
    rows: dict[str, dict[str, int]] = {}
    for holder in holders.every():
        for key_id, count in proofs.in_use(holder).items():
            rows.setdefault(key_id, {})[holder.table] = count
    late = processes.writing_with_another(primary, others)
    known = set(RingKey.objects.filter(retired_at=None).values_list("id", flat=True))
    return [
        Standing(
            key_id=key_id,
            rows=rows.get(key_id, {}),
            by=[process for process in late if process.keys[:1] == (key_id,)],
            others=needs.needed_by(key_id),
        )
        for key_id in sorted((known | set(rows) | set(ring.current().keys)) - {primary})
    ]


def _as_json(one: Standing) -> dict[str, Any]:
    return {
        "id": one.key_id,
        "removable": one.is_removable,
        "rows": dict(one.rows),
        "processes": [{"process": str(process), "since": process.since.isoformat()} for process in one.by],
        "others": list(one.others),
    }


def sentences(stands: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a rotation's result says of each other key of the ring, for people."""
    told = []
    for one in stands:
        if one["removable"]:
            told.append(_("Key %(key)s can be removed: nothing needs it any more.") % {"key": one["id"]})
            continue
        if one["rows"]:
            rows = ", ".join(f"{table} {count:,}" for table, count in one["rows"].items())
            told.append(_("Key %(key)s still wraps rows: %(rows)s.") % {"key": one["id"], "rows": rows})
        told += [
            _(
                "Key %(key)s is still the first key of process %(process)s: restart it with the new ring, then "
                "rotate again."
            )
            % {"key": one["id"], "process": process["process"]}
            for process in one["processes"]
        ]
        told += [
            _("Key %(key)s is still needed: %(what)s") % {"key": one["id"], "what": what} for what in one["others"]
        ]
    return told


def find_late(*, since: datetime) -> list[str]:
    """Keys that were called removable and wrap something again: a process that was not restarted made it. They are
    needed from now on until the next rotation. Returns their ids.
    """
    retired = set(RingKey.objects.filter(retired_at__gte=since).values_list("id", flat=True))
    late = {
        key_id
        for holder in holders.every()
        for key_id in (proofs.in_use(holder) if retired else {})
        if key_id in retired
    }
    RingKey.objects.filter(id__in=late).update(retired_at=None)
    return sorted(late)


def newest() -> Job | None:
    """The last rotation, finished or not."""
    return Job.objects.filter(kind=KIND).order_by("-id").first()


def job_of(job_id: uuid.UUID) -> Job | None:
    """A rotation by its id."""
    with contextlib.suppress(Job.DoesNotExist):
        return Job.objects.get(kind=KIND, id=job_id)
    return None
