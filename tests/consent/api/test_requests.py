"""Requests over REST: a storefront passes on what a customer who is logged in asks for."""

import uuid

import pytest
from django.test import Client

from consent.models import ConsentState, PrivacyRequest
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/privacy-requests"


@pytest.fixture
def shop():
    text = factories.api_key(("privacy:read", "privacy:write"))[1]
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def ann():
    return factories.customer(name="Ann", email="ann@example.com", country="TH")


def post(shop, who, **body):
    headers = {"Idempotency-Key": body.pop("key")} if "key" in body else {}
    body = {"customer": str(who), "right": "objection", **body}
    return shop.post(URL, body, content_type="application/json", headers=headers)


def test_an_objection_is_done_at_once(shop, ann):
    response = post(shop, ann.id)
    assert response.status_code == 201, response.content
    told = response.json()
    assert (told["state"], told["law"], told["door"]) == ("answered", "pdpa_th", "rest")
    assert ConsentState.objects.filter(customer_id=ann.id, purpose="marketing", is_granted=False).exists()
    again = shop.get(f"{URL}/{told['id']}").json()
    assert again == {**told, "url": None}, "only who made it has the person's link"


def test_asked_again_while_open_it_is_the_same_request(shop, ann):
    first, second = post(shop, ann.id, right="erasure"), post(shop, ann.id, right="erasure")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_an_idempotency_key_answers_twice_and_writes_once(shop, ann):
    first, second = post(shop, ann.id, key="k1"), post(shop, ann.id, key="k1")
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert PrivacyRequest.objects.count() == 1


def test_the_list_is_filtered_and_paged(shop, ann):
    bob = factories.customer(name="Bob", email="bob@example.com")
    for who, right in ((ann, "erasure"), (ann, "objection"), (bob, "erasure")):
        post(shop, who.id, right=right)
    assert len(shop.get(URL, {"customer": str(ann.id)}).json()["results"]) == 2
    assert len(shop.get(URL, {"state": "open"}).json()["results"]) == 2
    page = shop.get(URL, {"page_size": 2}).json()
    rest = shop.get(page["next"].partition("/api")[1] + page["next"].partition("/api")[2]).json()
    assert (len(page["results"]), len(rest["results"])) == (2, 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"right": "everything"}, "/right"),
        ({"right": "rectification"}, "/changes"),
        ({"right": "rectification", "changes": {"shoe_size": "44"}}, "/changes/shoe_size"),
        ({"right": "access", "asker": "agent"}, "/proof"),
        ({"language": "xx"}, "/language"),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_place(shop, ann, body, pointer):
    response = post(shop, ann.id, **body)
    assert response.status_code == 422, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_nobody_has_no_requests(shop):
    assert post(shop, uuid.uuid4()).status_code == 404
    assert shop.get(f"{URL}/{uuid.uuid4()}").status_code == 404
    assert shop.get(URL, {"state": "lost"}).status_code == 422
