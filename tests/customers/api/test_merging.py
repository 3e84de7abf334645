import uuid

import pytest

from cdp.core.models import AuditEntry
from customers.models import Customer, Status
from tests import factories


@pytest.fixture
def pair(db):
    return factories.customer(name="Ann", email="a@example.com"), factories.customer(name="Ann", phone="0812345678")


def test_a_merge_answers_with_the_survivor_for_both_ids_and_is_taken_back(store, pair):
    ann, other = pair
    answer = store.post(f"customers/{ann.id}/merge", {"other": str(other.id)})
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["phone"]) == (str(ann.id), "+66812345678")
    assert store.get(f"customers/{other.id}").json()["id"] == str(ann.id)
    assert AuditEntry.objects.filter(action="customers:customer:merged", actor_id=store.key.id).count() == 2
    again = store.post(f"customers/{ann.id}/merge", {"other": str(other.id)})
    assert (again.status_code, again.json()["code"]) == (409, "same_customer")
    back = store.post(f"customers/{other.id}/unmerge", None)
    assert (back.status_code, back.json()["id"]) == (200, str(other.id))
    assert store.get(f"customers/{ann.id}").json()["phone"] is None
    twice = store.post(f"customers/{other.id}/unmerge", None)
    assert (twice.status_code, twice.json()["code"]) == (409, "not_merged")


def test_a_choice_is_kept(store, pair):
    body = {"other": str(pair[1].id), "choices": {"name": "absorbed"}}
    Customer.objects.filter(id=pair[1].id).update(name=None)
    answer = store.post(f"customers/{pair[0].id}/merge", body)
    assert answer.json()["name"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/other"),
        ({"other": "no id"}, "/other"),
        ({"other": str(uuid.uuid4())}, "/other"),
        ({"other": str(uuid.uuid4()), "choices": {"shoes": "absorbed"}}, "/choices/shoes"),
        ({"other": str(uuid.uuid4()), "choices": {"name": "mine"}}, "/choices/name"),
        ({"other": str(uuid.uuid4()), "both": True}, "/both"),
    ],
)
def test_a_merge_that_cannot_be_meant_is_refused_by_place(store, pair, body, pointer):
    answer = store.post(f"customers/{pair[0].id}/merge", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_erased_people_are_gone(store, pair):
    Customer.objects.filter(id=pair[0].id).update(status=Status.ERASED)
    assert store.post(f"customers/{pair[0].id}/merge", {"other": str(pair[1].id)}).status_code == 410


def test_reading_alone_does_not_merge(make_store, pair):
    reader = make_store("customers:read")
    assert reader.post(f"customers/{pair[0].id}/merge", {"other": str(pair[1].id)}).status_code == 403
    assert reader.post(f"customers/{pair[0].id}/unmerge", None).status_code == 403
