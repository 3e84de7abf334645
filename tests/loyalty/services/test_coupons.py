"""Coupons are issued to one person, used once, and follow the person."""

import datetime as dt
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors, lifecycle, pipeline
from cdp.core.crypto import subjects
from commerce.models import Order
from commerce.rules.inputs import OrderInput, RefundInput
from commerce.services import orders, refunds
from customers.rules.people import Person
from customers.selectors import exports
from loyalty.models import Coupon, CouponKey
from loyalty.rules.benefit import Basket
from loyalty.rules.coupons import Refusal
from loyalty.selectors import coupons as reading
from loyalty.services import coupons, forgetting
from tests import factories
from tests.loyalty import programmes

NOW = timezone.now()


def redeem(issued, *, now=NOW, source="till", **sale):
    return coupons.redeem(
        coupon=reading.find(issued.code),
        sale=coupons.Sale(**({"basket": Basket()} | sale)),
        source=factories.source(source),
        actor=actors.SYSTEM,
        now=now,
    )


def refused(issued, **sale):
    with pytest.raises(coupons.UnableToRedeem) as error:
        redeem(issued, **sale)
    return error.value.reason


@pytest.fixture
def ann(db):
    return factories.customer(email="ann@example.com", name="Ann", phone="0812345678")


def test_a_code_is_sealed_and_found_by_its_digest(ann):
    issued = factories.coupon(ann)
    assert issued.code.encode() not in bytes(issued.coupon.code)
    assert reading.find(issued.code.lower().replace("-", " ")).id == issued.coupon.id
    assert reading.code_of(issued.coupon, subjects.load([ann.id])) == issued.code


def test_it_is_good_until_the_end_of_its_last_day(ann):
    issued = factories.coupon(ann, valid_days=1, now=NOW)
    last = reading.last_day(issued.coupon)
    assert last == timezone.localdate(NOW) + dt.timedelta(days=1)
    ends = issued.coupon.valid_until
    assert refused(issued, customer_id=ann.id, now=ends) is Refusal.EXPIRED
    assert redeem(issued, customer_id=ann.id, now=ends - dt.timedelta(seconds=1)).coupon.redeemed_at


def test_it_is_used_once_and_the_same_sale_told_again_changes_nothing(ann):
    issued = factories.coupon(ann)
    first = redeem(issued, customer_id=ann.id, reference="T-1")
    again = redeem(issued, customer_id=ann.id, reference="T-1")
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert again.coupon.redeemed_at == first.coupon.redeemed_at
    assert refused(issued, customer_id=ann.id, reference="T-2") is Refusal.USED


@pytest.mark.parametrize("told", [{"email": "ann@example.com"}, {"phone": "+66812345678"}])
def test_its_person_is_known_by_any_identifier(ann, told):
    assert redeem(factories.coupon(ann), buyer=Person(**told)).coupon.redeemed_at


def test_nobody_else_can_use_it(ann):
    issued, bob = factories.coupon(ann), factories.customer(email="bob@example.com", name="Bob")
    assert refused(issued, customer_id=bob.id) is Refusal.OTHER_PERSON
    assert refused(issued, buyer=Person(email="stranger@example.com")) is Refusal.OTHER_PERSON
    with pytest.raises(coupons.UnknownBuyer):
        redeem(issued, buyer=Person(name="Ann"))


def test_it_is_for_the_first_order_only_and_that_order_may_be_there_already(ann):
    issued = factories.coupon(ann)
    order = factories.order(ann)
    assert refused(issued, customer_id=ann.id) is Refusal.NOT_FIRST
    assert redeem(issued, order=order).coupon.order_id == order.id


def test_an_order_that_came_to_nothing_was_no_first_order(ann):
    factories.order(ann, status="cancelled", is_counted=False)
    assert redeem(factories.coupon(ann), customer_id=ann.id).coupon.redeemed_at


def test_a_second_code_of_the_same_person_is_no_second_first_order(ann):
    one, other = factories.coupon(ann), factories.coupon(ann)
    redeem(one, customer_id=ann.id)
    assert refused(other, customer_id=ann.id) is Refusal.NOT_FIRST


def test_an_order_that_names_the_code_uses_it(ann):
    issued = factories.coupon(ann)
    bob = factories.customer(email="bob@example.com", name="Bob")
    factories.order(bob, coupon=issued.code)
    factories.order(ann, coupon="SPRING")
    coupons.settle(sorted([ann.id, bob.id]), NOW)
    assert Coupon.objects.get().redeemed_at is None
    order = factories.order(ann, coupon=issued.code.lower(), placed_at=NOW)
    coupons.settle([ann.id], NOW)
    coupons.settle([ann.id], NOW)
    used = Coupon.objects.get()
    assert (used.order_id, used.redeemed_by, used.reference) == (order.id, "shop", order.external_id)


def test_the_pipeline_does_that_by_itself(ann):
    issued = factories.coupon(ann)
    factories.order(ann, coupon=issued.code)
    pipeline.run_for([ann.id], now=NOW)
    assert Coupon.objects.get().redeemed_at is not None


def test_the_order_that_is_written_uses_it_at_once_and_a_pending_one_when_it_is_paid(ann):
    issued = factories.coupon(ann)
    told = {"external_id": "O-1", "placed_at": NOW, "currency": "THB", "total": Decimal(100), "coupon": issued.code}
    for status, is_used in (("pending", False), ("paid", True)):
        orders.write(
            order=OrderInput(status=status, **told),
            customer_id=ann.id,
            source=factories.source("shop"),
            actor=actors.SYSTEM,
            now=NOW,
        )
        assert (reading.find(issued.code).redeemed_at is not None) is is_used
    assert refused(issued, customer_id=ann.id) is Refusal.USED


def test_coupons_nobody_used_are_forgotten_after_a_while(ann):
    old = factories.coupon(ann, valid_days=1, now=NOW - dt.timedelta(days=100))
    used = factories.coupon(ann, valid_days=1, now=NOW - dt.timedelta(days=100))
    redeem(used, customer_id=ann.id, now=NOW - dt.timedelta(days=100))
    factories.coupon(ann)
    assert forgetting.forget_old(now=NOW) == 1
    assert reading.find(old.code) is None
    assert (Coupon.objects.count(), CouponKey.objects.count()) == (2, 2)


def test_the_person_gets_it_in_their_copy_and_the_keys_are_declared(ann):
    issued = factories.coupon(ann)
    (row,) = exports.of(ann.id)["loyalty.Coupon"]
    assert (row["code"], row["benefit"]) == (issued.code, {"gives": "percent", "percent": "10"})
    declared = lifecycle.key_tables()[CouponKey]
    assert declared.owned([ann.id]) == {bytes(CouponKey.objects.get().digest): ann.id}


@pytest.mark.django_db(transaction=True)
def test_of_two_tills_at_once_one_wins():
    ann = factories.customer(email="ann@example.com", name="Ann")
    codes = [factories.coupon(ann), factories.coupon(ann)]
    start, results = threading.Barrier(4), []

    def till(issued, number):
        try:
            coupon = reading.find(issued.code)
            source = factories.source("till")
            start.wait()
            sale = coupons.Sale(basket=Basket(), customer_id=ann.id, reference=f"T-{number}")
            coupons.redeem(coupon=coupon, sale=sale, source=source, actor=actors.SYSTEM, now=NOW)
            results.append("won")
        except coupons.UnableToRedeem as error:
            results.append(error.reason)
        finally:
            connection.close()

    factories.source("till")
    tills = [threading.Thread(target=till, args=(codes[number % 2], number)) for number in range(4)]
    for one in tills:
        one.start()
    for one in tills:
        one.join()
    assert results.count("won") == 1
    assert set(results) <= {"won", Refusal.USED, Refusal.NOT_FIRST}
    assert Coupon.objects.filter(redeemed_at__isnull=False).count() == 1


def refund(order, amount, now=NOW):
    told = RefundInput(uuid.uuid4().hex[:10], amount=Decimal(amount), at=now)
    refunds.write(refund=told, order=order, source=factories.source("shop"), actor=actors.SYSTEM, now=now)


def test_it_comes_back_with_an_order_that_came_to_nothing_and_is_good_for_the_days_of_grace(ann):
    issued = factories.coupon(ann, valid_days=5, now=NOW - dt.timedelta(days=20))
    order = factories.order(ann, coupon=issued.code, placed_at=NOW - dt.timedelta(days=19), amount=100)
    coupons.settle([ann.id], NOW - dt.timedelta(days=19))
    assert reading.find(issued.code).order_id == order.id
    refund(order, 40)
    pipeline.run_for([ann.id], now=NOW)
    assert reading.find(issued.code).redeemed_at is not None, "a part came back"
    refund(order, 60)
    pipeline.run_for([ann.id], now=NOW)
    coupons.settle([ann.id], NOW)
    row = reading.find(issued.code)
    assert (row.redeemed_at, row.off, row.order_id) == (None, None, None)
    assert row.reversed_at == NOW
    assert row.valid_until == coupons.end(30, NOW)
    assert refused(issued, order=order, reference=order.external_id) is Refusal.REVERSED
    assert refused(issued, customer_id=ann.id, reference=order.external_id, source="shop") is Refusal.REVERSED
    assert redeem(issued, customer_id=ann.id, reference="T-2").coupon.redeemed_by == "till", "it is a first order again"


def test_an_order_that_stands_again_uses_it_again_and_one_that_a_till_took_back_does_not(ann):
    issued, other = factories.coupon(ann), factories.coupon(ann)
    for status, is_counted, is_used in (("paid", True, True), ("cancelled", False, False), ("paid", True, True)):
        row = Order.objects.filter(external_id="O-1").first()
        row = row or factories.order(ann, coupon=issued.code, external_id="O-1")
        Order.objects.filter(id=row.id).update(status=status, is_counted=is_counted)
        coupons.settle([ann.id], NOW)
        assert (reading.find(issued.code).redeemed_at is not None) is is_used, status
    second = factories.order(ann, coupon=other.code, external_id="O-2")
    coupons.settle([ann.id], NOW)
    coupons.reverse(
        coupon=reading.find(other.code),
        reference="O-2",
        source=factories.source("shop"),
        actor=actors.SYSTEM,
        now=NOW,
    )
    coupons.settle([ann.id], NOW)
    assert second.is_counted
    assert reading.find(other.code).redeemed_at is None


def test_one_whose_till_told_the_number_alone_comes_back_and_where_the_programme_says_so_none_does(ann):
    for keeps in (False, True):
        if keeps:
            programmes.publish(programmes.spend(), refunds={"coupons": False})
        issued = factories.coupon(ann)
        redeem(issued, customer_id=ann.id, reference=f"T-{keeps}", source="shop")
        factories.order(ann, external_id=f"T-{keeps}", status="pending", is_counted=False)
        coupons.settle([ann.id], NOW)
        assert reading.find(issued.code).redeemed_at is not None, "it waits for its money"
        Order.objects.filter(external_id=f"T-{keeps}").update(status="voided")
        coupons.settle([ann.id], NOW)
        assert (reading.find(issued.code).redeemed_at is None) is not keeps
