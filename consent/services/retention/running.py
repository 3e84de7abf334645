"""Dry runs and runs of the retention rules, as jobs.

Both look with the same condition; what a dry run lists is what a run then takes, and the sums of the ids say so. A run
takes portions, each in a transaction with its checkpoint, so a kill loses at most one portion's work and does nothing
twice; whole months of events are dropped. Whoever lost a row is marked, so that figures and segments follow.
"""

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from cdp.core import audit, holds, jobs, pipeline
from cdp.core.actors import Actor
from cdp.core.models import Job
from cdp.core.retention import Action, Kind, finding, registry, removing
from cdp.core.retention.registry import Busy, Row
from consent.models import RetentionLine, RetentionRun
from consent.rules import retention as rules
from consent.selectors import retention as reading
from customers.services import buckets

NAME = "retention"
BREATH = 0.05
"""Seconds between two portions: others come to their turn."""
TITLES = {True: gettext_noop("Retention, dry run"), False: gettext_noop("Retention")}


def begin(
    *,
    as_of: dt.datetime,
    is_dry: bool,
    actor: Actor,
    at: dt.datetime,
    night: dt.date | None = None,
    only: Sequence[str] = (),
    forget: bool = False,
    state: str = Job.State.WAITING,
) -> RetentionRun:
    """A run over all kinds (or `only` these), with the rules frozen as they are now.

    With `forget` people who are only proposed are forgotten in this run: the privacy officer has said so.
    """
    frozen = [rules.freeze(one, as_of=as_of) for one in reading.rulings() if not only or one.kind.key in only]
    if forget:
        frozen = [
            {**one, "action": Action.FORGET.value, "in_force": True} if one["action"] == Action.PROPOSE else one
            for one in frozen
        ]
    with transaction.atomic():
        run = RetentionRun.objects.create(
            began_at=at, as_of=as_of, is_dry=is_dry, night=night, started_by=actor.id, rules=frozen
        )
        job = jobs.submit(
            NAME,
            title=TITLES[is_dry],
            params={"run": str(run.id), "actor": [actor.kind, str(actor.id) if actor.id else None]},
            created_by=actor.id,
            state=state,
        )
        RetentionRun.objects.filter(id=run.id).update(job_id=job.id)
        run.job_id = job.id
        if not is_dry:
            audit.record(audit.Action.RETENTION_RUN, actor=actor, at=at, subject=run.id)
    return run


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Take the kinds one after the other, from the checkpoint on."""
    run = RetentionRun.objects.get(id=job.params["run"])
    for position, data in enumerate(run.rules):
        if position < job.checkpoint.get("position", 0):
            continue
        _Part(job, run, position, rules.thaw(data)).work()
    RetentionRun.objects.filter(id=run.id, finished_at__isnull=True).update(finished_at=timezone.now())


class _Part:
    """One kind of one run, with what was counted so far; all of it lies in the checkpoint between portions."""

    def __init__(self, job: Job, run: RetentionRun, position: int, ruling: rules.Frozen) -> None:
        self.job, self.run, self.position, self.ruling = job, run, position, ruling
        kind, counted = job.params["actor"]
        self.actor = Actor(kind, uuid.UUID(counted) if counted else None)
        self.kind: Kind | None = next((one for one in registry.kinds() if one.key == ruling.kind), None)
        self.state: dict[str, Any] = job.checkpoint if job.checkpoint.get("position") == position else {}

    def work(self) -> None:
        """Find, take where the rule says so, write the line."""
        if self.kind is None or self.ruling.before is None:  # a room that is gone, or kept with the person
            self._end(RetentionLine.Outcome.KEPT)
            return
        one = self._due(self.kind, self.ruling.before)
        if "found" not in self.state:
            found = finding.survey(one)
            self.state = {
                "position": self.position,
                "found": {
                    "rows": found.rows,
                    "people": found.people,
                    "oldest": found.oldest.isoformat() if found.oldest else None,
                    "checksum": str(found.checksum),
                    "tables": found.tables,
                    "samples": [] if self.kind.is_secret else found.samples,
                    "held": found.held,
                },
                "after": "",
                "removed": 0,
                "sum": 0,
                "tables": {},
            }
            self._step(self.job.done, total=self.job.total + (0 if self.run.is_dry else found.rows))
        if self.run.is_dry:
            self._end(RetentionLine.Outcome.FOUND)
        elif self.ruling.is_paused:
            self._end(RetentionLine.Outcome.PAUSED)
        elif not self.ruling.is_in_force:
            self._end(RetentionLine.Outcome.UNCONFIRMED)
        elif self.ruling.action is Action.PROPOSE:
            self._end(RetentionLine.Outcome.PROPOSED)
        else:
            try:
                self._take(self.kind, self.ruling.before)
            except Busy:
                self._end(RetentionLine.Outcome.BUSY)
            else:
                self._end(RetentionLine.Outcome.REMOVED)

    def _due(self, kind: Kind, before: dt.datetime) -> finding.Due:
        """What is over, without whom a hold keeps at this moment."""
        held = sorted(holds.everybody())
        return finding.due(kind, before=before, held=held, action=self.ruling.action)

    def _take(self, kind: Kind, before: dt.datetime) -> None:
        """Whole parts first, then portions; each asks anew who is held, so that a hold placed meanwhile counts."""
        if kind.whole:
            while True:
                one = self._due(kind, before)
                if not (part := kind.whole(one.before, one.held, self.run.began_at)):
                    break
                self._count(part.rows, part.checksum, {kind.model: part.rows})
                self._step(self.job.done + part.rows)
        while not kind.is_whole:
            with transaction.atomic():
                one = self._due(kind, before)
                if not (rows := finding.batch(one, after=self.state["after"], limit=kind.portion)):
                    break
                gone = removing.remove(one, rows, action=self.ruling.action, now=self.run.began_at)
                self._mark(row for row in rows if row.key in gone.keys)
                self._count(len(gone.keys), sum(row.hash for row in rows if row.key in gone.keys), gone.tables)
                self.state["after"] = str(rows[-1].key)
                self._step(self.job.done + len(rows))
            time.sleep(BREATH)

    def _mark(self, rows: Any) -> None:
        """Figures, segments and the timeline of whoever lost something follow."""
        owners = {row.owner for row in rows if isinstance(row, Row) and row.owner}
        if self.kind and self.kind.model != "customers.Customer" and owners:
            pipeline.mark(sorted(buckets.without(owners)), cause=f"retention.{self.kind.key}"[:60], lane=pipeline.BULK)

    def _count(self, rows: int, checksum: int, tables: Any) -> None:
        self.state["removed"] += rows
        self.state["sum"] = (self.state["sum"] + checksum) % finding.MODULUS
        self.state["tables"] = dict(Counter(self.state["tables"]) + Counter(tables))

    def _step(self, done: int, *, total: int | None = None) -> None:
        jobs.progress(self.job, done=done, total=total, checkpoint=self.state)

    def _end(self, outcome: str) -> None:
        found = self.state.get("found", {})
        removed = outcome in {RetentionLine.Outcome.REMOVED, RetentionLine.Outcome.BUSY}
        with transaction.atomic():
            RetentionLine.objects.create(
                run=self.run,
                position=self.position,
                kind=self.ruling.kind,
                outcome=outcome,
                before=self.ruling.before,
                rows=found.get("rows", 0),
                people=found.get("people", 0),
                oldest=dt.datetime.fromisoformat(found["oldest"]) if found.get("oldest") else None,
                held=found.get("held", 0),
                checksum=found.get("checksum", ""),
                tables=found.get("tables", {}),
                samples=found.get("samples", []),
                removed=self.state.get("removed", 0) if removed else 0,
                removed_checksum=str(self.state.get("sum", 0)) if removed else "",
                removed_tables=self.state.get("tables", {}) if removed else {},
                at=timezone.now(),
            )
            self.state = {"position": self.position + 1}
            self._step(self.job.done)
