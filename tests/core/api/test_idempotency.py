"""The same request twice, by real connections: what was done is kept with its answer, or neither is there."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from cdp.core import idempotency
from cdp.core.api.problems import Problem
from cdp.core.models import IdempotentAnswer
from consent.models import ConsentRecord
from consent.services import grants
from customers.models import MergeSuggestion
from tests import factories
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60
"""Seconds that a slow machine has for what takes none on a fast one."""


class Killed(BaseException):
    """What no handler catches, as nothing catches kill -9."""


class Caller(threading.Thread):
    """A storefront on a connection of its own."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__()
        self.call, self.answer, self.fault = call, None, None

    def run(self) -> None:
        try:
            self.answer = self.call()
        except BaseException as fault:  # noqa: BLE001  (the test looks at it)
            self.fault = fault
        finally:
            connections.close_all()


@pytest.fixture
def key() -> str:
    return factories.api_key()[1]


@pytest.fixture
def statement() -> dict[str, object]:
    who = factories.customer(email="a@example.com")
    return {
        "customer": str(who.id),
        "purpose": "marketing",
        "channel": "email",
        "granted": True,
        "evidence": {"form": "checkout"},
    }


def post(key: str, body: object, path: str = "consents") -> Any:
    return Client().post(
        f"/api/v1/{path}",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "k"},
    )


@pytest.fixture
def slow(monkeypatch):
    """The work of the first request stands still until it is told to go on."""
    begun, go_on = threading.Event(), threading.Event()
    real = grants.record

    def record(**values):
        if not begun.is_set():
            begun.set()
            assert go_on.wait(PATIENCE)
        return real(**values)

    monkeypatch.setattr(grants, "record", record)
    yield begun, go_on
    go_on.set()


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_a_kill_between_the_work_and_its_answer_leaves_neither(key, statement, monkeypatch):
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "finish", killed)
        with pytest.raises(Killed):
            post(key, statement)
    assert not ConsentRecord.objects.exists()
    assert not IdempotentAnswer.objects.exists()
    assert post(key, statement).status_code == 201
    assert post(key, statement)["Idempotency-Replayed"] == "true"
    assert ConsentRecord.objects.count() == 1


def test_a_connection_that_dies_in_the_middle_leaves_neither(key, statement, slow):
    begun, go_on = slow
    first = Caller(lambda: post(key, statement))
    first.start()
    assert begun.wait(PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
        )
        assert cursor.rowcount == 1
    go_on.set()
    first.join(PATIENCE)
    assert first.fault is not None
    assert post(key, statement).status_code == 201
    assert ConsentRecord.objects.count() == 1


def test_a_second_request_waits_for_the_first_and_gets_its_answer(key, statement, slow, monkeypatch):
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", PATIENCE)
    begun, go_on = slow
    first, second = Caller(lambda: post(key, statement)), Caller(lambda: post(key, statement))
    first.start()
    assert begun.wait(PATIENCE)
    second.start()
    until(_waits_for_a_lock)
    go_on.set()
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert (first.answer.status_code, second.answer.status_code) == (201, 201)
    assert first.answer.content == second.answer.content
    assert second.answer["Idempotency-Replayed"] == "true"
    assert ConsentRecord.objects.count() == 1


def test_a_second_request_that_waited_long_enough_is_409(key, statement, slow, monkeypatch):
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.05)
    begun, go_on = slow
    first = Caller(lambda: post(key, statement))
    first.start()
    assert begun.wait(PATIENCE)
    second = post(key, statement)
    assert (second.status_code, second.json()["code"]) == (409, "in_progress")
    go_on.set()
    first.join(PATIENCE)
    assert first.answer.status_code == 201
    assert post(key, statement)["Idempotency-Replayed"] == "true"


def test_few_of_a_process_wait_and_the_others_are_told_at_once(key, statement, slow, monkeypatch):
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(idempotency, "_places", places)
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", PATIENCE)
    begun, go_on = slow
    first, second = Caller(lambda: post(key, statement)), Caller(lambda: post(key, statement))
    first.start()
    assert begun.wait(PATIENCE)
    second.start()
    until(lambda: places._value == 0)
    third = post(key, statement)
    assert (third.status_code, third.json()["code"]) == (409, "in_progress")
    assert second.is_alive()
    go_on.set()
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert second.answer["Idempotency-Replayed"] == "true"
    assert ConsentRecord.objects.count() == 1
    assert places.acquire(blocking=False)


def test_many_at_once_are_carried_out_once(key, statement, monkeypatch):
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", PATIENCE)
    callers = [Caller(lambda: post(key, statement)) for _ in range(idempotency.MOST_WAITING + 1)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(PATIENCE)
    assert [caller.fault for caller in callers] == [None] * len(callers)
    assert {caller.answer.status_code for caller in callers} == {201}
    assert len({caller.answer.content for caller in callers}) == 1
    assert ConsentRecord.objects.count() == 1


def test_a_conflict_is_not_kept_but_what_it_left_for_a_steward_is(key):
    factories.customer(email="a@example.com")
    factories.customer(phone="0812345678")
    body = {"email": "a@example.com", "phone": "0812345678"}
    answers = [post(key, body, "customers") for _ in range(2)]
    assert [answer.json()["code"] for answer in answers] == ["identity_conflict"] * 2
    assert not IdempotentAnswer.objects.exists()
    assert MergeSuggestion.objects.count() == 1


@pytest.mark.parametrize("status", [409, 429, 503])
def test_what_was_done_before_a_refusal_for_now_is_undone_with_the_claim(key, statement, monkeypatch, status):
    real = grants.record

    def record(**values):
        real(**values)
        raise Problem("busy", "Not now.", status_code=status)

    with monkeypatch.context() as patch:
        patch.setattr(grants, "record", record)
        assert post(key, statement).status_code == status
    assert not ConsentRecord.objects.exists()
    assert not IdempotentAnswer.objects.exists()
    assert post(key, statement).status_code == 201
    assert ConsentRecord.objects.count() == 1


def test_a_segment_defined_under_a_key_is_filled_in_the_answer(key):
    factories.customer(email="a@example.com", country="TH")
    body = {"name": "Thais", "rules": {"field": "country", "op": "=", "value": "TH"}}
    first, again = post(key, body, "segments"), post(key, body, "segments")
    assert (first.status_code, first.json()["size"]) == (201, 1)
    assert first.content == again.content
