import uuid

import pytest
from django.utils import timezone

from cdp.core import actors
from customers.models import Customer, Status
from customers.services import merging
from tests import factories

TOLD = {"email": "zq@example.com", "name": "Zan Q", "external_id": "z-1"}


@pytest.fixture
def erased(store):
    customer = store.post("customers", TOLD).json()["id"]
    assert store.post(f"customers/{customer}/erase", None).status_code == 200
    return customer


def test_an_erased_customer_is_gone_under_every_id(store):
    ann, bea = (factories.customer(email=f"{name}@example.com") for name in ("ann", "bea"))
    merging.merge(survivor=ann.id, absorbed=bea.id, reason="test", actor=actors.SYSTEM, at=timezone.now())
    answer = store.post(f"customers/{bea.id}/erase", None)
    assert answer.status_code == 200
    assert answer.json() == {"id": str(ann.id), "status": "erased", "ids": [str(ann.id), str(bea.id)]}
    for one in (ann, bea):
        for path in ("", "/timeline", "/consents", "/metrics"):
            gone = store.get(f"customers/{one.id}{path}")
            assert (gone.status_code, gone.json()["code"]) == (410, "erased"), path
        assert store.post(f"customers/{one.id}/erase", None).status_code == 410
        assert store.patch(f"customers/{one.id}", {"city": "Bangkok"}).status_code == 410
    assert store.get("customers?email=ann@example.com").json()["results"] == []


def test_nobody_is_erased_by_a_key_that_may_only_read_and_write(make_store):
    customer = factories.customer()
    till = make_store("customers:read", "customers:write")
    assert till.post(f"customers/{customer.id}/erase", None).status_code == 403
    assert make_store("*").post(f"customers/{uuid.uuid4()}/erase", None).status_code == 404
    assert Customer.objects.get(id=customer.id).status == Status.KNOWN


def test_a_plain_write_answers_suppressed_and_the_persons_own_act_lifts_it(store, erased):
    for told in (TOLD, {"email": "ZQ@example.com "}, {"external_id": "z-1", "phone": "0812345678"}):
        refused = store.post("customers", told)
        assert (refused.status_code, refused.json()["code"]) == (409, "suppressed")
    other = factories.customer(email="other@example.com")
    refused = store.patch(f"customers/{other.id}", {"email": "zq@example.com"})
    assert (refused.status_code, refused.json()["code"]) == (409, "suppressed")
    assert Customer.objects.filter(status=Status.KNOWN).count() == 1
    back = store.post("customers", {**TOLD, "self": True})
    assert back.status_code == 201
    assert back.json()["id"] != erased
    assert "self" not in back.json()
    assert store.post("customers", TOLD).status_code == 200


def test_an_order_of_somebody_erased_is_refused_and_the_others_of_a_batch_are_not(store, erased):
    order = {"placed_at": "2026-11-20T10:00:00Z", "currency": "THB", "total": "10.00"}
    refused = store.post("orders", {**order, "external_id": "1", "customer": {"email": "zq@example.com"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "suppressed")
    told = [
        {**order, "external_id": "2", "customer": {"email": "new@example.com"}},
        {**order, "external_id": "3", "customer": {"email": "zq@example.com"}},
        {**order, "external_id": "4"},
    ]
    answer = store.post("orders/batch", {"orders": told}).json()
    assert (answer["created"], answer["failed"]) == (2, 1)
    assert answer["results"][1]["code"] == "suppressed"
