"""D2, identity: two records of one person are noticed, compared, merged field by field, and parted exactly as they were."""

import json

import pytest
from django.urls import reverse

from customers.models import MergeLog, MergeSuggestion
from customers.selectors import exports
from tests import factories

pytestmark = pytest.mark.django_db
ORDER = {
    "placed_at": "2026-11-01T10:00:00Z",
    "currency": "THB",
    "lines": [{"sku": "A", "quantity": 1, "unit_price": "9"}],
}


@pytest.fixture
def rest(client):
    _key, text = factories.api_key()

    def call(method, path, body=None):
        headers = {"Authorization": f"Bearer {text}"}
        data = b"" if body is None else json.dumps(body)
        answer = client.generic(method, f"/api/v1/{path}", data, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    return call


def test_one_person_known_twice_becomes_one_field_by_field_and_two_again_exactly(rest, client):
    _status, mali = rest("POST", "customers", {"external_id": "a-1", "email": "mali@example.com", "name": "Mali Dee"})
    _status, twin = rest("POST", "customers", {"external_id": "a-2", "phone": "+66812345678", "name": "มะลิ ดี"})
    for person, number in ((mali, "1"), (twin, "2")):
        assert rest("POST", "orders", {**ORDER, "external_id": number, "customer_id": person["id"]})[0] == 201
    said = {"purpose": "marketing", "channel": "email", "evidence": {"form": "till"}}
    rest("POST", "consents", {**said, "customer": mali["id"], "granted": True})
    rest("POST", "consents", {**said, "customer": twin["id"], "granted": False})
    # The page of the twin is what somebody asks who has both: nothing is written, a steward is asked.
    both = {"email": "mali@example.com", "phone": "+66812345678", "external_id": "a-2"}
    assert rest("POST", "customers", both)[1]["code"] == "identity_conflict"
    before = {person["id"]: exports.as_text(exports.of(person["id"])) for person in (mali, twin)}

    client.force_login(factories.staff("steward"))
    pair = reverse("customers:pair-detail", args=[MergeSuggestion.objects.get().id])
    shown = client.get(pair).content.decode()
    assert "Mali Dee" in shown
    assert "มะลิ ดี" in shown
    survivor = str(client.get(pair).context["pair"].survivor.id)
    client.post(pair, {"action": "merge", "choice-name": "absorbed"})

    status, one = rest("GET", f"customers/{twin['id']}")
    assert (status, one["id"]) == (200, survivor), "the other id leads to the one who is left"
    assert {one["email"], one["phone"]} == {"mali@example.com", "+66812345678"}
    assert one["name"] == ("มะลิ ดี" if survivor == mali["id"] else "Mali Dee"), "as the steward chose"
    consents = rest("GET", f"customers/{survivor}/consents")[1]["results"]
    assert [consent["granted"] for consent in consents] == [False], "the refusal of either holds for both"
    # An order that comes in between belongs to whose number it names.
    assert rest("POST", "orders", {**ORDER, "external_id": "3", "customer": {"external_id": "a-2"}})[0] == 201

    log = MergeLog.objects.get()
    client.post(reverse("customers:customer-unmerge", args=[survivor, log.id]))
    after = exports.as_text(exports.of(mali["id"]))
    assert after == before[mali["id"]]
    _status, orders = rest("GET", f"customers/{twin['id']}/timeline?kind=order")
    assert {entry["data"]["external_id"] for entry in orders["results"]} == {"2", "3"}
