"""What only time does is booked by a job, once, and comes to what reading said before."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.utils import timezone

from cdp.core.actors import SYSTEM
from customers.models import Customer
from loyalty.models import Act, Lot, Member
from loyalty.rules import ranks
from loyalty.selectors import booked, tiers, versions
from loyalty.services import giving, holds, lapsing, members, proving
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty.programmes import BEGIN, publish, tier
from tests.loyalty.shop import buy, has, member, refund, settle

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_waits_and_ends_are_booked_once_and_nobody_has_more_or_less_for_it(monkeypatch):
    monkeypatch.setattr(lapsing, "BATCH", 2)
    publish(wallets={"points": {"pending_days": 14, "expiry": {"kind": "fixed", "days": 30, "until": "moment"}}})
    people = [member(BEGIN) for _ in range(5)]
    for one in people:
        buy(one, BEGIN, ("tea", 1, "100"))
    settle(people, BEGIN)
    for day, number, kind, left in ((13, 0, "activate", 0), (14, 5, "activate", 4), (44, 5, "expire", 0)):
        now = BEGIN + day * DAY
        before = [has(one, now) for one in people]
        assert lapsing.book_due(now=now) == number
        assert lapsing.book_due(now=now) == 0
        assert Act.objects.filter(kind=kind).count() == number
        assert [has(one, now) for one in people] == before == [left] * 5
    assert set(Lot.objects.values_list("pending", "active", "expired")) == {(0, 0, 4)}


def test_who_buys_no_more_falls_by_one_when_the_rise_is_long_ago():
    publish(
        tiering={
            "tiers": [tier("silver", 100), tier("gold", 1000)],
            "months": 12,
            "downgrade": "one",
            "keeps_days": 400,
        }
    )
    ann, ben = member(BEGIN), member(BEGIN)
    buy(ann, BEGIN + DAY, ("tea", 1, "1200"))
    buy(ben, BEGIN + DAY, ("tea", 1, "1200"))
    settle([ann, ben], BEGIN + DAY)
    buy(ben, BEGIN + 300 * DAY, ("tea", 1, "1000"))
    settle([ben], BEGIN + 300 * DAY)

    def ranked():
        return dict(Member.objects.values_list("customer_id", "tier"))

    assert [lapsing.settle_tiers(now=BEGIN + day * DAY) for day in (399, 402, 403)] == [0, 1, 0]
    assert ranked() == {ann.id: "silver", ben.id: "gold"}
    assert lapsing.settle_tiers(now=BEGIN + 900 * DAY) == 2
    assert ranked() == {ann.id: "", ben.id: "silver"}


def test_what_ended_by_a_clock_that_is_ahead_and_came_back_by_one_that_is_behind_ends_again():
    """Two machines, minutes apart: the end is booked twice, each time of what was there."""
    publish(wallets={"points": {"expiry": {"kind": "fixed", "days": 1, "until": "moment"}}})
    ann = member(BEGIN)
    now, minute = BEGIN + DAY, timedelta(minutes=1)
    giving.give(Asked(ann.id, SYSTEM, now, "till"), Decimal(10))
    put = holds.hold(Asked(ann.id, SYSTEM, now, "till"), Decimal(4), minutes=9000)
    assert lapsing.book_due(now=now + DAY + minute) == 1
    holds.release(Asked(ann.id, SYSTEM, now + DAY - 5 * minute, "till"), put.hold.id)
    assert has(ann, now + DAY - 5 * minute) == 4
    assert [lapsing.book_due(now=now + DAY + hours * 60 * minute) for hours in (1, 2)] == [1, 0]
    giving.give(Asked(ann.id, SYSTEM, now + 2 * DAY, "till"), Decimal(3))
    assert has(ann, now + 2 * DAY) == 3
    assert sorted(Lot.objects.values_list("active", "expired")) == [(0, 10), (3, 0)]


def test_only_those_are_locked_whose_counter_says_another_tier():
    publish(tiering={"tiers": [tier("silver", 100), tier("gold", 1000)], "months": 12})
    ann, ben, cleo, dan, eve = people = [member(BEGIN) for _ in range(5)]
    for one in people:
        buy(one, BEGIN + DAY, ("tea", 1, "1200"))
    for one in (ben, cleo):
        buy(one, BEGIN + 300 * DAY, ("tea", 1, "1000"))
    settle(people, BEGIN + 300 * DAY)
    order = buy(dan, BEGIN + 350 * DAY, ("tea", 1, "1000"))
    settle([dan], BEGIN + 350 * DAY)
    refund(dan, BEGIN + 360 * DAY, ("tea", 1, "1000"), order=order)
    settle([dan], BEGIN + 360 * DAY)
    Customer.objects.filter(id=factories.customer().id).update(status="merged", merged_into=cleo.id)
    Member.objects.filter(customer_id=eve.id).update(tier="a tier of before")
    now = BEGIN + 400 * DAY
    due = [one for page in tiers.otherwise(versions.in_force(now).programme.tiering, now) for one in page]
    assert due == sorted([ann.id, cleo.id, dan.id, eve.id]), "what of absorbed rows counts is for the engine to say"
    assert lapsing.settle_tiers(now=now) == 3
    assert dict(Member.objects.values_list("customer_id", "tier")) == {
        ann.id: "", ben.id: "gold", cleo.id: "gold", dan.id: "", eve.id: "",
    }  # fmt: skip


@pytest.mark.parametrize("window", ["rolling", "joined"])
def test_who_reaches_a_tier_by_a_version_that_asks_for_less_rises_with_it(window):
    expiry = {"kind": "fixed", "days": 30, "until": "moment"}
    gold = {**tier("gold", 1000), "expiry": {"kind": "never"}}
    terms = {"window": window, "months": 12}
    publish(tiering={"tiers": [gold], **terms}, wallets={"points": {"expiry": expiry}})
    ann, ben = member(BEGIN), member(BEGIN)
    for one, amount in ((ann, "500"), (ben, "100")):
        buy(one, BEGIN + DAY, ("tea", 1, amount))
        settle(one, BEGIN + DAY)
    assert lapsing.settle_tiers(now=BEGIN + 2 * DAY) == 0
    begins = BEGIN + 3 * DAY
    cheaper = {**gold, "at_least": "400"}
    publish(tiering={"tiers": [cheaper], **terms}, wallets={"points": {"expiry": expiry}}, starts_at=begins)
    assert lapsing.settle_tiers(now=begins) == 1
    assert lapsing.settle_tiers(now=begins) == 0
    assert (Member.objects.get(customer=ann).tier, Member.objects.get(customer=ben).tier) == ("gold", "")
    assert list(Lot.objects.filter(customer=ann).values_list("ends", flat=True)) == [None], "of gold nothing ends"


def test_points_that_a_till_gives_lift_at_once_where_tiers_count_points():
    publish(tiering={"tiers": [tier("gold", 20)], "basis": "points"})
    ann = member(BEGIN)
    for number, tier_now in ((12, ""), (8, "gold")):
        giving.give(Asked(ann.id, SYSTEM, BEGIN + DAY, "till"), Decimal(number))
        assert Member.objects.get(customer=ann).tier == tier_now


@pytest.mark.parametrize("window", ["rolling", "calendar", "joined"])
def test_what_tiers_ask_of_histories_is_what_whole_histories_say(window):
    random = Random(window)
    publish(tiering={"tiers": [tier("silver", 100)], "window": window, "months": 6})
    people = [member(BEGIN) for _ in range(4)]
    for _ in range(30):
        one, at = random.choice(people), BEGIN + random.randrange(700) * DAY
        order = buy(one, at, ("tea", random.randint(1, 3), str(random.randint(100, 900))))
        settle([one], at + DAY)
        if random.random() < 0.4:
            refund(one, at + 2 * DAY, ("tea", 1, "50"), order=order)
            settle([one], at + 3 * DAY)
    rows, now = {one.id: one.id for one in people}, BEGIN + 700 * DAY
    tiering, zone = versions.in_force(now).programme.tiering, timezone.get_default_timezone()
    whole = booked.histories(rows, zone)
    some = booked.counted(rows, {"spend", "items"}, ranks.earliest(tiering, now=now, zone=zone))
    for one in people:
        since = ranks.window(tiering, joined_at=BEGIN, now=now, zone=zone)
        for basis in ("spend", "items"):
            assert some[one.id].counter(basis, since, now) == whole[one.id].counter(basis, since, now)
    assert any(whole[one.id].counter("spend", BEGIN, now) for one in people)


@pytest.mark.parametrize("is_booked", [False, True])
def test_who_bought_in_time_keeps_points_though_the_file_came_after_their_end(is_booked):
    """Ten days idle: 10 points of day 0 end with day 10. Bought on day 9, told on day 12; again on day 18, told on 25:
    each time before what it prolonged is over, as it should have been told.
    """
    publish(wallets={"points": {"expiry": {"kind": "idle", "days": 10}}})
    ann = member(BEGIN)
    buy(ann, BEGIN, ("tea", 1, "250"))
    settle(ann, BEGIN)
    for told, bought, left in ((12, 9, 11), (25, 18, 12)):
        now = BEGIN + told * DAY
        if is_booked:
            lapsing.book_due(now=now)
        assert has(ann, now) == 0
        buy(ann, BEGIN + bought * DAY, ("tea", 1, "25"))
        settle(ann, now)
        assert has(ann, now) == left
        settle(ann, now)
    assert has(ann, BEGIN + 28 * DAY) == 12
    assert has(ann, BEGIN + 29 * DAY) == 0
    assert Act.objects.filter(kind="reinstate").count() == 3
    assert not [fault for told in proving.check(BEGIN + 29 * DAY, True) for fault in told.faults]


def test_what_somebody_lost_by_leaving_does_not_come_back_with_a_late_purchase():
    publish(wallets={"points": {"expiry": {"kind": "idle", "days": 10}}}, joining={"backdate_days": 30})
    ann = member(BEGIN)
    buy(ann, BEGIN, ("tea", 1, "250"))
    settle(ann, BEGIN)
    members.leave(customer=ann.id, shown={"points": Decimal(10)}, actor=SYSTEM, now=BEGIN + DAY)
    members.enrol(customer=ann.id, how=Member.How.STAFF, actor=SYSTEM, now=BEGIN + 2 * DAY)
    buy(ann, BEGIN + 9 * DAY, ("tea", 1, "25"))
    settle(ann, BEGIN + 12 * DAY)
    assert has(ann, BEGIN + 12 * DAY) == 1


@pytest.mark.parametrize(("basis", "rank"), [("spend", ""), ("visits", ""), ("items", ""), ("points", "gold")])
def test_what_a_till_gives_by_hand_counts_as_points_and_as_nothing_else(basis, rank):
    """Gold from 30 on. 37 points by hand are neither 37 visits nor 37 baht; the purchase of 25 is one of either."""
    publish(tiering={"tiers": [tier("gold", 30)], "basis": basis})
    ann = member(BEGIN)
    giving.give(Asked(ann.id, SYSTEM, BEGIN + DAY, "till"), Decimal(37))
    buy(ann, BEGIN + 2 * DAY, ("tea", 1, "25"))
    settle(ann, BEGIN + 2 * DAY)
    assert Member.objects.get().tier == rank
    row = {ann.id: ann.id}
    zone = timezone.get_default_timezone()
    counted = booked.counted(row, {basis}, BEGIN)[ann.id].counter(basis, BEGIN, BEGIN + 3 * DAY)
    assert counted == booked.histories(row, zone)[ann.id].counter(basis, BEGIN, BEGIN + 3 * DAY)
    due = [one for page in tiers.otherwise(versions.in_force(BEGIN).programme.tiering, BEGIN + 3 * DAY) for one in page]
    assert not due
