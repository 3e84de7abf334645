"""Long work as rows: claim, run, go on after a kill, show progress.

A kind of job is a function registered with `@jobs.kind("import")`. It works in chunks; each chunk commits its facts
together with `job.checkpoint`, so after a kill the next worker starts where the last commit ended.
"""

import contextlib
import contextvars
import json
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from cdp.core import locks, wake
from cdp.core.models import Job

log = structlog.get_logger("jobs")
MOST_ATTEMPTS = 5
LONGEST_ERROR = 500
"""Characters that a job's row has for why it failed."""
ATTENDED = "attended"
"""The parameter of a job that only a terminal waits for: it ends with that terminal."""
_GONE = gettext_noop("The terminal that waited for this was closed; start it again.")

Runner = Callable[[Job], None]
Watcher = Callable[[int, int], None]
_watcher: contextvars.ContextVar[Watcher | None] = contextvars.ContextVar("job_watcher", default=None)
_kinds: dict[str, Runner] = {}


class JobFailed(Exception):
    """The job cannot be done; the message is shown to staff and holds nothing personal.

    The message is the English one of the catalogues, with its parameters apart: workers know nobody's language, so it
    is translated where it is shown (`sentence`).
    """

    def __init__(
        self, text: str, params: Mapping[str, str | int] | None = None, *, words: Collection[str] = ()
    ) -> None:
        """Say what is wrong; `params` go into the text. Those named in `words` are texts of the catalogues, too; all
        others, a column's name for example, stay as they are in every language.
        """
        super().__init__(text)
        self.text, self.params, self.words = text, dict(params or {}), sorted(words)

    @property
    def stored(self) -> str:
        """As it stands in the row, where long params are cut until it fits."""
        if not self.params:
            return self.text[:LONGEST_ERROR]
        params, room = self.params, LONGEST_ERROR
        while True:
            spelt = json.dumps({"text": self.text, "params": params, "words": self.words}, ensure_ascii=False)
            if len(spelt) <= LONGEST_ERROR or not room:
                return spelt
            room //= 2
            params = {name: _cut(value, room) for name, value in params.items()}


class Interrupted(Exception):
    """A process that this one worked with was killed. The job goes on from its checkpoint, as after a kill of this."""


class Cancelled(Exception):
    """Somebody cancelled the job between two chunks."""


def _cut(value: str | int, room: int) -> str | int:
    return f"{value[:room]}…" if isinstance(value, str) and len(value) > room + 1 else value


def sentence(error: str) -> str:
    """Why a job failed, in the reader's language. What was stored as a finished sentence is told as it is."""
    try:
        told: dict[str, Any] = json.loads(error) if error.startswith("{") else {"text": error, "params": {}}
        words = told.get("words", told["params"])  # of before, when all were looked up
        params = {
            name: gettext(value) if name in words and isinstance(value, str) and value else value
            for name, value in told["params"].items()
        }
        text = gettext(told["text"]) if told["text"] else ""
        return text % params if params else text
    except (ValueError, KeyError, TypeError):
        return error


def kind(name: str) -> Callable[[Runner], Runner]:
    """Register the function that works on jobs of that kind."""

    def register(runner: Runner) -> Runner:
        _kinds[name] = runner
        return runner

    return register


def submit(
    name: str,
    *,
    title: str,
    params: dict[str, Any],
    created_by: uuid.UUID | None = None,
    fingerprint: bytes | None = None,
    state: str = Job.State.WAITING,
) -> Job:
    """Store a job; a waiting one wakes a worker once the surrounding transaction commits."""
    job = Job.objects.create(
        kind=name, title=title, params=params, created_by=created_by, fingerprint=fingerprint, state=state
    )
    if state == Job.State.WAITING:
        transaction.on_commit(wake.jobs)
    return job


def run_waiting() -> int:
    """Run what waits, oldest first, one after another. Returns how many jobs this process ran."""
    ran = 0
    sweep()
    while job_id := _next():
        ran += run(job_id)
    return ran


def sweep() -> int:
    """Put jobs whose worker died back into the queue; end those that only a terminal waited for. Returns how many."""
    freed = 0
    for job_id, number, params in Job.objects.filter(state=Job.State.RUNNING).values_list("id", "claimed_by", "params"):
        if number is None or locks.is_dead(number):
            changes: dict[str, Any] = {"state": Job.State.WAITING}
            if params.get(ATTENDED):
                changes = {"state": Job.State.FAILED, "error": _GONE, "finished_at": timezone.now()}
            freed += Job.objects.filter(id=job_id, state=Job.State.RUNNING, claimed_by=number).update(
                claimed_by=None, **changes
            )
    return freed


def _next() -> uuid.UUID | None:
    return Job.objects.filter(state=Job.State.WAITING).order_by("id").values_list("id", flat=True).first()


def run(job_id: uuid.UUID, *, claim_from: str = Job.State.WAITING) -> bool:
    """Claim one job and work on it in this process. False when another process was first.

    Workers claim waiting jobs; whoever made a draft may claim it from there, before any worker sees it.
    """
    with locks.alive() as number:
        claimed = Job.objects.filter(id=job_id, state=claim_from).update(
            state=Job.State.RUNNING, claimed_by=number, attempts=F("attempts") + 1, started_at=timezone.now(), error=""
        )
        if not claimed:
            return False
        job = Job.objects.get(id=job_id)
        job.claimed_by = number
        try:
            if job.attempts > MOST_ATTEMPTS:
                raise JobFailed(gettext_noop("The work was interrupted too often; please look at the server's log."))
            _kinds[job.kind](job)
        except Cancelled:
            _finish(job, Job.State.CANCELLED)
        except JobFailed as problem:
            _finish(job, Job.State.FAILED, error=problem.stored)
        except Interrupted:
            log.warning("job interrupted by the end of a helping process", job=str(job.id), kind=job.kind)
        except (OperationalError, InterfaceError):
            # The database went away, and our claim with it: the next sweep lets somebody go on at the checkpoint.
            log.warning("job interrupted by the database", job=str(job.id), kind=job.kind)
        except Exception as problem:  # the boundary: a fault must end in the row, not only in a log
            log.exception("job failed", job=str(job.id), kind=job.kind)
            if connection.in_atomic_block:
                raise
            fault = JobFailed(gettext_noop("Unexpected fault: %(name)s"), {"name": type(problem).__name__})
            _finish(job, Job.State.FAILED, error=fault.stored)
        else:
            _finish(job, Job.State.DONE)
    return True


def _finish(job: Job, state: str, *, error: str = "") -> None:
    now: datetime = timezone.now()
    # Whose claim is gone has no say any more: the job waits for others, or they are at work on it.
    ours = Job.objects.filter(id=job.id, claimed_by=job.claimed_by)
    if not ours.update(state=state, error=error, finished_at=now, claimed_by=None):
        return
    job.state, job.error, job.finished_at = state, error, now


def progress(job: Job, *, done: int, total: int | None = None, checkpoint: dict[str, Any] | None = None) -> None:
    """Move the job on. Call it in the transaction of the chunk, so that facts and checkpoint commit together.

    Raises Cancelled when somebody cancelled the job, or it is not claimed by this run any more, which also rolls the
    chunk back.
    """
    job.done = done
    changes: dict[str, Any] = {"done": done, "result": job.result}
    if total is not None:
        job.total = changes["total"] = total
    if checkpoint is not None:
        job.checkpoint = changes["checkpoint"] = checkpoint
        job.attempts = changes["attempts"] = 1  # only attempts that get nowhere count
    if not Job.objects.filter(id=job.id, state=Job.State.RUNNING, claimed_by=job.claimed_by).update(**changes):
        raise Cancelled
    if show := _watcher.get():
        show(job.done, job.total)


@contextlib.contextmanager
def watching(show: Watcher) -> Iterator[None]:
    """Tell `show(done, total)` about the progress of jobs that run in this process meanwhile."""
    token = _watcher.set(show)
    try:
        yield
    finally:
        _watcher.reset(token)


def seconds_left(job: Job, *, now: datetime) -> int | None:
    """How long a running job will still take if it goes on like this; None as long as nobody can say."""
    if job.state != Job.State.RUNNING or not job.started_at or not 0 < job.done < job.total:
        return None
    return round((now - job.started_at).total_seconds() * (job.total - job.done) / job.done)


def named(job: Job) -> str:
    """What a job is called: ours in the language in force, a file by its own name."""
    return gettext(job.title) if job.title else ""


def told(job: Job, *, now: datetime) -> dict[str, Any]:
    """What a page says of a job: its words in the reader's language, how far it is, how long it will still take."""
    return {
        "title": named(job),
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "error": sentence(job.error),
        "finished_at": job.finished_at,
        "seconds_left": seconds_left(job, now=now),
        "is_open": job.state in {Job.State.WAITING, Job.State.RUNNING},
        "result": job.result,
    }


def cancel(job: Job) -> None:
    """Stop a waiting or running job after its present chunk. What is committed stays."""
    Job.objects.filter(id=job.id, state__in=[Job.State.WAITING, Job.State.RUNNING]).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )


def is_ending(job: Job) -> bool:
    """Whether a job was cancelled and who works on it has not yet come to the end of its present chunk."""
    return job.state == Job.State.CANCELLED and job.claimed_by is not None and not locks.is_dead(job.claimed_by)


def go_on(job: Job, *, params: dict[str, Any], state: str = Job.State.WAITING) -> None:
    """Let work that failed, was cancelled or never began go on at its checkpoint. A run of it that is still ending
    loses its claim, and what it has not committed.
    """
    stopped = [Job.State.FAILED, Job.State.CANCELLED, Job.State.DRAFT]
    Job.objects.filter(id=job.id, state__in=stopped).update(
        state=state, params=params, attempts=0, error="", finished_at=None, claimed_by=None
    )
    if state == Job.State.WAITING:
        transaction.on_commit(wake.jobs)
