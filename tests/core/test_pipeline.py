"""Marks and drains: nothing is lost, nobody is worked on twice at once, a fault keeps the marks."""

import gc
import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from cdp.core import ids, pipeline
from cdp.core.models import Mark

Steps = Callable[..., None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Replace the pipeline's steps."""

    def use(*steps: pipeline.Step) -> None:
        monkeypatch.setattr(pipeline, "steps", lambda: tuple((step.__name__, step) for step in steps))

    return use


def _in_thread(work: Callable[[], None]) -> None:
    """Run `work` to its end on a connection of its own."""
    caught: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (told below, in the test's thread)
            caught.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    if caught:
        raise caught[0]


NOW = timezone.now()


def test_a_drain_does_the_marked_once_in_order_and_forgets_the_marks(db, use):
    done: list[Sequence[uuid.UUID]] = []
    use(lambda customers, now: done.append(list(customers)))
    people = [ids.uuid7() for _ in range(5)]
    pipeline.mark([*people, *reversed(people)], cause="a")
    pipeline.mark(people[:2], cause="b")
    assert pipeline.drain(now=NOW) == 5
    assert done == [people]
    assert pipeline.pending() == 0
    assert pipeline.drain(now=NOW) == 0


def test_interactive_marks_come_before_bulk(db, use):
    done: list[uuid.UUID] = []
    use(lambda customers, now: done.extend(customers))
    bulk, interactive = [ids.uuid7() for _ in range(3)], ids.uuid7()
    pipeline.mark(bulk, cause="import", lane=pipeline.BULK)
    pipeline.mark([interactive], cause="till")
    pipeline.drain(now=NOW, limit=1)
    assert done == [interactive]


def test_many_are_worked_on_without_the_garbage_collector_and_few_with_it(db, use, monkeypatch):
    monkeypatch.setattr(pipeline, "MANY", 3)
    seen = []
    use(lambda customers, now: seen.append((len(customers), gc.isenabled())))
    for count in (3, 2):
        pipeline.mark([uuid.uuid4() for _ in range(count)], cause="test")
        pipeline.drain(now=NOW)
    assert seen == [(3, False), (2, True)]
    assert gc.isenabled()


def test_nothing_to_mark_marks_nothing(db):
    pipeline.mark([], cause="a")
    assert pipeline.pending() == 0


@pytest.mark.django_db(transaction=True)
def test_a_mark_appended_while_a_drain_runs_waits_for_the_next(use):
    person, done = ids.uuid7(), []

    def step(customers: Sequence[uuid.UUID], now: datetime) -> None:
        done.append(list(customers))
        if len(done) == 1:
            _in_thread(lambda: pipeline.mark([person], cause="meanwhile"))

    use(step)
    pipeline.mark([person], cause="first")
    assert pipeline.drain(now=NOW) == 1
    assert pipeline.pending() == 1
    assert pipeline.drain(now=NOW) == 1
    assert done == [[person], [person]]


@pytest.mark.django_db(transaction=True)
def test_two_drains_never_work_on_the_same_customer(use):
    mine, other = ids.uuid7(), ids.uuid7()
    seen: list[tuple[str, list[uuid.UUID]]] = []

    def step(customers: Sequence[uuid.UUID], now: datetime) -> None:
        name = threading.current_thread().name
        seen.append((name, list(customers)))
        if name == "MainThread" and len(seen) == 1:
            pipeline.mark([mine], cause="held")
            _in_thread(lambda: (pipeline.mark([mine, other], cause="more"), pipeline.drain(now=NOW)))

    use(step)
    pipeline.mark([mine], cause="first")
    pipeline.drain(now=NOW)
    assert seen[0] == ("MainThread", [mine])
    assert seen[1][1] == [other]
    assert pipeline.drain(now=NOW) == 1  # the marks made meanwhile


@pytest.mark.django_db(transaction=True)
def test_a_fault_that_is_no_customers_fault_keeps_all_marks_and_writes_nothing(use):
    person = ids.uuid7()

    def writes(customers: Sequence[uuid.UUID], now: datetime) -> None:
        pipeline.mark([ids.uuid7()], cause="written by a step")

    def fails(customers: Sequence[uuid.UUID], now: datetime) -> None:
        raise OperationalError

    use(writes, fails)
    pipeline.mark([person], cause="first")
    with pytest.raises(OperationalError):
        pipeline.drain(now=NOW)
    assert list(Mark.objects.values_list("customer_id", "cause")) == [(person, "first")]


@pytest.mark.django_db(transaction=True)
def test_a_customer_whom_a_step_cannot_digest_keeps_the_mark_and_holds_up_nobody(use):
    people = sorted(ids.uuid7() for _ in range(7))
    bad, done = people[3], []

    def step(customers: Sequence[uuid.UUID], now: datetime) -> None:
        if bad in customers:
            raise ArithmeticError
        done.extend(customers)

    use(step)
    pipeline.mark(people, cause="first")
    pipeline.drain_all(now=NOW)
    assert sorted(done) == [one for one in people if one != bad]
    assert list(Mark.objects.values_list("customer_id", "lane")) == [(bad, pipeline.ASIDE)]
    use(lambda customers, now: done.extend(customers))
    pipeline.mark([bad], cause="changed")
    pipeline.drain_all(now=NOW)
    assert bad in done
    assert pipeline.pending() == 0


@pytest.mark.django_db(transaction=True)
def test_steps_that_mark_each_other_for_ever_are_stopped(use):
    rounds: list[int] = []

    def step(customers: Sequence[uuid.UUID], now: datetime) -> None:
        rounds.append(1)
        pipeline.mark(customers, cause="the step itself")

    use(step)
    pipeline.mark([ids.uuid7()], cause="first")
    pipeline.drain_all(now=NOW)
    assert len(rounds) == pipeline.DEEPEST + 1
    assert pipeline.pending() == 0


def test_run_for_shows_the_result_and_leaves_the_marks_to_the_drain(db, use):
    done: list[Sequence[uuid.UUID]] = []
    use(lambda customers, now: done.append(list(customers)))
    people = [ids.uuid7(), ids.uuid7()]
    pipeline.mark(people, cause="a")
    pipeline.run_for(reversed(people), now=NOW)
    assert done == [people]
    assert pipeline.pending() == 2


@pytest.mark.django_db(transaction=True)
def test_settle_drains_what_was_marked_before_and_gives_up_on_what_it_cannot_have(use, monkeypatch):
    use(lambda customers, now: None)
    pipeline.mark([ids.uuid7() for _ in range(3)], cause="a")
    pipeline.settle(now=timezone.now)
    assert pipeline.pending() == 0
    pipeline.mark([ids.uuid7()], cause="held by somebody who never ends")
    monkeypatch.setattr(pipeline, "drain", lambda **_: 0)
    with pytest.raises(TimeoutError):
        pipeline.settle(now=timezone.now, patience=0)
