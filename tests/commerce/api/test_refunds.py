"""Refunds over REST."""

import pytest

from commerce.api import answers
from commerce.models import Refund
from tests.commerce.api.bodies import order, places


@pytest.fixture
def made(shop):
    return shop.post("orders", order(lines=..., total="100", shipping=...)).json()


def test_a_refund_is_201_then_200_and_shows_in_its_order(shop, made):
    body = {"external_id": "r1", "amount": "12.5", "reason": "broken", "at": "2026-11-21T10:00:00Z"}
    first = shop.post(f"orders/{made['id']}/refunds", body)
    again = shop.post(f"orders/{made['id']}/refunds", body | {"amount": "12.50"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    shown = shop.get(f"orders/{made['id']}").json()
    assert shown["refunds"] == [first.json()]
    assert (shown["amount"], shown["status"]) == ("100.00", "paid")
    assert {name: first.json()[name] for name in ("external_id", "amount", "currency", "order", "reason")} == {
        "external_id": "r1",
        "amount": "12.50",
        "currency": "THB",
        "order": made["id"],
        "reason": "broken",
    }


def test_a_refund_of_lines_comes_to_their_sum(shop, made):
    lines = [{"sku": "CUP", "quantity": 2, "unit_price": "10", "discount": 1}]
    body = shop.post(f"orders/{made['id']}/refunds", {"external_id": "r1", "lines": lines}).json()
    assert (body["amount"], body["lines"][0]["sku"]) == ("19.00", "CUP")
    assert set(body) == set(answers.RefundAnswer().fields)
    assert set(body["lines"][0]) == set(answers.RefundLineAnswer().fields)


def test_a_refund_number_with_other_content_is_409(shop, made):
    first = shop.post(f"orders/{made['id']}/refunds", {"external_id": "r1", "amount": 5}).json()
    other = shop.post(f"orders/{made['id']}/refunds", {"external_id": "r1", "amount": 6})
    assert (other.status_code, other.json()["code"], other.json()["id"]) == (409, "refund_exists", first["id"])
    assert Refund.objects.count() == 1


def test_a_refund_above_what_is_left_is_422(shop, made):
    shop.post(f"orders/{made['id']}/refunds", {"external_id": "r1", "amount": 60})
    more = shop.post(f"orders/{made['id']}/refunds", {"external_id": "r2", "amount": 41})
    assert (more.status_code, more.json()["code"]) == (422, "refund_exceeds_order")
    assert more.json()["errors"][0]["pointer"] == "/amount"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": 1}, "/external_id"),
        ({"external_id": "r1"}, "/amount"),
        ({"external_id": "r1", "amount": 0}, "/amount"),
        ({"external_id": "r1", "amount": -5}, "/amount"),
        ({"external_id": "r1", "amount": "many"}, "/amount"),
        ({"external_id": "r1", "amount": 1, "at": "2026-11-21"}, "/at"),
        ({"external_id": "r1", "amount": 1, "currency": "XYZ"}, "/currency"),
        ({"external_id": "r1", "amount": 1, "reason": "x" * 201}, "/reason"),
        ({"external_id": "r1", "amount": 1, "why": "x"}, "/why"),
        ({"external_id": "r1", "lines": [{"quantity": -1, "unit_price": 1}]}, "/lines/0/quantity"),
        ({"external_id": "r1", "lines": [{"quantity": 1, "unit_price": -1}]}, "/lines/0/unit_price"),
    ],
)
def test_a_refund_that_makes_no_sense_is_422(shop, made, body, pointer):
    assert pointer in places(shop.post(f"orders/{made['id']}/refunds", body))
    assert Refund.objects.count() == 0
