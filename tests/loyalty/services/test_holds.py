"""Paying with points: what is put aside is redeemed or given back, once, to the very lots."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection

from cdp.core.actors import SYSTEM
from customers.services import merging
from loyalty.models import Act, Hold, Lot, Member
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import accounts
from loyalty.services import giving, holds, members
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty import programmes

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def asking(customer, *, now=NOW, **more):
    return Asked(customer.id, SYSTEM, now, "till", **more)


@pytest.fixture
def ann():
    customer = factories.customer()
    members.enrol(customer=customer.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    return customer


def balance(customer, now=NOW, wallet="points"):
    found = {one.wallet.key: one for one in accounts.standings(customer.id, at=now)}
    return found[wallet].balance


def legs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, sum(amount) FROM loyalty_leg GROUP BY account")
        return {account: amount for account, amount in cursor.fetchall() if amount}


def refusal(work):
    acts = Act.objects.count()
    with pytest.raises(Refused) as caught:
        work()
    assert Act.objects.count() == acts
    assert caught.value.words
    return caught.value.reason


def test_a_hold_is_captured_in_part_once_and_the_rest_goes_back_to_its_lots(ann):
    programmes.publish(wallets={"points": {"expiry": {"kind": "fixed", "days": 90}}})
    giving.give(asking(ann), Decimal(40))
    giving.give(asking(ann, now=NOW + DAY), Decimal(60))
    put = holds.hold(asking(ann, now=NOW + DAY, reference="T-1"), Decimal(50))
    later = asking(ann, now=NOW + DAY + HOUR / 4)
    assert (put.available, put.hold.until) == (50, NOW + DAY + HOUR / 2)
    assert holds.hold(replace(later, reference="T-1"), Decimal(50)).hold.id == put.hold.id
    assert refusal(lambda: holds.hold(replace(later, reference="T-1"), Decimal(49))) is Refusal.OTHERWISE
    assert refusal(lambda: holds.capture(later, put.hold.id, Decimal(51))) is Refusal.MORE_THAN_HELD
    taken = holds.capture(later, put.hold.id, Decimal(45))
    assert (taken.hold.state, taken.available) == (Hold.State.CAPTURED, 55)
    assert holds.capture(later, put.hold.id, Decimal(45)).is_repeated
    assert refusal(lambda: holds.capture(later, put.hold.id)) is Refusal.CAPTURED
    assert refusal(lambda: holds.release(later, put.hold.id)) is Refusal.CAPTURED
    assert list(Lot.objects.order_by("earned_at").values_list("active", "held")) == [(0, 0), (55, 0)]
    assert legs() == {"issued": -100, "active": 55, "redeemed": 45}


def test_what_is_put_aside_for_too_long_comes_back_whoever_looks_first(ann):
    programmes.publish(wallets={"points": {"expiry": {"kind": "fixed", "days": 1, "until": "moment"}}})
    giving.give(asking(ann), Decimal(10))
    early = asking(ann, now=NOW + DAY - HOUR)
    first = holds.hold(early, Decimal(4), minutes=30)  # its time runs out before the lot ends
    second = holds.hold(early, Decimal(5), minutes=75)  # and this one's behind that
    seen = [balance(ann, NOW + DAY + minutes * dt.timedelta(minutes=1)) for minutes in (-31, -29, 1, 14, 16)]
    assert seen == [1, 5, 0, 0, 5]
    late = NOW + 2 * DAY
    assert refusal(lambda: holds.capture(asking(ann, now=late), first.hold.id)) is Refusal.LAPSED
    assert balance(ann, late) == 5
    assert [holds.lapse(now=late), holds.lapse(now=late)] == [2, 0]
    assert balance(ann, late) == 5
    assert set(Hold.objects.values_list("state", "ended_at")) == {
        (Hold.State.LAPSED, row.hold.until) for row in (first, second)
    }
    assert legs() == {"issued": -10, "active": 5, "expired": 5}


def test_a_redemption_goes_back_to_its_lots_in_parts_once_and_never_more_than_was_redeemed(ann):
    programmes.publish(
        wallets={"points": {"expiry": {"kind": "fixed", "days": 10, "until": "moment"}}}, refunds={"grace_days": 7}
    )
    giving.give(asking(ann), Decimal(30))
    giving.give(asking(ann, now=NOW + 5 * DAY), Decimal(30))
    sale = holds.redeem(asking(ann, now=NOW + 6 * DAY, reference="T-1"), Decimal(40))
    assert holds.redeem(asking(ann, now=NOW + 6 * DAY, reference="T-1"), Decimal(40)).hold.id == sale.hold.id
    late = asking(ann, now=NOW + 12 * DAY)  # the first lot has ended
    assert balance(ann, late.now) == 20
    back = replace(late, reference="R-1")
    assert holds.reverse(back, sale.hold.id, Decimal(15)).available == 35
    assert holds.reverse(back, sale.hold.id, Decimal(15)).is_repeated
    assert refusal(lambda: holds.reverse(back, sale.hold.id, Decimal(14))) is Refusal.OTHERWISE
    assert refusal(lambda: holds.reverse(late, sale.hold.id, Decimal(26))) is Refusal.MORE_THAN_REDEEMED
    whole = holds.reverse(late, sale.hold.id)
    assert (whole.points, whole.hold.restored, whole.available) == (25, 40, 60)
    assert refusal(lambda: holds.reverse(late, sale.hold.id)) is Refusal.REVERSED
    ends = list(Lot.objects.order_by("earned_at").values_list("active", "ends"))
    assert ends == [(30, NOW + 19 * DAY), (30, NOW + 15 * DAY)]


def test_an_end_that_has_passed_is_put_off_once(ann):
    programmes.publish(
        wallets={"points": {"expiry": {"kind": "fixed", "days": 10, "until": "moment"}}}, refunds={"grace_days": 30}
    )
    giving.give(asking(ann), Decimal(30))
    for days, left in ((9, 30), (39, 0)):  # put aside for two days, over the end each time
        aside = holds.hold(asking(ann, now=NOW + days * DAY), Decimal(30), minutes=60 * 48)
        back = asking(ann, now=NOW + (days + 2) * DAY)
        holds.release(back, aside.hold.id)
        assert balance(ann, back.now) == left
    assert list(Lot.objects.values_list("active", "expired", "graced")) == [(0, 30, True)]


def test_who_redeems_is_active_and_keeps_what_is_left_for_longer(ann):
    programmes.publish(wallets={"points": {"expiry": {"kind": "idle", "days": 10, "until": "moment"}}})
    giving.give(asking(ann), Decimal(10))
    holds.redeem(asking(ann, now=NOW + 8 * DAY), Decimal(4))
    assert [balance(ann, NOW + days * DAY) for days in (11, 17, 18)] == [6, 6, 0]


def test_what_two_redeemed_as_one_comes_back_though_they_were_merged_meanwhile(ann):
    ben = factories.customer()
    giving.give(asking(ann), Decimal(10))
    giving.give(asking(ben), Decimal(20))
    sale = holds.redeem(asking(ben), Decimal(15))
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    assert holds.reverse(asking(ben), sale.hold.id).available == 30
    both = holds.redeem(asking(ben), Decimal(30))
    assert both.hold.customer_id == ann.id
    assert holds.reverse(asking(ann), both.hold.id, Decimal(12)).available == 12


def test_what_is_no_amount_and_whoever_may_not_is_refused_and_the_ledger_stays(ann):
    programmes.publish(wallets={"points": {"smallest": "10", "step": "5", "worth": "0.25"}})
    stranger = factories.customer()
    giving.give(asking(ann), Decimal(100))
    put = holds.hold(asking(ann), Decimal(10))
    found = {
        "zero": refusal(lambda: holds.redeem(asking(ann), Decimal(0))),
        "negative": refusal(lambda: holds.hold(asking(ann), Decimal(-5))),
        "no number": refusal(lambda: giving.give(asking(ann), Decimal("NaN"))),
        "fraction": refusal(lambda: holds.redeem(asking(ann), Decimal("10.5"))),
        "step": refusal(lambda: holds.redeem(asking(ann), Decimal(12))),
        "small": refusal(lambda: holds.redeem(asking(ann), Decimal(5))),
        "much": refusal(lambda: holds.redeem(asking(ann), Decimal(95))),
        "wallet": refusal(lambda: holds.redeem(asking(ann, wallet="gems"), Decimal(10))),
        "stranger": refusal(lambda: holds.redeem(asking(stranger), Decimal(10))),
        "nobody's": refusal(lambda: holds.capture(asking(ann), uuid.uuid4())),
        "clock": refusal(lambda: holds.redeem(asking(ann, now=NOW - HOUR), Decimal(10))),
        "open": refusal(lambda: holds.reverse(asking(ann), put.hold.id)),
    }
    members.enrol(customer=stranger.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    found["another's"] = refusal(lambda: holds.release(asking(stranger), put.hold.id))
    assert found == {
        "zero": Refusal.NOT_POSITIVE,
        "negative": Refusal.NOT_POSITIVE,
        "no number": Refusal.NOT_POSITIVE,
        "fraction": Refusal.NOT_WHOLE,
        "step": Refusal.STEP,
        "small": Refusal.SMALLEST,
        "much": Refusal.INSUFFICIENT,
        "wallet": Refusal.UNKNOWN_WALLET,
        "stranger": Refusal.NOT_MEMBER,
        "nobody's": Refusal.UNKNOWN_HOLD,
        "clock": Refusal.CLOCK,
        "open": Refusal.NOT_REDEEMED,
        "another's": Refusal.FOREIGN_HOLD,
    }


def test_by_hand_points_are_given_and_taken_with_a_reason_and_within_a_limit(ann):
    goodwill = giving.adjust(asking(ann, reference="A-1"), Decimal(50), why=giving.Why.GOODWILL, words="For waiting")
    assert goodwill.available == 50
    assert giving.adjust(asking(ann, reference="A-1"), Decimal(50), why=giving.Why.GOODWILL).is_repeated
    assert giving.adjust(asking(ann), Decimal(-20), why=giving.Why.MISTAKE).available == 30
    assert refusal(lambda: giving.adjust(asking(ann), Decimal(-31), why=giving.Why.MISTAKE)) is Refusal.INSUFFICIENT
    above = refusal(lambda: giving.adjust(asking(ann), Decimal(9), why=giving.Why.OTHER, limit=Decimal(8)))
    assert above is Refusal.LIMIT
    credit = giving.give(asking(ann, wallet="credit"), Decimal("12.34"))
    assert credit.available == Decimal("12.34")
    assert holds.redeem(asking(ann, wallet="credit"), Decimal("0.34")).available == 12
    assert legs() == {"issued": Decimal("-12.34"), "adjusted": -30, "active": 42, "redeemed": Decimal("0.34")}
