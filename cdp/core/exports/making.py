"""The job that makes a file: a portion of people at a time, each judged, sealed and committed with its checkpoint.

After a kill the next worker goes on behind the last committed portion; what was written beyond it is cut off.
"""

import itertools
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from cdp.core import actors, audiences, audit, jobs, minimising
from cdp.core.exports import asking, ending, keeping, leading, registry
from cdp.core.leaving import Permit
from cdp.core.models import Export, ExportPortion, Job

PIECE = 1000
"""Rows that stand in memory at once, however many one person has."""
GROWTH = 0.1
"""By how much a file may hold more people than the second person let go."""


class _Grown(Exception):
    """It would hold more people than anybody agreed to."""


@jobs.kind(asking.JOB)
def run(job: Job) -> None:
    """Make the file that the job names, or what is missing of it."""
    export = Export.objects.filter(id=uuid.UUID(job.params["export"])).first()
    if export is None or export.state != Export.State.MAKING or export.job_id != job.id:
        return
    try:
        kind = registry.of(export.kind, export.about)
    except (KeyError, registry.UnknownChoice) as error:
        raise jobs.JobFailed(gettext_noop("This kind of file is not known any more.")) from error
    work = _Work(job, export, kind)
    if kind.rows is not None:
        minimising.note(export.columns, by="export", day=timezone.now().date())
    try:
        work.go()
    except _Grown:
        ending.end([export.id], why=Export.End.GROWN, actor=actors.SYSTEM, at=timezone.now())
        raise jobs.JobFailed(
            gettext_noop("It would hold more people than when it was asked for; please ask for it again.")
        ) from None
    except audiences.UnknownAudience as error:
        raise jobs.JobFailed(gettext_noop("The segment was archived meanwhile.")) from error
    except OSError as error:
        raise jobs.JobFailed(gettext_noop("The file cannot be written; is the disk full?")) from error


class _Work:
    def __init__(self, job: Job, export: Export, kind: registry.Kind) -> None:
        self.job, self.export, self.kind = job, export, kind
        told = job.checkpoint
        if told and keeping.size_of(export.id) < int(told.get("offset", 0)):  # lost with its disk: from the beginning
            ExportPortion.objects.filter(export=export).delete()
            told = {}
        self.after = uuid.UUID(told.get("after", str(leading.FIRST)))
        self.offset, self.position = int(told.get("offset", 0)), int(told.get("position", 0))
        self.seen, self.held, self.rows = (int(told.get(name, 0)) for name in ("seen", "held", "rows"))
        self.left_out = Counter[str](told.get("left_out", {}))
        self.places = [kind.columns.index(column) for column in export.columns]
        # The address that a list is for is what the second person lets go; the rest stays masked for who sees it so.
        shown = kind.lists[export.channel].address if export.channel in kind.lists else ()
        hides = {column: mask for column, mask in kind.hides.items() if column not in shown}
        self.masks = hides if export.is_masked else {}
        self.total = export.people + sum(export.left_out.values())
        self.most = self._most()

    def go(self) -> None:
        with keeping.Keeper(self.export.id, offset=self.offset, position=self.position) as keeper:
            # What is nobody's stands first, and in files of everybody only; behind a checkpoint it is there already.
            if self.kind.pages is not None and not self.export.segment and not self.position:
                self._pages(keeper)
            if self.kind.rows is not None:
                for portion in leading.everybody(self.kind, self.export.segment, after=self.after):
                    with transaction.atomic():
                        self._portion(portion, keeper, at=timezone.now())
            keeper.append([])
        self._finish(at=timezone.now())

    def _pages(self, keeper: keeping.Keeper) -> None:
        assert self.kind.pages is not None, "`go` looked"  # noqa: S101
        piece: list[tuple[uuid.UUID | None, list[str]]] = []
        for cells in self.kind.pages():
            piece.append((None, self._cells(cells)))
            if len(piece) == PIECE:
                self._append(keeper, piece)
                piece = []
        self._append(keeper, piece)

    def _append(self, keeper: keeping.Keeper, piece: keeping.Piece) -> None:
        if piece:
            self.offset = keeper.append(piece)
            self.rows += len(piece)

    def _portion(self, portion: Sequence[uuid.UUID], keeper: keeping.Keeper, *, at: datetime) -> None:
        # Whoever is being forgotten at this moment is forgotten first, or finds this piece and ends the file.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(portion)]
            )
        judged = leading.judge(self.kind, portion, purpose=self.export.purpose, channel=self.export.channel, at=at)
        self.left_out.update(judged.left_out)
        if judged.permit is not None and judged.people:
            self.held += len(judged.people)
            if self.held > self.most:
                raise _Grown
            ExportPortion.objects.create(export=self.export, position=self.seen, people=judged.people)
            rows = self._people(judged.permit, judged.people)
            while piece := list(itertools.islice(rows, PIECE)):
                self._append(keeper, piece)
        self.seen += len(portion)
        jobs.progress(
            self.job,
            done=self.seen,
            total=max(self.total, self.seen),
            checkpoint={
                "after": str(portion[-1]),
                "offset": self.offset,
                "position": keeper.position,
                "seen": self.seen,
                "held": self.held,
                "rows": self.rows,
                "left_out": dict(self.left_out),
            },
        )

    def _people(self, permit: Permit, people: list[uuid.UUID]) -> Iterator[tuple[uuid.UUID | None, list[str]]]:
        permit.check(channel=self.export.channel or leading.FILE, purpose=self.export.purpose)
        assert self.kind.rows is not None, "kinds of people have rows"  # noqa: S101
        found = self.kind.rows(people)
        yield from ((whose, self._cells(cells)) for whose, cells in found if permit.covers(whose))

    def _cells(self, cells: Sequence[str]) -> list[str]:
        kept = ((self.kind.columns[place], cells[place]) for place in self.places)
        return [self.masks[column](cell) if cell and column in self.masks else cell for column, cell in kept]

    def _most(self) -> float:
        if not self.export.needs_second:
            # What was counted, or what of the day is left: many small files do not grow into a large one.
            since = self.export.asked_at - asking.TOGETHER
            others = asking.alone(self.export.asked_by, since=since, but=self.export.id)
            return max(settings.CDP_EXPORT_ALONE - others, self.export.people)
        return self.export.people * (1 + GROWTH) + 1

    def _finish(self, *, at: datetime) -> None:
        with transaction.atomic():
            done = Export.objects.filter(id=self.export.id, state=Export.State.MAKING, job_id=self.job.id).update(
                state=Export.State.READY,
                ready_at=at,
                expires_at=at + ending.LASTS,
                rows=self.rows,
                held=self.held,
                left_out=dict(self.left_out),
            )
            if not done:  # ended meanwhile, and what lay there with it
                raise jobs.Cancelled
            audit.record(
                audit.Action.EXPORT_WRITTEN,
                actor=actors.Actor("staff", self.export.asked_by),
                at=at,
                subject=self.export.id,
                details={
                    "kind": self.export.kind,
                    "purpose": self.export.purpose,
                    "channel": self.export.channel,
                    "segment": self.export.segment,
                    "people": self.held,
                    "rows": self.rows,
                    "left_out": dict(self.left_out),
                },
            )
