"""Rewards: taken once for what they cost, never more than there are, given back whole; full cards by themselves."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core.actors import SYSTEM
from loyalty.models import Act, Coupon, Hold, Reward
from loyalty.rules.spending import Refused
from loyalty.selectors import rewards as reading
from loyalty.services import full_cards, giving, holds, proving
from loyalty.services.tills import Asked
from tests.loyalty import programmes, shop
from tests.loyalty.shop import has

NOW = timezone.now()
SOON = NOW + dt.timedelta(minutes=1)
TEN_PERCENT = {"gives": "percent", "percent": "10"}


def reward(key="coffee", **fields):
    told = {"names": {"en": "Coffee"}, "cost": Decimal(40), "benefit": TEN_PERCENT, "created_at": NOW, **fields}
    return Reward.objects.create(key=key, **told)


def asked(who, now=NOW, **more):
    return Asked(who.id, SYSTEM, now, "till", **more)


def refused(work, *args, **more):
    with pytest.raises(Refused) as error:
        work(*args, **more)
    return error.value.reason.value


@pytest.fixture
def ann(db):
    programmes.publish(wallets={"points": {"worth": "0.25"}})
    found = shop.member(NOW - dt.timedelta(days=30))
    giving.give(asked(found), Decimal(100))
    return found


def taken(key="coffee"):
    return Reward.objects.get(key=key).taken


def test_a_voucher_is_a_coupon_that_goes_with_the_redemption_while_it_is_unused(ann):
    reward(stock=5)
    done = holds.redeem(asked(ann, reference="T-1"), reward="coffee")
    assert holds.redeem(asked(ann, reference="T-1"), reward="coffee").is_repeated
    coupon = Coupon.objects.get()
    assert (coupon.given_for, coupon.reason, coupon.benefit) == (done.hold.id, "reward", TEN_PERCENT)
    assert (has(ann, NOW), taken()) == (60, 1)
    assert refused(holds.reverse, asked(ann), done.hold.id, Decimal(10)) == "whole_reward"
    holds.reverse(asked(ann), done.hold.id)
    coupon.refresh_from_db()
    assert (coupon.voided_at, has(ann, NOW), taken()) == (NOW, 100, 0)
    second = holds.redeem(asked(ann), reward="coffee").hold
    Coupon.objects.filter(given_for=second.id).update(redeemed_at=NOW)
    assert refused(holds.reverse, asked(ann), second.id) == "reward_used"
    assert (has(ann, NOW), taken()) == (60, 1)


def test_store_credit_goes_into_its_wallet_and_comes_back_only_whole(ann):
    reward(benefit={"gives": "credit", "amount": "25", "currency": "THB"})
    first = holds.redeem(asked(ann), reward="coffee").hold
    assert has(ann, NOW, "credit") == 25
    holds.reverse(asked(ann), first.id)
    assert (has(ann, NOW, "credit"), has(ann, NOW)) == (0, 100)
    second = holds.redeem(asked(ann), reward="coffee").hold
    holds.redeem(asked(ann, wallet="credit"), Decimal(5))
    assert refused(holds.reverse, asked(ann), second.id) == "reward_used"
    assert not [fault for told in proving.check(NOW, whole=True) for fault in told.faults]


def test_pieces_are_put_aside_with_the_points_and_come_back_with_them(ann):
    reward(stock=1, how=Reward.How.NOW)
    held = holds.hold(asked(ann), reward="coffee", minutes=10).hold
    assert (taken(), refused(holds.hold, asked(ann), reward="coffee")) == (1, "sold_out")
    assert refused(holds.capture, asked(ann), held.id, Decimal(1)) == "whole_reward"
    holds.release(asked(ann), held.id)
    assert taken() == 0
    late = NOW + dt.timedelta(minutes=11)
    holds.hold(asked(ann), reward="coffee", minutes=10)
    assert holds.lapse(now=late) == 1
    assert taken() == 0
    kept = holds.hold(asked(ann, late), reward="coffee").hold
    assert holds.capture(asked(ann, late), kept.id).hold.captured == 40
    assert (taken(), Coupon.objects.count()) == (1, 0)  # the till takes it off itself


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"starts_at": SOON}, "not_yet"),
        ({"ends_at": NOW}, "ended"),
        ({"is_on": False}, "ended"),
        ({"tiers": ["gold"]}, "tier_needed"),
        ({"stock": 0}, "sold_out"),
        ({"cost": Decimal(101)}, "insufficient_points"),
    ],
)
def test_what_stands_in_the_way_has_a_code_and_stands_in_the_catalogue(ann, fields, reason):
    reward(**fields)
    assert refused(holds.redeem, asked(ann), reward="coffee") == reason
    shown = {one.reward.key: one.why for one in reading.catalogue(ann.id, at=NOW)}
    assert shown == ({} if reason == "ended" else {"coffee": reason})
    assert (has(ann, NOW), Hold.objects.count()) == (100, 0)
    assert refused(holds.redeem, asked(ann), reward="tea") == "unknown_reward"


def test_a_member_has_it_as_often_as_the_limit_of_the_period_says(ann):
    reward(each=1, per=Reward.Per.MONTH, cost=Decimal(10))
    first = holds.redeem(asked(ann), reward="coffee").hold
    assert refused(holds.redeem, asked(ann), reward="coffee") == "limit_reached"
    holds.reverse(asked(ann), first.id)
    holds.redeem(asked(ann), reward="coffee")
    assert holds.redeem(asked(ann, NOW + dt.timedelta(days=32)), reward="coffee").hold.captured == 10


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_gets_the_last_piece():
    programmes.publish()
    reward(stock=1)
    people = [shop.member(NOW - dt.timedelta(days=1)) for _ in range(8)]
    for one in people:
        giving.give(asked(one), Decimal(50))
    begin, results = threading.Barrier(8), []

    def till(who):
        begin.wait()
        try:
            holds.redeem(asked(who), reward="coffee")
            results.append("won")
        except Refused as error:
            results.append(error.reason.value)
        finally:
            connection.close()

    tills = [threading.Thread(target=till, args=(one,)) for one in people]
    for one in tills:
        one.start()
    for one in tills:
        one.join()
    assert sorted(results) == ["sold_out"] * 7 + ["won"]
    assert (taken(), Hold.objects.count(), Coupon.objects.count()) == (1, 1, 1)
    assert sorted(has(one, NOW) for one in people) == [10] + [50] * 7


# --- full cards ---


@pytest.fixture
def bea(db):
    stamps = {"on": "visit", "key": "stamp", "names": programmes.NAMES, "wallet": "stamps", "minimum": "10"}
    programmes.publish(stamps, wallets={"stamps": {"full": 3, "reward": "coffee"}})
    reward(wallet="stamps", cost=Decimal(3))
    return shop.member(NOW - dt.timedelta(days=30))


def visit(who, days):
    order = shop.buy(who, NOW - dt.timedelta(days=days), ("CUP", 1, 20))
    settle(who)
    return order


def settle(who):
    shop.settle(who, NOW)
    full_cards.fill([who.id], NOW)


def test_a_full_card_gives_its_reward_by_itself_and_what_is_over_stays(bea):
    giving.give(asked(bea, wallet="stamps"), Decimal(7))
    full_cards.fill([bea.id], NOW)
    full_cards.fill([bea.id], NOW)
    assert has(bea, NOW, "stamps") == 1
    assert sorted(Coupon.objects.values_list("reason", "offer")) == [("card", "reward:coffee")] * 2
    assert Act.objects.filter(kind="redeem").count() == 2
    assert (Reward.objects.get().by_card, Reward.objects.get().taken) == (2, 0)
    assert not [fault for told in proving.check(NOW, whole=True) for fault in told.faults]


def test_a_stamp_that_comes_back_undoes_the_card_while_its_coupon_is_unused(bea):
    orders = [visit(bea, days) for days in (3, 2, 1)]
    assert (has(bea, NOW, "stamps"), Coupon.objects.get().voided_at) == (0, None)
    shop.refund(bea, NOW, ("CUP", 1, 20), order=orders[1])
    shop.change(orders[1], NOW, status="refunded")
    settle(bea)
    settle(bea)
    hold = Hold.objects.get()
    assert (has(bea, NOW, "stamps"), hold.flag, hold.restored) == (2, "undone", 3)
    assert (Coupon.objects.get().voided_at, Reward.objects.get().by_card) == (NOW, 0)
    visit(bea, 0)
    assert (has(bea, NOW, "stamps"), Coupon.objects.filter(voided_at=None).count()) == (0, 1)
    assert not [fault for told in proving.check(NOW, whole=True) for fault in told.faults]


def test_where_the_coupon_was_used_the_stamp_is_owed_and_the_card_is_flagged(bea):
    orders = [visit(bea, days) for days in (3, 2, 1)]
    Coupon.objects.update(redeemed_at=NOW)
    shop.refund(bea, NOW, ("CUP", 1, 20), order=orders[0])
    settle(bea)
    settle(bea)
    assert (has(bea, NOW, "stamps"), Hold.objects.get().flag) == (-1, "kept")
    visit(bea, 0)
    assert has(bea, NOW, "stamps") == 0
