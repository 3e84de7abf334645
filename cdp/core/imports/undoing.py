"""Taking a whole import back: facts first, people last, page by page.

Each room declares how its part of the traces (see `tracing`) is taken back. A page's changes, its counts and the
deletion of its traces commit together, so whatever is killed in between goes on with what is left; done twice it does
nothing. What was changed since the import stays as it is and is counted.
"""

import contextlib
import datetime as dt
import itertools
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cdp.core import audit, holds, jobs
from cdp.core.actors import SYSTEM, Actor
from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable
from cdp.core.imports import registry, touched, tracing
from cdp.core.models import ImportTrace, IndexRoot, Job

UNDONE, BEGUN = "undone_by", "begun_at"
"""In an import's result: the job that takes it back; when its first chunk was about to be written."""
PAGE = 500
_STOPPED = frozenset({Job.State.FAILED, Job.State.CANCELLED, Job.State.DRAFT})
"""An undo that nobody works on (a draft is what a terminal left that was closed): it can be gone on with."""


class UnableToUndo(Exception):
    """The import cannot be taken back; the message says why."""


@dataclass
class Undo:
    """One page of taking back: of which import, by whom, when; `counts` say what happened, by a word of the room.

    Looking ahead, nothing goes; `ahead` remembers which rows would be gone by then (by the label of their model), so
    that they keep nobody, and whom a part has judged already (by the key of the part).
    """

    import_id: uuid.UUID
    source: str
    actor: Actor
    now: dt.datetime
    counts: Counter[str] = field(default_factory=Counter)
    ahead: defaultdict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))

    def count(self, word: str, kept: str, *, done: int, of: int) -> None:
        """So many of these are taken back under `word`, the rest stays under `kept`."""
        self.counts[word] += done
        self.counts[kept] += of - done


@dataclass(frozen=True)
class Part:
    """Traces of one kind. Parts are taken back by their position: facts (from 10) before people (90).

    `take_back` gets a page of traces and runs in its transaction. `foresee` says of the same page what would happen,
    in the same words, without writing.
    """

    key: str
    position: int
    take_back: Callable[[Undo, Sequence[tracing.Trace]], None]
    foresee: Callable[[Undo, Sequence[tracing.Trace]], None] | None = None


_parts: dict[str, Part] = {}
_labels: dict[str, Any] = {}


def declare(*parts: Part, words: Mapping[str, Any] | None = None) -> None:
    """Register parts, and the sentence of each word they count by ("%(n)s orders were removed.")."""
    _parts.update({part.key: part for part in parts})
    _labels.update(words or {})


def words() -> Mapping[str, Any]:
    """The sentence of every word that is counted."""
    return _labels


def is_begun(job: Job) -> bool:
    """Whether somebody had this import taken back already."""
    return UNDONE in job.result


def begun(imports: Collection[str]) -> set[str]:
    """Those of these imports that somebody had taken back; what is no id of one is none."""
    found = set()
    for one in imports:
        with contextlib.suppress(ValueError):
            found.add(uuid.UUID(one))
    undone = Job.objects.filter(id__in=found, result__has_key=UNDONE) if found else Job.objects.none()
    return {str(one) for one in undone.values_list("id", flat=True)}


def until(job: Job) -> dt.datetime | None:
    """Until when an import can be taken back; None for one that wrote nothing that can."""
    if job.kind != "import" or job.params["dry_run"] or BEGUN not in job.result:
        return None
    begun = begun_at(job)
    # The key of an hour goes when the hour as a whole is old enough.
    return begun.replace(minute=0, second=0, microsecond=0) + hourly.KEPT


def begun_at(job: Job) -> dt.datetime:
    """When the first chunk of an import that wrote something was about to be written."""
    return dt.datetime.fromisoformat(job.result[BEGUN])


def why_not(job: Job, *, at: dt.datetime) -> str:
    """Why an import cannot be taken back now, for people; empty when it can."""
    if job.kind != "import" or job.params["dry_run"]:
        return _("Nothing of this file was imported.")
    if job.state in {Job.State.WAITING, Job.State.RUNNING}:
        return _("This import is still running. Stop it or wait until it is done, then undo it.")
    if (undo := job_of(job)) is not None and undo.state not in _STOPPED:
        return _("This import is undone already.")
    if not all(registry.get(key).is_undoable for key in (job.params["kind"], *job.params["mapping"].get("also", {}))):
        return _("Imports of this kind cannot be undone.")
    last = until(job)
    if last is None:
        return _("This import wrote nothing that could be undone.")
    if (since := IndexRoot.objects.aggregate(newest=Max("made_at"))["newest"]) and begun_at(job) < since:
        return _("It cannot be undone any more: the search index was made anew since then.")
    if last <= at:
        return _("It is too late to undo this import: what it changed is only remembered for seven days.")
    return ""


def has_stopped(job: Job) -> bool:
    """Whether somebody had this import taken back, and that ended before all of it was."""
    return (undo := job_of(job)) is not None and undo.state in _STOPPED


def begin(job: Job, *, actor: Actor, at: dt.datetime, state: str = Job.State.WAITING) -> Job:
    """Have an import taken back; the job that does it. Asked again, the same job: one that failed or was cancelled
    goes on with what is left.

    Raises UnableToUndo.
    """
    with transaction.atomic():
        found = Job.objects.select_for_update().get(id=job.id)
        if (begun := job_of(found)) is not None and begun.state not in _STOPPED:
            return begun
        if reason := why_not(found, at=at):
            raise UnableToUndo(reason)
        if _keeps(holds.everybody(), found.id):
            raise UnableToUndo(_("A legal hold or a restriction keeps somebody of this import for now."))
        details = {"kind": found.params["kind"], "source": found.params["source"]}
        if begun is not None:
            audit.record(audit.Action.IMPORT_UNDONE, actor=actor, at=at, subject=found.id, details=details)
            jobs.go_on(begun, params={**begun.params, "actor": _told(actor)}, state=state)
            return Job.objects.get(id=begun.id)
        undo = jobs.submit(
            "import_undo",
            title=found.title,
            params={
                "import": str(found.id),
                "source": found.params["source"],
                "actor": _told(actor),
            },
            created_by=actor.id,
            state=state,
        )
        total = ImportTrace.objects.filter(job_id=found.id).count()
        Job.objects.filter(id=undo.id).update(total=total, result={"counts": {}})
        # Without its fingerprint the same file is a new import, and a stopped one is not gone on with.
        result = {**found.result, UNDONE: str(undo.id)}
        Job.objects.filter(id=found.id).update(result=result, fingerprint=None)
        audit.record(audit.Action.IMPORT_UNDONE, actor=actor, at=at, subject=found.id, details=details)
    return Job.objects.get(id=undo.id)


def job_of(job: Job) -> Job | None:
    """The job that takes an import back, if there is one."""
    return Job.objects.filter(id=uuid.UUID(job.result[UNDONE])).first() if is_begun(job) else None


def finished(imports: Sequence[Job]) -> set[uuid.UUID]:
    """Those of the imports that are taken back, or are about to be."""
    begun = {uuid.UUID(job.result[UNDONE]): job.id for job in imports if is_begun(job)}
    undos = Job.objects.filter(id__in=list(begun)).exclude(state__in=_STOPPED)
    return {begun[undo] for undo in undos.values_list("id", flat=True)}


def foresee(job: Job, *, at: dt.datetime, most: int) -> tuple[dict[str, int], bool]:
    """What taking it back would come to, in the words of the rooms; and whether that is all of it, or only of the
    first `most` pages of each part.
    """
    undo = Undo(job.id, job.params["source"], SYSTEM, at)
    is_whole = True
    for part in _ordered():
        if part.foresee is not None:
            pages = tracing.pages(job.id, part.key, size=PAGE)
            for traces in itertools.islice(pages, most):
                part.foresee(undo, traces)
            is_whole = is_whole and next(pages, None) is None
    return dict(undo.counts), is_whole


@jobs.kind("import_undo")
def run(job: Job) -> None:
    """Take back page after page until no trace is left."""
    kind, actor_id = job.params["actor"]
    actor = Actor(kind, uuid.UUID(actor_id) if actor_id else None)
    import_id = uuid.UUID(job.params["import"])
    seen: frozenset[uuid.UUID] = frozenset()
    try:
        for part in _ordered():
            while True:
                # Placed while this is at work, a hold stops it: what was not taken back yet stays.
                if (kept := holds.everybody()) - seen and _keeps(kept, import_id):
                    raise jobs.JobFailed(
                        gettext_noop("A legal hold or a restriction keeps somebody of this import for now.")
                    )
                seen = kept
                if not _page(job, part, import_id, actor):
                    break
    except Unopenable as problem:
        raise jobs.JobFailed(
            gettext_noop("What this import changed is no longer remembered, so the rest of it stays.")
        ) from problem


def _keeps(kept: frozenset[uuid.UUID], import_id: uuid.UUID) -> bool:
    """Whether one of those held is somebody of whom the import wrote something."""
    return bool(kept) and any(not kept.isdisjoint(people) for people in touched.people(import_id))


def _page(job: Job, part: Part, import_id: uuid.UUID, actor: Actor) -> bool:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Lost to a crash, the page is still there to be done again.
            cursor.execute("SET LOCAL synchronous_commit = off")
        traces = tracing.page(import_id, part.key, size=PAGE)
        if not traces:
            return False
        undo = Undo(import_id, job.params["source"], actor, timezone.now())
        part.take_back(undo, traces)
        tracing.drop(traces)
        counts = Counter(job.result.get("counts", {}))
        counts.update(undo.counts)
        job.result = {**job.result, "counts": dict(counts)}
        done = job.done + len(traces)
        jobs.progress(job, done=done, total=max(job.total, done), checkpoint={"done": done})
    return True


def _told(actor: Actor) -> list[str | None]:
    return [actor.kind, str(actor.id) if actor.id else None]


def _ordered() -> list[Part]:
    return sorted(_parts.values(), key=lambda part: (part.position, part.key))
