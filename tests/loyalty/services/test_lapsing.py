"""What only time does is booked by a job, once, and comes to what reading said before."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cdp.core.actors import SYSTEM
from loyalty.models import Act, Lot, Member
from loyalty.services import giving, holds, lapsing
from loyalty.services.tills import Asked
from tests.loyalty.programmes import BEGIN, publish, tier
from tests.loyalty.shop import buy, has, member, settle

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_waits_and_ends_are_booked_once_and_nobody_has_more_or_less_for_it(monkeypatch):
    monkeypatch.setattr(lapsing, "BATCH", 2)
    publish(wallets={"points": {"pending_days": 14, "expiry": {"kind": "fixed", "days": 30, "until": "moment"}}})
    people = [member(BEGIN) for _ in range(5)]
    for one in people:
        buy(one, BEGIN, ("tea", 1, "100"))
    settle(people, BEGIN)
    for day, booked, kind, left in ((13, 0, "activate", 0), (14, 5, "activate", 4), (44, 5, "expire", 0)):
        now = BEGIN + day * DAY
        before = [has(one, now) for one in people]
        assert lapsing.book_due(now=now) == booked
        assert lapsing.book_due(now=now) == 0
        assert Act.objects.filter(kind=kind).count() == booked
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

    def tiers():
        return dict(Member.objects.values_list("customer_id", "tier"))

    assert [lapsing.settle_tiers(now=BEGIN + day * DAY) for day in (399, 402, 403)] == [0, 1, 0]
    assert tiers() == {ann.id: "silver", ben.id: "gold"}
    assert lapsing.settle_tiers(now=BEGIN + 900 * DAY) == 2
    assert tiers() == {ann.id: "", ben.id: "silver"}


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
