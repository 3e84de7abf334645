"""REST: a till looks a code up and redeems it; every reason against it has a code of its own."""

import datetime as dt
import json
import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commerce.models import Order
from tests import factories


@pytest.fixture
def call(client, db):
    cache.clear()
    _key, text = factories.api_key(source_key="till")

    def call(method, path, body=None, **headers):
        response = client.generic(
            method,
            f"/api/v1/coupons/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}", **headers},
        )
        return response.status_code, response.json()

    return call


@pytest.fixture
def ann(db):
    return factories.customer(email="ann@example.com", name="Ann", phone="0812345678")


def test_a_code_tells_what_it_is_worth(call, ann):
    code = factories.coupon(ann).code
    status, told = call("GET", code.lower().replace("-", ""))
    assert status == 200
    assert {name: told[name] for name in ("code", "state", "percent", "first_order_only", "customer")} == {
        "code": code,
        "state": "open",
        "percent": "10",
        "first_order_only": True,
        "customer": str(ann.id),
    }


@pytest.mark.parametrize("code", ["AAAAA-AAAAA", "x", "%F0%9F%8E%89", "7KM3P-Q9XW2-7KM3P"])
def test_a_code_nobody_has_is_not_found(call, code):
    assert call("GET", code)[0] == 404
    assert call("POST", f"{code}/redeem", {"customer": {"email": "a@example.com"}})[0] == 404


def test_redeeming_tells_what_comes_off_and_the_same_sale_again_gets_the_same(call, ann):
    code = factories.coupon(ann).code
    sale = {"customer": {"phone": "081-234-5678"}, "external_id": "T-1", "amount": "450.00", "currency": "THB"}
    status, told = call("POST", f"{code}/redeem", sale)
    assert (status, told["state"], told["discount"], told["external_id"]) == (200, "redeemed", "45.00", "T-1")
    assert call("POST", f"{code}/redeem", sale) == (200, told)
    status, refused = call("POST", f"{code}/redeem", sale | {"external_id": "T-2"})
    assert (status, refused["code"]) == (409, "already_used")


def test_the_same_key_gets_the_first_answer(call, ann):
    code = factories.coupon(ann).code
    first = call("POST", f"{code}/redeem", {"customer": str(ann.id)}, **{"Idempotency-Key": "k"})
    assert first[0] == 200
    assert call("POST", f"{code}/redeem", {"customer": str(ann.id)}, **{"Idempotency-Key": "k"}) == first


def test_an_order_that_is_there_is_enough(call, ann):
    order = factories.order(ann, amount="200")
    Order.objects.filter(id=order.id).update(discount=0)
    code = factories.coupon(ann).code
    status, told = call("POST", f"{code}/redeem", {"order": str(order.id)})
    assert (status, told["order"], told["discount"]) == (200, str(order.id), "20.00")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"customer": {"email": "bob@example.com"}}, 409, "other_person"),
        ({"customer": {"email": "mallory@example.com"}}, 409, "other_person"),
        ({}, 422, "invalid"),
        ({"external_id": "T-9"}, 422, "invalid"),
        ({"customer": {"email": "no address"}}, 422, "invalid"),
        ({"order": "00000000-0000-0000-0000-000000000000"}, 422, "invalid"),
        ({"customer": {"email": "ann@example.com"}, "amount": "-1"}, 422, "invalid"),
        ({"customer": {"email": "ann@example.com"}, "surprise": 1}, 422, "invalid"),
    ],
)
def test_what_is_wrong_has_a_status_and_a_code(call, ann, body, status, code):
    factories.customer(email="bob@example.com", name="Bob")
    answer = call("POST", f"{factories.coupon(ann).code}/redeem", body)
    assert (answer[0], answer[1]["code"]) == (status, code)


def test_expired_not_the_first_and_too_small_are_told_apart(call, ann):
    past = timezone.now() - dt.timedelta(days=5)
    buyer = {"customer": {"email": "ann@example.com"}}
    expired = factories.coupon(ann, now=past, valid_days=1)
    small = factories.coupon(ann, minimum=500, currency="THB")
    tried = [
        call("POST", f"{expired.code}/redeem", buyer),
        call("POST", f"{small.code}/redeem", buyer),
        call("POST", f"{small.code}/redeem", buyer | {"amount": "499"}),
        call("POST", f"{small.code}/redeem", buyer | {"amount": "900", "currency": "KRW"}),
    ]
    factories.order(ann)
    tried.append(call("POST", f"{factories.coupon(ann).code}/redeem", buyer))
    assert [(status, told["code"]) for status, told in tried] == [
        (409, "expired"),
        (422, "amount_needed"),
        (422, "basket_too_small"),
        (422, "other_currency"),
        (409, "not_first_order"),
    ]


def test_a_persons_coupons_are_listed_by_state_and_paged_and_nobody_elses(call, ann):
    other = factories.customer(email="ben@example.com")
    factories.coupon(other)
    issued = [factories.coupon(ann).code for _ in range(3)]
    over = factories.coupon(ann, valid_days=1, now=timezone.now() - dt.timedelta(days=9)).code
    assert call("POST", f"{issued[0]}/redeem", {"customer": str(ann.id), "external_id": "T-1"})[0] == 200

    def codes(query):
        status, told = call("GET", f"?customer={ann.id}{query}")
        assert status == 200, told
        return [one["code"] for one in told["results"]]

    assert codes("") == [issued[2], issued[1]]
    assert (codes("&state=redeemed"), codes("&state=expired"), codes("&state=void")) == ([issued[0]], [over], [])
    assert set(codes("&state=all")) == {*issued, over}
    assert codes("&page_size=1") == [issued[2]]
    assert call("GET", "")[1]["errors"][0]["pointer"] == "customer"
    assert call("GET", f"?customer={ann.id}&state=mine")[0] == 422
    assert [call("GET", f"?customer={who}")[0] for who in ("nobody", uuid.uuid4())] == [404, 404]


def test_the_coupons_of_a_page_cost_as_many_queries_as_one(call, ann):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert call("GET", f"?customer={ann.id}")[0] == 200
        return len(seen)

    factories.coupon(ann)
    queries()
    one = queries()
    for _ in range(9):
        factories.coupon(ann)
    assert queries() == one
