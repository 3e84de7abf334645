"""REST: codes that everybody may use and batches of codes: exactly as often as they may be, and told again once."""

import json
import threading
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from cdp.core.actors import SYSTEM
from commerce.models import Order
from commerce.rules.inputs import OrderInput, RefundInput
from commerce.services import orders, refunds
from loyalty.api import coupons as door
from loyalty.models import Coupon, Promotion, PromotionUse
from loyalty.rules.benefit import Basket
from loyalty.selectors import promotions as reading
from loyalty.services import coupons, promotions
from loyalty.services.coupons import Sale, UnableToRedeem
from tests import factories

TENTH = {"gives": "percent", "percent": "10"}


@pytest.fixture
def ask(db):
    cache.clear()
    _key, text = factories.api_key(source_key="till")
    return asking(text)


def asking(text):
    def call(method, path, body=None):
        client = Client(headers={"Authorization": f"Bearer {text}"})
        response = client.generic(method, f"/api/v1/coupons/{path}", json.dumps(body or {}), "application/json")
        return response.status_code, response.json()

    return call


def made(kind="word", **fields):
    told = {"names": {"en": "Songkran"}, "benefit": TENTH, "word": "SONGKRAN26" if kind == "word" else "", **fields}
    return promotions.make(Promotion(key="songkran", kind=kind, **told), actor=SYSTEM, now=timezone.now())


def test_a_public_code_takes_off_counts_and_comes_back(ask):
    made(total=2, each=1, benefit=TENTH | {"minimum": "100", "currency": "THB", "of": {"categories": ["Cups"]}})
    ann = factories.customer(email="ann@example.com")
    lines = [
        {"sku": "CUP", "category": "Cups", "quantity": "2", "unit_price": "100.05"},
        {"sku": "TEA", "unit_price": "50"},
    ]
    status, tried = ask("POST", "songkran-26/quote", {"lines": lines})
    assert (status, tried["can_redeem"], tried["discount"], tried["by_line"]) == (200, True, "20.01", ["20.01", "0.00"])
    assert ask("POST", "SONGKRAN26/quote", {"lines": lines[1:]})[1]["why_not"] == "basket_too_small"
    sale = {"customer": str(ann.id), "external_id": "T-1", "lines": lines}
    status, told = ask("POST", "SONGKRAN26/redeem", sale)
    assert (status, told["discount"], told["left"], told["external_id"]) == (200, "20.01", 1, "T-1")
    assert ask("POST", "SONGKRAN26/redeem", sale) == (200, told)
    refused = [
        (sale | {"external_id": "T-2"}, 409, "limit_reached"),
        ({"lines": lines, "external_id": ""}, 422, "invalid"),
        ({"amount": "500", "external_id": "T-3"}, 422, "lines_needed"),
        ({"lines": lines, "currency": "KRW", "external_id": "T-3"}, 422, "other_currency"),
    ]
    for body, status, code in refused:
        answer = ask("POST", "SONGKRAN26/redeem", body)
        assert (answer[0], answer[1]["code"]) == (status, code), body
    assert ask("POST", "SONGKRAN26/redeem", {"lines": lines, "external_id": "T-3"})[1]["left"] == 0  # a guest
    assert ask("POST", "SONGKRAN26/redeem", {"lines": lines, "external_id": "T-4"})[1]["code"] == "sold_out"
    status, back = ask("POST", "SONGKRAN26/reverse", {"external_id": "T-1"})
    assert (status, back["left"]) == (200, 1)
    assert ask("POST", "SONGKRAN26/reverse", {"external_id": "T-1"}) == (200, back)
    assert ask("POST", "SONGKRAN26/reverse", {"external_id": "T-9"})[1]["code"] == "not_redeemed"
    assert ask("POST", "SONGKRAN26/redeem", sale)[1]["code"] == "already_reversed"
    assert ask("POST", "SONGKRAN26/redeem", sale | {"external_id": "T-5"})[0] == 200


def test_each_code_of_a_batch_is_good_once_and_the_file_is_the_same_again(ask):
    row = made("batch", size=50, has_guests=False)
    codes = list(reading.codes(row))
    assert (len(set(codes)), list(reading.codes(row))) == (50, codes)
    ann = str(factories.customer(email="ann@example.com").id)
    sale = {"customer": ann, "external_id": "T-1"}
    assert ask("POST", f"{codes[7].lower()}/redeem", sale)[1]["state"] == "redeemed"
    assert ask("POST", f"{codes[7]}/redeem", sale | {"external_id": "T-2"})[1]["code"] == "already_used"
    assert ask("POST", f"{codes[8]}/redeem", {"external_id": "T-3"})[1]["code"] == "customer_needed"
    assert ask("POST", f"{codes[7]}/reverse", {"external_id": "T-1"})[1]["state"] == "open"


def test_an_order_that_names_the_code_has_used_it_once(ask):
    row, ann = made(total=5), factories.customer(email="ann@example.com")
    ask("POST", "SONGKRAN26/redeem", {"customer": str(ann.id), "external_id": "T-1", "amount": "100"})
    first = factories.order(ann, coupon="Songkran26", external_id="T-1")
    Order.objects.filter(id=first.id).update(source="till")
    second = factories.order(ann, coupon="songkran26")
    for _ in range(2):
        promotions.settle([ann.id], timezone.now())
    assert set(PromotionUse.objects.values_list("order_id", flat=True)) == {first.id, second.id}
    assert Promotion.objects.get(id=row.id).used == 2


def test_a_code_told_before_its_sale_finds_it_by_the_number_though_the_sale_names_none(ask):
    made()
    ann = factories.customer(email="ann@example.com")
    coupon = factories.coupon(ann)
    sale = {"customer": str(ann.id), "external_id": "T-1", "amount": "100"}
    assert ask("POST", "SONGKRAN26/redeem", sale)[0] == ask("POST", f"{coupon.code}/redeem", sale)[0] == 200
    order = factories.order(ann, external_id="T-1")
    Order.objects.filter(id=order.id).update(source="till")
    for _ in range(2):
        coupons.settle([ann.id], timezone.now())
        promotions.settle([ann.id], timezone.now())
    assert PromotionUse.objects.get().order_id == Coupon.objects.get().order_id == order.id


def test_who_guesses_becomes_slow(ask, monkeypatch):
    monkeypatch.setattr(door, "GUESSES", 3)
    made()
    assert [ask("GET", f"NOBODY{number}")[0] for number in range(5)] == [404, 404, 404, 429, 429]
    assert ask("GET", "SONGKRAN26")[0] == 429


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_exactly_as_many_use_it_as_there_are():
    row, source = made(total=3), factories.source("till")
    begin, results = threading.Barrier(8), []

    def till(number):
        code, sale = reading.find("SONGKRAN26"), Sale(Basket(), reference=f"T-{number % 7}")
        begin.wait()
        try:
            promotions.redeem(code=code, sale=sale, source=source, actor=SYSTEM, now=timezone.now())
        except UnableToRedeem as error:
            results.append(error.reason.value)
        finally:
            connection.close()

    tills = [threading.Thread(target=till, args=(number,)) for number in range(8)]
    for one in tills:
        one.start()
    for one in tills:
        one.join()
    assert set(results) == {"sold_out"}
    assert Promotion.objects.get(id=row.id).used == PromotionUse.objects.count() == 3


def test_orders_of_guests_that_name_a_code_use_it_and_give_it_back_when_they_come_to_nothing(db):
    row = made(total=2)
    shop, now = factories.source("shop"), timezone.now()
    told = {"placed_at": now, "currency": "THB", "total": Decimal(100), "coupon": "songkran 26"}

    def tell(number, status):
        order = OrderInput(external_id=number, status=status, **told)
        return orders.write(order=order, customer_id=None, source=shop, actor=SYSTEM, now=now).order

    def used():
        row.refresh_from_db()
        return row.used

    tell("G-1", "pending")
    assert used() == 0
    first, second = tell("G-1", "paid"), tell("G-2", "paid")
    tell("G-1", "fulfilled")
    assert used() == 2
    tell("G-1", "cancelled")
    assert used() == 1
    refund = RefundInput("R-1", amount=Decimal(100), at=now)
    refunds.write(refund=refund, order=second, source=shop, actor=SYSTEM, now=now)
    assert used() == 0
    assert {use.order_id for use in PromotionUse.objects.filter(reversed_at=now)} == {first.id, second.id}
    late = Sale(Basket(), order=Order.objects.get(id=first.id), reference="G-9")
    with pytest.raises(UnableToRedeem) as refused:
        promotions.redeem(code=reading.find("SONGKRAN26"), sale=late, source=shop, actor=SYSTEM, now=now)
    assert refused.value.reason == "already_reversed"


def test_a_code_of_a_batch_is_free_again_with_its_order(db):
    batch = made("batch", size=3)
    code = next(reading.codes(batch))
    ann = factories.customer(email="ann@example.com")
    order = factories.order(ann, coupon=code)
    promotions.settle([ann.id], timezone.now())
    assert reading.find(code).is_used
    Order.objects.filter(id=order.id).update(status="refunded")
    promotions.settle([ann.id], timezone.now())
    promotions.settle([ann.id], timezone.now())
    batch.refresh_from_db()
    assert (batch.used, reading.find(code).is_used) == (0, False)
