"""Beat calls often; the work is done by one at a time."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from campaigns import tasks
from campaigns.models import Message

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
    held = []

    def fail(**_: Any) -> None:
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [tasks._PLANNER])
            held.append(not cursor.fetchone()[0])
        raise RuntimeError("planning failed")

    monkeypatch.setattr(tasks.triggers, "run", fail)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            tasks.run_triggers()
    assert held == [True, True]
