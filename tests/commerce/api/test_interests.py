"""Back-in-stock interest over REST: a storefront that does not track can tell it too."""

import pytest
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from commerce.api import answers
from commerce.models import StockInterest
from consent.models import ConsentRecord
from customers.models import Customer
from customers.selectors import profiles
from customers.services import erasing
from tests import factories

ADA = {"email": "ada@example.com", "name": "Somebody Else"}


def test_who_asks_waits_once_until_it_is_ended_and_may_ask_anew(shop):
    made = shop.post("stock-interests", {"customer": ADA, "sku": "CUP", "name": "Cup"})
    told = made.json()
    assert (made.status_code, told["sku"], told["name"], told["ended_at"]) == (201, "CUP", "Cup", None)
    assert set(told) == set(answers.StockInterestAnswer().fields)
    again = shop.post("stock-interests", {"customer": told["customer"], "sku": "CUP"})
    assert (again.status_code, again.json()["id"], again.json()["name"]) == (200, told["id"], "Cup")
    assert [one["id"] for one in shop.get("stock-interests", sku="CUP").json()["results"]] == [told["id"]]
    assert [one["id"] for one in shop.get("stock-interests", customer=told["customer"]).json()["results"]] == [
        told["id"]
    ]
    for _time in range(2):
        assert shop.delete(f"stock-interests/{told['id']}").status_code == 204
    assert shop.get("stock-interests", sku="CUP").json()["results"] == []
    anew = shop.post("stock-interests", {"customer": told["customer"], "sku": "CUP"})
    assert (anew.status_code, anew.json()["id"], anew.json()["ended_at"]) == (201, told["id"], None)
    assert not ConsentRecord.objects.exists()
    pipeline.drain_all(now=timezone.now())
    timeline = shop.get(f"customers/{told['customer']}/timeline").json()["results"]
    assert "wish" in [one["kind"] for one in timeline]


def test_of_somebody_known_nothing_else_is_changed(shop):
    known = factories.customer(email="ada@example.com", name="Ada Byron")
    told = shop.post("stock-interests", {"customer": {**ADA, "phone": "+66812345678"}, "sku": "CUP"})
    assert told.json()["customer"] == str(known.id)
    person = profiles.one(known.id)
    assert (person.name, person.phone) == ("Ada Byron", "")


def test_the_newest_word_stands_whichever_arrives_last(shop):
    told = shop.post("stock-interests", {"customer": ADA, "sku": "CUP"}).json()
    shop.delete(f"stock-interests/{told['id']}")
    late = shop.post("stock-interests", {"customer": ADA, "sku": "CUP", "at": "2026-01-01T10:00:00Z"})
    assert (late.status_code, late.json()["ended_at"] is None) == (200, False)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"sku": "CUP"}, "/customer"),
        ({"customer": {"name": "Ada"}, "sku": "CUP"}, "/customer"),
        ({"customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70", "sku": "CUP"}, "/customer"),
        ({"customer": ADA}, "/sku"),
        ({"customer": ADA, "sku": "x" * 121}, "/sku"),
        ({"customer": ADA, "sku": "CUP", "at": "2222-01-01T00:00:00Z"}, "/at"),
        ({"customer": ADA, "sku": "CUP", "size": "L"}, "/size"),
    ],
)
def test_nonsense_is_422_at_its_place_and_makes_nobody(shop, body, pointer):
    response = shop.post("stock-interests", body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert not StockInterest.objects.exists()
    assert not Customer.objects.filter(status="known").exists()


def test_who_was_forgotten_is_not_brought_back_and_lists_name_whom_they_ask_for(shop):
    known = factories.customer(email="ada@example.com")
    erasing.erase(customer=known.id, actor=SYSTEM, at=timezone.now())
    refused = shop.post("stock-interests", {"customer": ADA, "sku": "CUP"})
    assert (refused.status_code, refused.json()["type"].endswith("suppressed")) == (409, True)
    assert shop.get("stock-interests").status_code == 422
    assert shop.get("stock-interests", customer="ada").status_code == 422
    assert shop.delete(f"stock-interests/{known.id}").status_code == 404
