"""C15: a sale that names a phone, a member's code or a card's token lands on its buyer; a card's number never does."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import qr
from commerce.models import Order
from customers.models import ContactPoint, Customer, Identifier
from customers.rules import member_numbers
from tests import factories

CARD = "4111111111111111"


@pytest.fixture
def till(db):
    _key, text = factories.api_key(source_key="till")
    client = Client()

    def sell(number, **buyer):
        body = {
            "external_id": number,
            "customer": buyer,
            "placed_at": timezone.now().isoformat(),
            "currency": "THB",
            "lines": [{"sku": "T-1", "name": "Tea", "quantity": "1", "unit_price": "150.00"}],
        }
        return client.post(
            "/api/v1/orders",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}"},
        )

    return sell


@pytest.fixture
def clerk(db):
    client = Client()
    client.force_login(factories.staff("clerk"))
    return client


def test_a_sale_lands_on_its_buyer_by_each_way_of_knowing_them(till, clerk):
    ada = factories.customer(name="Ada Lovelace", phone="0812345678")
    page = f"/counter/{ada.id}/"

    # The clerk gives her a member number and lets the shop know her by the token of her card.
    clerk.post(page, {"do": "member"})
    clerk.post(page, {"do": "card", "card_token": "tok_visa_9f8e7d"})
    shown = clerk.get(page).content.decode()
    number = re.search(r"M \d{3} \d{3} \d{4}", shown)[0].replace(" ", "")
    assert not member_numbers.is_mistyped(number)
    assert str(qr.svg(number)) in shown  # what the card's code holds is the number itself

    ways = ({"phone": "081-234-5678"}, {"member_number": number}, {"card_token": "tok_visa_9f8e7d"})
    for position, buyer in enumerate(ways):
        answer = till(f"R-{position}", **buyer)
        assert answer.status_code == 201, answer.content
        assert answer.json()["customer"] == str(ada.id)
    assert set(Order.objects.values_list("customer_id", flat=True)) == {ada.id}
    assert Customer.objects.filter(status="known").count() == 1

    # At the counter the same three find her: typed, scanned, or by the last four digits.
    for said in ("081-234-5678", number, f"{number[:4]} {number[4:7]} {number[7:]}", "tok_visa_9f8e7d", "5678"):
        assert clerk.post("/counter/", {"q": said})["Location"] == page, said


def test_giving_a_number_twice_gives_one(clerk):
    ada = factories.customer(name="Ada", phone="0812345678")
    for _ in range(2):
        clerk.post(f"/customers/{ada.id}/member-number/")
    assert ContactPoint.objects.filter(customer=ada, kind="member_number").count() == 1
    assert b"<svg" in clerk.get(f"/customers/{ada.id}/").content


def test_a_sixth_card_takes_the_place_of_the_oldest(clerk):
    ada = factories.customer(name="Ada", phone="0812345678")
    for number in range(6):
        clerk.post(f"/counter/{ada.id}/", {"do": "card", "card_token": f"tok_{number}"})
    assert Identifier.objects.filter(customer_id=ada.id, kind="card").count() == 5
    assert clerk.post("/counter/", {"q": "tok_0"}).status_code == 200
    assert clerk.post("/counter/", {"q": "tok_5"}).status_code == 302


def test_the_number_of_a_card_is_refused_everywhere_and_kept_nowhere(till, clerk):
    ada = factories.customer(name="Ada", phone="0812345678")
    assert till("R-1", card_token=CARD).status_code == 422
    assert till("R-2", card_token="4111 1111 1111 1111").status_code == 422
    assert clerk.post(f"/counter/{ada.id}/", {"do": "card", "card_token": CARD}).status_code == 422
    assert clerk.post("/counter/", {"q": CARD}).status_code == 200
    assert not Identifier.objects.filter(kind="card").exists()
    assert not Order.objects.exists()
    assert Customer.objects.filter(status="known").count() == 1


def test_a_token_of_somebody_else_is_not_taken_from_them(clerk):
    ada, bob = factories.customer(name="Ada", phone="0812345678"), factories.customer(name="Bob", phone="0898765432")
    clerk.post(f"/counter/{ada.id}/", {"do": "card", "card_token": "tok_1"})
    answer = clerk.post(f"/counter/{bob.id}/", {"do": "card", "card_token": "tok_1"})
    assert answer.status_code == 422
    assert b"belongs to another customer" in answer.content
    assert Identifier.objects.get(kind="card").customer_id == ada.id
