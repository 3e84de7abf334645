"""The first answer again."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import idempotency
from cdp.core.crypto import hourly
from cdp.core.models import IdempotentAnswer

NOW = timezone.now()
ANSWER = idempotency.Answer(201, b'{"name": "\xe0\xb8\x81"}')


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
    idempotency.finish(name, ANSWER)
    with pytest.raises(idempotency.KeyReused):
        idempotency.begin(name, body=b"[]", now=NOW)


def test_a_claim_that_was_committed_without_its_answer_is_taken_over(db, name):
    IdempotentAnswer.objects.create(digest=name, body_digest=b"x", created_at=NOW)
    assert idempotency.begin(name, body=b"{}", now=NOW) is None
    idempotency.finish(name, ANSWER)
    assert idempotency.begin(name, body=b"{}", now=NOW) == ANSWER


def test_an_answer_comes_back_in_the_language_it_was_given_in(db, name):
    answer = idempotency.Answer(422, b"\n{}", "th")
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.finish(name, answer)
    assert idempotency.begin(name, body=b"{}", now=NOW) == answer


def test_an_answer_does_not_open_in_the_place_of_another(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.finish(name, ANSWER)
    other = bytes(32)
    IdempotentAnswer.objects.update(digest=other)
    with pytest.raises(idempotency.AnswerLost):
        idempotency.begin(other, body=b"{}", now=NOW)


def test_an_answer_sealed_before_answers_were_bound_to_their_row_still_opens(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    IdempotentAnswer.objects.update(status=201, answer=hourly.seal(ANSWER.body, context=b"core.idempotent_answer"))
    assert idempotency.begin(name, body=b"{}", now=NOW) == ANSWER


def test_a_key_is_free_again_after_a_day_even_where_nobody_tidied(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.finish(name, ANSWER)
    later = NOW + idempotency.KEPT + dt.timedelta(seconds=1)
    assert idempotency.begin(name, body=b"[]", now=later) is None


def test_a_request_that_failed_by_our_fault_may_be_tried_again(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.abandon(name)
    assert idempotency.begin(name, body=b"{}", now=NOW) is None


def test_an_answer_is_not_abandoned(db, name):
    idempotency.begin(name, body=b"{}", now=NOW)
    idempotency.finish(name, ANSWER)
    idempotency.abandon(name)
    assert idempotency.begin(name, body=b"{}", now=NOW) == ANSWER


def test_a_claim_leaves_the_patience_of_its_transaction_as_it_was(db, name):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '7s'")
        idempotency.begin(name, body=b"{}", now=NOW)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "7s"


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
