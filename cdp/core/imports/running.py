"""Starting an import from a file on this machine and seeing it through, whoever works on it."""

import functools
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import audit, jobs, locks, outages, sources
from cdp.core.actors import Actor
from cdp.core.files import problems
from cdp.core.imports import engine, mapping, reading, registry
from cdp.core.models import Job, Source

LOOK_SECONDS = 0.3


class UnableToBegin(Exception):
    """The import cannot start; the message says what is wrong and how to mend it."""


def begin(
    *,
    kind: str,
    path: Path,
    source: str,
    mapping: dict[str, Any] | None,
    dry_run: bool,
    actor: Actor,
    constants: dict[str, str] | None = None,
) -> Job:
    """A job for this file: a new one, or the unfinished one of the same file, kind, source and mapping. `constants`
    stand beside those of the mapping, or of the guess where there is none.
    """
    if kind not in registry.kinds():
        raise UnableToBegin(
            _("There is no kind “%(kind)s”; known are %(known)s.")
            % {"kind": kind, "known": ", ".join(sorted(registry.kinds()))}
        )
    if not path.is_file():
        raise UnableToBegin(_("There is no file at that path."))
    try:
        sources.check(source)
    except sources.UnableToUse as problem:
        raise UnableToBegin(str(problem)) from problem
    file = {"path": str(path)}
    mapped = checked_mapping(file, kind=registry.get(kind), data=mapping, constants=constants or {})
    fingerprint = engine.fingerprint(file, kind=kind, source=source, mapped=mapped.as_json())
    with transaction.atomic():
        if not dry_run:
            locks.take_turns(fingerprint)  # or two shells that begin at once would both find nothing
            jobs.sweep()
            if (job := _unfinished(fingerprint, file)) is not None:
                return job
        return create(
            file=file, title=path.name, kind=kind, source=source, mapped=mapped, dry_run=dry_run, actor=actor,
            fingerprint=fingerprint,
        )  # fmt: skip


def _unfinished(fingerprint: bytes, file: dict[str, str]) -> Job | None:
    open_states = [Job.State.DRAFT, Job.State.WAITING, Job.State.RUNNING, Job.State.FAILED]
    for job in Job.objects.filter(kind="import", fingerprint=fingerprint, state__in=open_states).order_by("-id"):
        if not job.params["dry_run"]:
            job.params["file"] = file
            Job.objects.filter(id=job.id).update(params=job.params, attempts=0)
            Job.objects.filter(id=job.id, state=Job.State.FAILED).update(state=Job.State.DRAFT)
            return Job.objects.get(id=job.id)
    return None


def checked_mapping(
    file: dict[str, str], *, kind: registry.Kind, data: dict[str, Any] | None, constants: dict[str, str] | None = None
) -> mapping.Mapped:
    """The mapping to use: the given one checked against the file, or one guessed from its header.

    Raises UnableToBegin with the place of the fault.
    """
    try:
        mapping.check_shape(data or {})
        what = reading.survey(file, (data or {}).get("options") or {})
        if data is not None:
            data = {**data, "constants": {**(data.get("constants") or {}), **constants}} if constants else data
            return mapping.read(data, kind=kind, header=what.columns)
        rows, name = reading.first(file, what, reading.SEEN), Path(file.get("path", "")).name
        guessed = mapping.guess(kind=kind, header=what.columns, file=name, rows=rows)
        data = guessed.as_json()
        data["constants"] |= constants or {}
        return mapping.read(data, kind=kind, header=what.columns)
    except (reading.UnableToRead, mapping.BadMapping, problems.FileProblem) as problem:
        raise UnableToBegin(str(problem)) from problem


def create(
    *,
    file: dict[str, str],
    title: str,
    kind: str,
    source: str,
    mapped: mapping.Mapped,
    dry_run: bool,
    actor: Actor,
    fingerprint: bytes | None = None,
    state: str = Job.State.DRAFT,
) -> Job:
    """A job for this file; DRAFT until somebody runs it, WAITING to hand it to the workers."""
    with transaction.atomic():
        sources.ensure(source, kind=Source.Kind.FILE)
        job = jobs.submit(
            "import",
            title=title,
            params=engine.params(file=file, kind=kind, source=source, mapped=mapped, dry_run=dry_run, actor=actor)
            | {jobs.ATTENDED: dry_run and "path" in file},
            created_by=actor.id,
            fingerprint=fingerprint,
            state=state,
        )
        if not dry_run:
            audit.record(
                audit.Action.IMPORT_STARTED,
                actor=actor,
                at=timezone.now(),
                subject=job.id,
                details={"kind": kind, "source": source},
            )
    return job


def finish(job: Job, show: Callable[[int, int], None], *, watching: Callable[[Job], None] | None = None) -> Job:
    """Run the job here, or watch whoever runs it, until it has ended. Progress goes to `show(done, total)`.

    `watching` is called once if another process is found at work on it.
    """
    with jobs.watching(show):
        while job.state in {Job.State.DRAFT, Job.State.WAITING, Job.State.RUNNING}:
            job, is_watched = outages.outlast(functools.partial(_further, job))
            if is_watched and watching is not None:
                watching(job)
                watching = None
            show(job.done, job.total)
    return job


def _further(job: Job) -> tuple[Job, bool]:
    """The job after this process has worked on it, or has looked how others do; whether others are at work."""
    if job.state in {Job.State.DRAFT, Job.State.WAITING} and jobs.run(job.id, claim_from=job.state):
        return Job.objects.get(id=job.id), False
    time.sleep(LOOK_SECONDS)
    jobs.sweep()  # what runs afterwards has somebody alive
    job = Job.objects.get(id=job.id)
    return job, job.state == Job.State.RUNNING


def report(job: Job) -> dict[str, Any]:
    """The result of an import in the form of the contract (without seconds), all of it in memory."""
    return {name: list(found) if isinstance(found, Iterator) else found for name, found in _parts(job)}


def head(job: Job, *, most: int) -> dict[str, Any]:
    """The same with at most so many rejected lines and warnings."""
    return {
        name: list(itertools.islice(found, most)) if isinstance(found, Iterator) else found
        for name, found in _parts(job)
    }


def as_json(job: Job, *, seconds: float) -> Iterator[str]:
    """The same as one JSON object in pieces, however many lines were wrong, with how long it took."""
    opening = "{"
    for name, found in _parts(job):
        yield f"{opening}{json.dumps(name)}: "
        opening = ", "
        if not isinstance(found, Iterator):
            yield json.dumps(found)
            continue
        yield "["
        for position, entry in enumerate(found):
            yield (", " if position else "") + json.dumps(entry, ensure_ascii=False)
        yield "]"
    yield f'{opening}"seconds": {json.dumps(seconds)}}}'


def _parts(job: Job) -> Iterator[tuple[str, Any]]:
    """Name and value of each part of a result; long ones are read page by page, also across an outage."""
    yield "rows", job.result.get("rows", 0)
    yield "accepted", job.result.get("accepted", 0)
    yield "rejected", _listed(job, is_rejected=True)
    yield "created", job.result.get("created", 0)
    yield "updated", job.result.get("updated", 0)
    reasons = engine.reasons()
    remarks = (
        {**remark, "reason": str(reasons.get(remark["code"], remark["code"]))}
        for remark in job.result.get("warnings", [])
    )
    yield "warnings", itertools.chain(remarks, _listed(job, is_rejected=False))


def _listed(job: Job, *, is_rejected: bool) -> Iterator[dict[str, Any]]:
    reasons = engine.reasons()
    for entry in engine.all_rejects(job, is_rejected=is_rejected, read=outages.outlast):
        yield {
            "line": entry["line"],
            "column": entry["column"],
            "value": entry["value"],
            "reason": str(reasons.get(entry["reason"], entry["reason"])),
            "code": entry["reason"],
        }
