"""Orders over REST, as a storefront sees them."""

import datetime as dt
import json
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from commerce.api import answers
from commerce.models import Order, OrderLine
from customers.models import Customer
from tests import factories
from tests.commerce.api.bodies import ORDER, order, places


def test_a_new_order_is_201_and_shows_everything(shop):
    response = shop.post("orders", order())
    assert response.status_code == 201
    body = response.json()
    stored = Order.objects.get()
    assert body["id"] == str(stored.id)
    assert body["customer"] == str(Customer.objects.get(status="known").id)
    assert {name: body[name] for name in ("external_id", "source", "status", "currency", "coupon", "channel")} == {
        "external_id": "1001",
        "source": "shop",
        "status": "paid",
        "currency": "THB",
        "coupon": "HELLO",
        "channel": "",
    }
    assert (body["amount"], body["total"], body["shipping"], body["tax"]) == ("85.50", "85.50", "40.00", "0.00")
    assert body["placed_at"] == "2026-11-20T16:30:00+07:00"
    assert body["refunds"] == []
    assert body["lines"] == [
        {
            "sku": "CUP",
            "name": "Cup",
            "category": "Kitchen",
            "quantity": "2",
            "unit_price": "10.25",
            "discount": "0.00",
            "amount": "20.50",
        },
        {
            "sku": "POT",
            "name": "",
            "category": "",
            "quantity": "1",
            "unit_price": "25.50",
            "discount": "0.50",
            "amount": "25.00",
        },
    ]
    assert set(body) == set(answers.OrderAnswer().fields)
    assert set(body["lines"][0]) == set(answers.OrderLineAnswer().fields)
    assert shop.get(f"orders/{stored.id}").json() == body


def test_the_same_again_is_200_with_the_same_order(shop):
    first = shop.post("orders", order())
    again = shop.post("orders", order())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Order.objects.count() == 1


def test_other_content_updates_the_order(shop):
    shop.post("orders", order())
    again = shop.post("orders", order(status="Completed", lines=ORDER["lines"][:1]))
    assert (again.status_code, again.json()["status"], again.json()["amount"]) == (200, "fulfilled", "60.50")
    assert OrderLine.objects.count() == 1


def test_an_older_telling_is_200_and_changes_nothing(shop):
    shop.post("orders", order(updated_at="2026-11-20T18:00:00Z"))
    late = shop.post("orders", order(status="pending", updated_at="2026-11-20T17:00:00Z"))
    assert (late.status_code, late.json()["status"]) == (200, "paid")


def test_an_idempotency_key_brings_the_first_answer_again(shop):
    first = shop.post("orders", order(), **{"Idempotency-Key": "k1"})
    again = shop.post("orders", order(), **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()) == (201, first.json())
    other = shop.post("orders", order(coupon=""), **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_the_address_may_end_in_a_slash(shop):
    assert shop.post("orders/", order()).status_code == 201
    assert shop.get("orders/").status_code == 200


@pytest.mark.parametrize(
    "buyer",
    [
        {"email": "ADA@example.com"},
        {"phone": "081 234 5678"},
        {"external_id": "7"},
        {"member_number": "M-7"},
        {"card_token": "tok_7"},
    ],
)
def test_a_buyer_is_named_by_any_identifier(shop, buyer):
    everything = {
        "email": "ada@example.com",
        "phone": "+66812345678",
        "external_id": "7",
        "member_number": "m-7",
        "card_token": "tok_7",
    }
    first = shop.post("orders", order(customer=everything))
    assert first.status_code == 201, first.json()
    again = shop.post("orders", order(external_id="1002", customer=buyer))
    assert again.status_code == 201, again.json()
    assert first.json()["customer"] == again.json()["customer"] is not None


@pytest.mark.parametrize("named", ["customer", "customer_id"])
def test_a_buyer_may_be_named_by_our_own_id(shop, named):
    ada = factories.customer(email="ada@example.com")
    response = shop.post("orders", order(customer=...) | {named: str(ada.id)})
    assert response.json()["customer"] == str(ada.id)


def test_an_order_of_nobody_we_know_is_422(shop):
    response = shop.post("orders", order(customer=..., customer_id=str(uuid.uuid4())))
    assert (response.status_code, response.json()["code"]) == (422, "unknown_customer")
    assert response.json()["errors"][0]["pointer"] == "/customer"


@pytest.mark.parametrize("customer", [..., None, {}, {"name": "Somebody"}, {"email": "", "phone": None}])
def test_a_guests_order_has_no_customer(shop, customer):
    response = shop.post("orders", order(customer=customer))
    assert (response.status_code, response.json()["customer"]) == (201, None)
    assert Customer.objects.filter(status="known").count() == 0


def test_a_guests_order_goes_to_the_person_who_is_named_later(shop):
    guest = shop.post("orders", order(customer=...)).json()
    person = shop.post("orders", order())
    assert person.status_code == 200
    assert (guest["customer"], person.json()["id"]) == (None, guest["id"])
    assert person.json()["customer"] is not None
    assert shop.get("orders", customer=person.json()["customer"]).json()["results"] == [person.json()]


def test_every_fault_has_its_pointer(shop):
    body = {
        "external_id": "x" * 201,
        "customer": {"email": "nobody", "phone": "12", "shoe_size": 44},
        "placed_at": "2026-11-20T16:30:00",
        "updated_at": "yesterday",
        "status": "perhaps",
        "currency": "XYZ",
        "total": -1,
        "tax": "NaN",
        "coupon": "x" * 81,
        "colour": "red",
        "lines": [
            {"quantity": 1, "unit_price": 1},
            {"quantity": "many", "unit_price": "1.00001", "sku": "x" * 121, "size": "L"},
            "line",
        ],
    }
    assert set(places(shop.post("orders", body))) == {
        "/external_id",
        "/customer/shoe_size",
        "/placed_at",
        "/updated_at",
        "/status",
        "/currency",
        "/total",
        "/tax",
        "/coupon",
        "/colour",
        "/lines/1/quantity",
        "/lines/1/unit_price",
        "/lines/1/sku",
        "/lines/1/size",
        "/lines/2",
    }
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"external_id": ...}, "/external_id"),
        ({"external_id": ""}, "/external_id"),
        ({"external_id": None}, "/external_id"),
        ({"external_id": ["1"]}, "/external_id"),
        ({"placed_at": ...}, "/placed_at"),
        ({"placed_at": 1700000000}, "/placed_at"),
        ({"placed_at": "2026-11-20"}, "/placed_at"),
        ({"placed_at": "2026-13-20T00:00:00Z"}, "/placed_at"),
        ({"placed_at": "0001-01-01T00:00:00+14:00"}, "/placed_at"),
        ({"placed_at": "2026-11-20T16:30:00+25:00"}, "/placed_at"),
        ({"placed_at": "2036-11-22T00:00:00Z"}, "/placed_at"),
        ({"updated_at": "2036-11-22T00:00:00Z"}, "/updated_at"),
        ({"currency": "฿"}, "/currency"),
        ({"currency": ""}, "/currency"),
        ({"total": "1e400"}, "/total"),
        ({"total": True}, "/total"),
        ({"total": "Infinity"}, "/total"),
        ({"total": "123456789012345"}, "/total"),
        ({"total": "1_000"}, "/total"),
        ({"total": "๑๒"}, "/total"),
        ({"discount": None}, "/discount"),
        ({"discount": -1}, "/discount"),
        ({"lines": []}, "/lines"),
        ({"lines": ...}, "/lines"),
        ({"lines": {}}, "/lines"),
        ({"lines": [{"quantity": 1, "unit_price": 1}] * 501}, "/lines"),
        ({"lines": [{"quantity": 1}]}, "/lines/0/unit_price"),
        ({"lines": [{"unit_price": 1}]}, "/lines/0/quantity"),
        ({"lines": [{"quantity": -1, "unit_price": 1, "amount": 1}]}, "/lines/0/amount"),
        ({"lines": [{"quantity": "100000000000", "unit_price": 1}]}, "/lines/0/quantity"),
        ({"customer": {"email": "nobody"}}, "/customer/email"),
        ({"customer": {"email": "ada@example.com", "phone": "12"}}, "/customer/phone"),
        ({"customer": {"email": 5}}, "/customer/email"),
        ({"customer": {"email": {}}}, "/customer/email"),
        ({"customer": "ada@example.com"}, "/customer"),
        ({"customer": ["ada@example.com"]}, "/customer"),
        ({"customer_id": "7"}, "/customer_id"),
        ({"customer_id": str(uuid.uuid4())}, "/customer_id"),
        ({"id": str(uuid.uuid4())}, "/id"),
    ],
)
def test_nonsense_is_422_at_its_place(shop, changes, pointer):
    assert pointer in places(shop.post("orders", order(**changes)))
    assert Order.objects.count() == 0
    assert Customer.objects.filter(status="known").count() == 0


@pytest.mark.parametrize("body", ["[]", '"order"', "null", "7", "true"])
def test_a_body_that_is_no_object_is_422(shop, body):
    assert shop.post("orders", body).status_code == 422
    assert shop.post("orders/batch", body).status_code == 422


@pytest.mark.parametrize("body", ["{", '{"a": NaN}', '{"a": 1, "a": 2}', '{"coupon": "\\u0000"}', b"\xff{}"])
def test_a_body_that_is_no_clean_json_is_400(shop, body):
    response = shop.post("orders", body)
    assert (response.status_code, response.json()["code"]) == (400, "malformed")


def test_an_order_that_comes_to_more_than_can_be_kept_is_422(shop):
    lines = [{"quantity": "99999999999", "unit_price": "99999999999999"}]
    response = shop.post("orders", order(lines=lines))
    assert (response.status_code, response.json()["code"]) == (422, "too_large")


def test_five_hundred_lines_are_fine(shop):
    response = shop.post("orders", order(lines=[{"quantity": 1, "unit_price": "0.1"}] * 500, shipping=0))
    assert (response.status_code, response.json()["amount"]) == (201, "50.00")


def test_a_text_in_any_script_comes_back_as_it_was_sent(shop):
    name = "ถ้วย 컵 🏺 <b>'\"\\;--"
    body = shop.post("orders", order(lines=[{"sku": name, "name": name, "quantity": 1, "unit_price": 1}])).json()
    assert (body["lines"][0]["sku"], body["lines"][0]["name"]) == (name, name)


def test_negative_lines_show_as_a_refund_of_the_order(shop):
    body = shop.post("orders", order(lines=[*ORDER["lines"], {"sku": "CUP", "quantity": -1, "unit_price": 10}])).json()
    assert (body["amount"], len(body["lines"])) == ("85.50", 2)
    (refund,) = body["refunds"]
    assert (refund["external_id"], refund["amount"], refund["order"]) == ("1001", "10.00", body["id"])
    assert refund["lines"] == [{"sku": "CUP", "name": "", "quantity": "1", "unit_price": "10.00", "amount": "10.00"}]


def test_orders_are_listed_newest_first_page_by_page(shop):
    for number in range(5):
        assert shop.post("orders", order(external_id=str(number))).status_code == 201
    page = shop.get("orders", page_size=2).json()
    assert [one["external_id"] for one in page["results"]] == ["4", "3"]
    assert page["previous"] is None
    seen = []
    while page["next"]:
        page = shop.client.get(page["next"]).json()
        seen += [one["external_id"] for one in page["results"]]
    assert seen == ["2", "1", "0"]
    back = shop.client.get(page["previous"]).json()
    assert [one["external_id"] for one in back["results"]] == ["2", "1"]


def test_orders_are_found_by_number_and_customer(shop, till):
    mine = shop.post("orders", order()).json()
    shop.post("orders", order(external_id="1002", customer={"email": "ben@example.com"}))
    theirs = till.post("orders", order(customer={"email": "ben@example.com"})).json()

    def found(client, **query):
        return [one["id"] for one in client.get("orders", **query).json()["results"]]

    assert found(shop, external_id="1001") == [mine["id"]]
    assert found(till, external_id="1001") == [theirs["id"]]
    assert found(shop, external_id="1001", source="till") == [theirs["id"]]
    assert found(shop, external_id="nothing") == []
    assert found(shop, customer=mine["customer"]) == [mine["id"]]
    assert found(shop, customer=mine["customer"], external_id="1001") == [mine["id"]]
    assert found(shop, customer=mine["customer"], external_id="1002") == []
    assert found(shop, customer=str(uuid.uuid4())) == []


def test_a_next_link_keeps_its_filter(shop):
    for number in range(3):
        shop.post("orders", order(external_id=str(number)))
    shop.post("orders", order(external_id="other", customer={"email": "ben@example.com"}))
    ada = Order.objects.get(external_id="0").customer_id
    page = shop.get("orders", customer=str(ada), page_size=2).json()
    assert "customer" not in page["next"]
    rest = shop.client.get(page["next"]).json()
    assert [one["external_id"] for one in [*page["results"], *rest["results"]]] == ["2", "1", "0"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"customer": "7"}, "customer"),
        ({"colour": "red"}, "colour"),
        ({"source": "till"}, "source"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "501"}, "page_size"),
    ],
)
def test_a_filter_that_makes_no_sense_is_422(shop, query, pointer):
    assert pointer in places(shop.get("orders", **query))


@pytest.mark.parametrize("id", ["0190a000-0000-7000-8000-000000000001", "-" * 36, "7"])
def test_an_unknown_order_is_404(shop, id):
    assert shop.get(f"orders/{id}").status_code == 404
    assert shop.post(f"orders/{id}/refunds", {"external_id": "r1", "amount": 1}).status_code == 404


def test_keys_need_the_scope_of_orders(shop, reader, outsider):
    made = shop.post("orders", order()).json()
    assert reader.get("orders").status_code == reader.get(f"orders/{made['id']}").status_code == 200
    for path, body in (("orders", order()), ("orders/batch", {"orders": []}), (f"orders/{made['id']}/refunds", {})):
        assert reader.post(path, body).status_code == 403
        assert outsider.post(path, body).status_code == 403
        assert Client().post(f"/api/v1/{path}", json.dumps(body), "application/json").status_code == 401
    assert outsider.get("orders").status_code == 403
    assert Client().get("/api/v1/orders").status_code == 401


@pytest.mark.parametrize("ahead", [dt.timedelta(days=1, minutes=1), dt.timedelta(days=400)])
def test_an_order_from_the_future_is_refused(shop, ahead):
    placed_at = (timezone.now() + ahead).isoformat()
    assert places(shop.post("orders", order(placed_at=placed_at))) == ["/placed_at"]
    answer = shop.post("orders/batch", {"orders": [order(placed_at=placed_at), order(external_id="2")]}).json()
    assert (answer["failed"], answer["created"]) == (1, 1)
    assert answer["results"][0]["errors"][0]["pointer"] == "/orders/0/placed_at"


def test_an_order_of_a_clock_that_runs_ahead_is_taken(shop):
    placed_at = (timezone.now() + dt.timedelta(hours=23)).isoformat()
    assert shop.post("orders", order(placed_at=placed_at)).status_code == 201


def test_a_refund_from_the_future_is_refused(shop):
    made = shop.post("orders", order()).json()
    at = (timezone.now() + dt.timedelta(days=2)).isoformat()
    refused = shop.post(f"orders/{made['id']}/refunds", {"external_id": "r", "amount": "1", "at": at})
    assert places(refused) == ["/at"]


@pytest.mark.parametrize("total", ["-1", "0.00001", "1e30", "NaN", "1,50", True])
def test_a_total_that_is_no_amount_is_refused(shop, total):
    assert places(shop.post("orders", order(total=total))) == ["/total"]


def test_a_total_that_differs_from_its_parts_is_taken_and_told(shop):
    response = shop.post("orders", order(total="50"))
    assert response.status_code == 201
    body = response.json()
    assert (body["amount"], body["total"]) == ("50.00", "50.00")
    assert [(one["code"], one["pointer"]) for one in body["warnings"]] == [("total_differs", "/total")]
    assert "85.50" in body["warnings"][0]["detail"]
    assert shop.get(f"orders/{body['id']}").json() == body


@pytest.mark.parametrize(
    "parts",
    [
        {"total": "85.50"},
        {"total": "85.51"},
        {"total": "85.50", "tax": "5.59"},  # inside the prices
        {"total": "91.09", "tax": "5.59"},  # beside them
        {"total": "75.50", "discount": "10"},
        {"total": "85.50", "discount": "10"},  # inside the lines
        {"total": "120", "lines": ...},
    ],
)
def test_a_total_that_its_parts_explain_is_not_told(shop, parts):
    assert shop.post("orders", order(**parts)).json()["warnings"] == []
