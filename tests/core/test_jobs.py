"""Long work: claimed once, swept when its worker died, cancelled between chunks."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import translation

from cdp.core import jobs, locks
from cdp.core.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Callable[[jobs.Runner], str]:
    monkeypatch.setattr(jobs, "_kinds", {})

    def declare(runner: jobs.Runner) -> str:
        jobs.kind("test")(runner)
        return "test"

    return declare


def _submit(name: str, **fields: object) -> Job:
    return jobs.submit(name, title="t", params={}, **fields)


def _state(job: Job) -> str:
    return Job.objects.get(id=job.id).state


def test_jobs_run_once_oldest_first(kind):
    ran: list[uuid.UUID] = []
    name = kind(lambda job: ran.append(job.id))
    first, second = _submit(name), _submit(name)
    assert jobs.run_waiting() == 2
    assert jobs.run_waiting() == 0
    assert ran == [first.id, second.id]
    assert (_state(first), _state(second)) == (Job.State.DONE, Job.State.DONE)


def test_only_one_of_two_claims_a_job(kind):
    answers: list[bool] = []

    def work(job: Job) -> None:
        def again() -> None:
            answers.append(jobs.run(job.id))
            connection.close()

        thread = threading.Thread(target=again)
        thread.start()
        thread.join()

    job = _submit(kind(work))
    assert jobs.run(job.id) is True
    assert answers == [False]


def test_a_job_whose_worker_died_is_put_back_and_goes_on_at_its_checkpoint(kind):
    began: list[int] = []

    def work(job: Job) -> None:
        began.append(job.checkpoint.get("row", 0))

    job = _submit(kind(work))

    def killed() -> None:
        with transaction.atomic():
            number = locks.alive().__enter__()
            Job.objects.filter(id=job.id).update(
                state=Job.State.RUNNING, claimed_by=number, attempts=1, checkpoint={"row": 7}
            )
        locks._ours.clear()
        connection.close()

    thread = threading.Thread(target=killed)
    thread.start()
    thread.join()
    assert jobs.run_waiting() == 1
    assert began == [7]
    assert _state(job) == Job.State.DONE


def test_what_only_a_terminal_waited_for_ends_with_it(kind):
    job = _submit(kind(lambda job: None))
    Job.objects.filter(id=job.id).update(state=Job.State.RUNNING, params={jobs.ATTENDED: True})
    assert jobs.sweep() == 1
    gone = Job.objects.get(id=job.id)
    assert (gone.state, jobs.sentence(gone.error).split()[0]) == (Job.State.FAILED, "The")


def test_a_job_whose_worker_lives_is_left_alone(kind):
    swept: list[int] = []
    job = _submit(kind(lambda job: swept.append(jobs.sweep())))
    jobs.run(job.id)
    assert swept == [0]


def test_a_cancelled_job_ends_before_its_next_chunk_and_keeps_what_was_committed(kind):
    def work(job: Job) -> None:
        with transaction.atomic():
            jobs.progress(job, done=1, checkpoint={"row": 1})
        jobs.cancel(job)
        with transaction.atomic():
            jobs.progress(job, done=2, checkpoint={"row": 2})

    job = _submit(kind(work))
    jobs.run(job.id)
    kept = Job.objects.get(id=job.id)
    assert (kept.state, kept.done, kept.checkpoint) == (Job.State.CANCELLED, 1, {"row": 1})
    assert kept.finished_at is not None


def test_of_two_runs_of_one_job_the_one_without_the_claim_keeps_nothing(kind):
    runs: list[str] = []

    def work(job: Job) -> None:
        runs.append("begun")
        if len(runs) == 1:
            jobs.cancel(job)
            jobs.go_on(job, params={})
            assert jobs.run(job.id)  # by another worker, meanwhile
            runs.append("ended")
        with transaction.atomic():
            jobs.progress(job, done=job.done + 2, checkpoint={"row": job.done})
        runs.append("kept")

    job = _submit(kind(work))
    jobs.run(job.id)
    assert runs == ["begun", "begun", "kept", "ended"]
    kept = Job.objects.get(id=job.id)
    assert (kept.state, kept.done, kept.claimed_by) == (Job.State.DONE, 2, None)


def test_a_job_that_was_told_to_go_on_before_its_cancelled_run_ended_goes_on(kind):
    def work(job: Job) -> None:
        jobs.cancel(job)
        assert jobs.is_ending(Job.objects.get(id=job.id))
        try:
            jobs.progress(job, done=1)
        finally:
            jobs.go_on(job, params={})

    job = _submit(kind(work))
    jobs.run(job.id)
    assert _state(job) == Job.State.WAITING


def test_work_that_is_interrupted_again_and_again_is_given_up(kind):
    job = _submit(kind(lambda job: None))
    Job.objects.filter(id=job.id).update(attempts=jobs.MOST_ATTEMPTS)
    jobs.run(job.id)
    assert _state(job) == Job.State.FAILED
    error = Job.objects.get(id=job.id).error
    assert "interrupted too often" in jobs.sentence(error)
    for language in ("th", "ko"):
        with translation.override(language):
            assert "interrupted" not in jobs.sentence(error)


def test_a_fault_ends_in_the_row_without_its_words(kind):
    def work(job: Job) -> None:
        message = "somchai@example.com"
        raise ValueError(message)

    job = _submit(kind(work))
    jobs.run(job.id)
    error = Job.objects.get(id=job.id).error
    assert jobs.sentence(error) == "Unexpected fault: ValueError"
    with translation.override("ko"):
        assert "ValueError" in jobs.sentence(error)
        assert "Unexpected" not in jobs.sentence(error)


@pytest.mark.parametrize(
    "old", ["", "Unexpected fault: ValueError", "{ a sentence of before", '{"other": 1}', "100 % of it"]
)
def test_what_was_stored_as_a_finished_sentence_is_told_as_it_is(old):
    assert jobs.sentence(old) == old


def test_what_is_too_long_for_the_row_is_cut_and_still_a_sentence(kind):
    def work(job: Job) -> None:
        text = "The file has no column “%(column)s”; it has %(known)s."
        raise jobs.JobFailed(text, {"column": "\n" * 400, "known": "이름, " * 400})

    job = _submit(kind(work))
    jobs.run(job.id)
    told = jobs.sentence(Job.objects.get(id=job.id).error)
    assert told.startswith("The file has no column “\n")
    assert told.endswith("….")


def test_a_refusal_is_told(kind):
    def work(job: Job) -> None:
        raise jobs.JobFailed("The file is not there.")

    job = _submit(kind(work))
    jobs.run(job.id)
    assert Job.objects.get(id=job.id).error == "The file is not there."


def test_progress_is_shown_to_whoever_watches(kind):
    shown: list[tuple[int, int]] = []
    job = _submit(kind(lambda job: jobs.progress(job, done=3, total=9)))
    with jobs.watching(lambda done, total: shown.append((done, total))):
        jobs.run(job.id)
    assert shown == [(3, 9)]


def test_a_draft_is_run_by_its_maker_and_by_no_worker(kind):
    job = _submit(kind(lambda job: None), state=Job.State.DRAFT)
    assert jobs.run_waiting() == 0
    assert jobs.run(job.id, claim_from=Job.State.DRAFT)
