"""Many orders in one request: each has its own result."""

import uuid

import pytest

from commerce.api import answers
from commerce.models import Order
from customers.models import Customer
from tests.commerce.api.bodies import order, places


def test_each_order_of_a_batch_has_its_own_result(shop):
    shop.post("orders", order(external_id="known"))
    response = shop.post(
        "orders/batch",
        {
            "orders": [
                order(external_id="new"),
                order(external_id="known"),
                order(external_id="known", coupon="OTHER"),
                order(external_id="bad", placed_at="2026-11-20T16:30:00", lines=[{"quantity": "x", "unit_price": 1}]),
                order(external_id="stranger", customer=str(uuid.uuid4())),
                "nonsense",
                order(external_id="guest", customer=...),
                None,
            ]
        },
    )
    assert response.status_code == 200
    body = response.json()
    assert {name: body[name] for name in ("created", "updated", "same", "stale", "failed")} == {
        "created": 2,
        "updated": 1,
        "same": 1,
        "stale": 0,
        "failed": 4,
    }
    results = body["results"]
    assert [one["index"] for one in results] == list(range(8))
    assert [one["status"] for one in results] == [201, 200, 200, 422, 422, 422, 201, 422]
    assert [one.get("outcome") for one in results] == ["created", "same", "updated", None, None, None, "created", None]
    assert results[0]["id"] == str(Order.objects.get(external_id="new").id)
    assert results[3]["external_id"] == "bad"
    assert {error["pointer"] for error in results[3]["errors"]} == {
        "/orders/3/placed_at",
        "/orders/3/lines/0/quantity",
    }
    assert (results[4]["code"], results[4]["errors"][0]["pointer"]) == ("unknown_customer", "/orders/4/customer")
    assert results[5]["errors"][0]["pointer"] == "/orders/5"
    assert results[6]["customer"] is None
    assert set(body) == set(answers.OrderBatchAnswer().fields)
    assert {name for one in results for name in one} == set(answers.OrderResultAnswer().fields)
    assert set(Order.objects.values_list("external_id", flat=True)) == {"new", "known", "guest"}
    assert Customer.objects.filter(status="known").count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/orders"),
        ({"orders": []}, "/orders"),
        ({"orders": {}}, "/orders"),
        ({"orders": [1] * 1001}, "/orders"),
        ({"orders": [1], "colour": "red"}, "/colour"),
    ],
)
def test_a_batch_without_a_frame_is_422(shop, body, pointer):
    assert pointer in places(shop.post("orders/batch", body))


@pytest.mark.long
def test_a_thousand_orders_are_one_batch(shop):
    told = [order(external_id=str(number), customer={"external_id": f"c{number % 50}"}) for number in range(1000)]
    assert shop.post("orders/batch", {"orders": told}).json()["created"] == 1000
    assert shop.post("orders/batch", {"orders": told}).json()["same"] == 1000
    assert (Order.objects.count(), Customer.objects.filter(status="known").count()) == (1000, 50)
