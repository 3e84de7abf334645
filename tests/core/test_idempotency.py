"""The first answer again."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from cdp.core import idempotency
from cdp.core.models import IdempotentAnswer

NOW = timezone.now()
ANSWER = idempotency.Answer(201, b'{"name": "\xe0\xb8\x81"}')


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0)


@pytest.fixture
def name() -> bytes:
    return idempotency.name_of(api_key=uuid.uuid4(), path="/api/v1/orders", key="POST k-1")


def test_the_same_request_gets_the_same_answer(db, name):
    assert idempotency.begin(name, body=b"{}", now=NOW) is None
    idempotency.finish(name, ANSWER)
    assert idempotency.begin(name, body=b"{}", now=NOW) == ANSWER


def test_the_answer_is_stored_sealed(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.finish(name, ANSWER)
    assert b"name" not in bytes(IdempotentAnswer.objects.get().answer)


def test_another_body_under_the_same_key_is_told(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    with pytest.raises(idempotency.KeyReused):
        idempotency.begin(name, body=b"[]", now=NOW)


def test_a_request_still_in_flight_is_told(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    with pytest.raises(idempotency.InProgress):
        idempotency.begin(name, body=b"{}", now=NOW)


def test_the_claim_of_a_killed_process_is_taken_over_after_a_minute_and_by_one_only(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    later = NOW + dt.timedelta(seconds=61)
    assert idempotency.begin(name, body=b"{}", now=later) is None
    with pytest.raises(idempotency.InProgress):
        idempotency.begin(name, body=b"{}", now=later)


def test_an_answer_that_arrives_at_the_last_moment_is_not_taken_over(db, name, monkeypatch):
    idempotency.begin(name, body=b"{}", now=NOW)
    seen = IdempotentAnswer.objects.filter(digest=name).first()
    idempotency.finish(name, ANSWER)
    real = IdempotentAnswer.objects.filter
    stale = [seen]

    class Once:
        def first(self):
            return stale.pop() if stale else real(digest=name).first()

    monkeypatch.setattr(
        IdempotentAnswer.objects, "filter", lambda **how: Once() if set(how) == {"digest"} else real(**how)
    )
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 10)
    assert idempotency.begin(name, body=b"{}", now=NOW + dt.timedelta(hours=1)) == ANSWER


def test_a_request_that_failed_by_our_fault_may_be_tried_again(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.abandon(name)
    assert idempotency.begin(name, body=b"{}", now=NOW) is None


def test_an_answer_is_not_abandoned(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.finish(name, ANSWER)
    idempotency.abandon(name)
    assert idempotency.begin(name, body=b"{}", now=NOW) == ANSWER


def test_keys_paths_and_clients_do_not_mix():
    key = uuid.uuid4()
    names = {
        idempotency.name_of(api_key=key, path="/a", key="1"),
        idempotency.name_of(api_key=key, path="/b", key="1"),
        idempotency.name_of(api_key=key, path="/a", key="2"),
        idempotency.name_of(api_key=uuid.uuid4(), path="/a", key="1"),
    }
    assert len(names) == 4


def test_answers_are_forgotten_after_a_day(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    assert idempotency.forget_old(now=NOW + idempotency.KEPT) == 0
    assert idempotency.forget_old(now=NOW + idempotency.KEPT + dt.timedelta(seconds=1)) == 1
