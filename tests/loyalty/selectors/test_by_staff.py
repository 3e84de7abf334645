"""Misuse by staff: each figure beside the others', with the acts behind it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core import actors
from loyalty.models import Member
from loyalty.rules.adjusting import Why
from loyalty.rules.standing_out import Figure, judge
from loyalty.selectors import by_staff
from loyalty.services import giving, holds, members
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty import programmes, shop


def test_only_who_does_far_more_a_day_than_the_others_stands_out():
    def far(fewest=5, **figures):
        return sorted(name for name, one in judge(figures, fewest=Decimal(fewest)).items() if one.is_far)

    few, many = Figure(Decimal(2), 10), Figure(Decimal(40), 10)
    assert far(ann=many, ben=few, cleo=few) == ["ann"]
    assert far(ann=many, ben=Figure(Decimal(2), 1), cleo=Figure(Decimal(3), 1)) == []  # who helps on Saturdays
    assert far(ann=Figure(Decimal(4), 1), ben=few, cleo=few) == []  # too few to say anything
    assert far(ann=many, ben=few) == []  # one other is not what is usual
    assert judge({"ann": many, "ben": few, "cleo": few})["ann"].usual == 2


@pytest.mark.django_db
def test_a_cashier_who_serves_themselves_and_redeems_what_they_gave_is_at_the_top():
    now = timezone.now()
    programmes.publish(staff={"clerk": "500", "alone": "500"})
    bad, good, fair = (factories.staff("clerk", email=f"{name}@example.com") for name in ("bad", "good", "fair"))
    own = factories.customer(name="Bad Clerk", email="BAD@example.com")
    members.enrol(customer=own.id, how=Member.How.STAFF, actor=actors.staff(bad), now=now)
    ann = shop.member(now)

    def give(user, who, points, at=now):
        asked = Asked(who.id, actors.staff(user), at, "staff")
        giving.adjust(asked, Decimal(points), why=Why.GOODWILL, words="Late parcel")

    def redeem(user, who, points, at=now):
        asked = Asked(who.id, actors.staff(user), at, "counter", place="Till 2")
        return holds.redeem(asked, Decimal(points))

    for _ in range(6):
        give(bad, own, 100)
    key, _text = factories.api_key(source_key="kiosk")
    giving.give(Asked(ann.id, actors.Actor("api_key", str(key.id)), now, "kiosk"), Decimal(70))
    redeemed = redeem(bad, own, 300)
    give(good, ann, 40)
    give(fair, ann, 60)
    redeem(fair, ann, 50, at=now)
    shop.refund(ann, now + timedelta(hours=2), ("TEA", 1, 100))
    found = by_staff.report(days=7, now=now + timedelta(minutes=1), zone="Asia/Bangkok")
    first, *others = found.staff
    assert (first.staff, first.is_far, first.given_sum, first.redeemed_sum) == (bad.id, True, 600, 300)
    assert first.counts == {
        **dict.fromkeys(by_staff.MEASURES, 0),
        "given": 6,
        "redeemed": 1,
        "quick": 1,
        "own": 7,
        "enrolled": 1,
    }
    assert first.judged["given"].usual == 1
    rest = {row.staff: row for row in others}
    assert not any(row.is_far for row in others)
    assert rest[fair.id].counts["refunded"] == 1
    (till,) = [row for row in found.tills if row.place == "Till 2"]
    assert (till.source, till.counts["redeemed"], till.counts["restored"]) == ("counter", 2, 0)
    (kiosk,) = [row for row in found.tills if row.source == "kiosk"]
    assert (kiosk.counts["told"], kiosk.counts["given"], kiosk.told_sum) == (1, 0, 70)
    since = now - timedelta(days=7)
    (act,) = by_staff.acts("quick", since=since, staff=bad.id)
    assert act.fact_id == redeemed.hold.id
    assert len(by_staff.acts("own", since=since, staff=bad.id)) == 7
    assert len(by_staff.acts("redeemed", since=since, till=("counter", "Till 2"))) == 2
    assert [row.customer_id for row in by_staff.enrolled(bad.id, since=since)] == [own.id]
