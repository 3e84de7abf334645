"""Beat calls often; the work is done by one at a time."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from campaigns import tasks
from campaigns.models import Message
from campaigns.services import runs
from cdp.core import actors, jobs, wake
from cdp.core.models import Job

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """A database session of another worker."""
    other = connection.copy()
    yield other
    other.close()


def test_a_planner_beside_a_longer_one_leaves_the_work_to_it(
    make_campaign: Make, make_person: Make, elsewhere: Any
) -> None:
    make_person()
    make_campaign()
    Job.objects.update(state=Job.State.DONE)
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [tasks._PLANNER])
        tasks.run_triggers()
        assert not Message.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [tasks._PLANNER])
    tasks.run_triggers()
    assert Message.objects.count() == 1


def test_a_planner_lets_go_when_it_is_done_or_fails(
    make_campaign: Make, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_campaign()
    Job.objects.update(state=Job.State.DONE)
    held = []

    def fail(**_: Any) -> None:
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [tasks._PLANNER])
            held.append(not cursor.fetchone()[0])
        raise RuntimeError("planning failed")

    monkeypatch.setattr(runs.triggers, "run", fail)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            tasks.run_triggers()
    assert held == [True, True]


def test_a_campaign_with_a_job_of_its_own_is_left_to_that_job(make_campaign: Make, make_person: Make) -> None:
    make_person()
    one, other = make_campaign(), make_campaign(name="Another")
    Job.objects.update(state=Job.State.DONE)
    job = runs.start(one, actor=actors.SYSTEM)
    tasks.run_triggers()
    assert {message.campaign_id for message in Message.objects.all()} == {other.id}
    Job.objects.filter(id=job.id).update(state=Job.State.RUNNING)
    tasks.run_triggers()
    assert not Message.objects.filter(campaign_id=one.id).exists()
    Job.objects.filter(id=job.id).update(state=Job.State.WAITING)
    assert jobs.run_waiting() == 1
    assert Message.objects.filter(campaign_id=one.id).count() == 1


def test_beat_takes_over_a_campaign_whose_job_came_to_nothing(make_campaign: Make, make_person: Make) -> None:
    make_person()
    campaign = make_campaign()
    Job.objects.update(state=Job.State.FAILED)
    tasks.run_triggers()
    assert Message.objects.get().campaign_id == campaign.id


def test_switching_on_wakes_one_planner(
    make_campaign: Make, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(wake, "_send", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        make_campaign()
    assert woken == ["cdp.core.tasks.run_jobs"]
