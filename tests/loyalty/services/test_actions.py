"""What is no purchase is rewarded once, whoever asks how often and whoever was merged."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core import ids
from cdp.core.actors import SYSTEM
from cdp.core.models import Mark
from customers.models import Customer
from customers.services import merging
from events.models import Event
from loyalty.models import Act, Coupon, Lot, Member
from loyalty.services import actions, birthdays, promised
from surveys.models import Review, Survey
from surveys.services import answering
from tests import factories
from tests.loyalty.programmes import BEGIN, NAMES, publish, spend, tier
from tests.loyalty.shop import has, member
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
JOIN = {"on": "action", "key": "welcome", "names": NAMES, "what": "join", "points": "50"}


def test_joining_is_rewarded_once_as_the_version_of_that_day_said():
    publish(spend(), JOIN, wallets={"stamps": {"full": 10, "reward": "cup", "first": 2}})
    publish(spend(), starts_at=BEGIN + 5 * DAY, now=BEGIN + DAY)
    early, ann, ben, late = (member(BEGIN + days * DAY) for days in (-1, 1, 2, 6))
    everybody = [one.id for one in (early, ann, ben, late)]
    actions.reward(everybody, BEGIN + 7 * DAY)
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=BEGIN + 7 * DAY)
    actions.reward(everybody, BEGIN + 8 * DAY)
    now = BEGIN + 8 * DAY
    assert [has(one, now) for one in (early, ann, late)] == [0, 100, 0]
    assert [has(one, now, "stamps") for one in (early, ann, late)] == [0, 4, 0]
    assert Act.objects.count() == 4
    assert set(Act.objects.filter(customer_id=ann.id).values_list("at", "reason")) == {
        (BEGIN + DAY, "welcome"),
        (BEGIN + DAY, "first"),
    }


def test_who_reaches_a_tier_by_what_is_no_purchase_rises_at_once():
    publish(spend(), {**JOIN, "is_qualifying": True}, tiering={"tiers": [tier("gold", 50)], "basis": "points"})
    ann = member(BEGIN + DAY)
    actions.reward([ann.id], BEGIN + DAY)
    assert Member.objects.get(customer=ann).tier == "gold"


def test_points_for_joining_keep_to_the_window_the_tiers_and_the_limits_of_their_rule():
    """500 for who joins until 5 January; 30 for gold only; 20 once ever, also for who shares a purse since."""
    day = timezone.localtime(BEGIN).date()
    publish(
        spend(),
        action("join", 500, key="early", window={"until": (day + 4 * DAY).isoformat()}),
        action("join", 30, key="gold", tiers=["gold"]),
        action("join", 20, key="once", caps=[{"per": "ever", "times": 1}]),
        tiering={"tiers": [tier("gold", 10)]},
    )
    early, late, gold, risen = (
        member(BEGIN + DAY),
        member(BEGIN + 9 * DAY),
        member(BEGIN + 9 * DAY, tier="gold", tier_since=BEGIN + DAY),
        member(BEGIN + 9 * DAY, tier="gold", tier_since=BEGIN + 10 * DAY),
    )
    twice = member(BEGIN + 9 * DAY)
    everybody = [one.id for one in (early, late, gold, risen, twice)]
    actions.reward(everybody, BEGIN + 11 * DAY)
    assert [has(one, BEGIN + 11 * DAY) for one in (early, late, gold, risen)] == [520, 20, 50, 20]
    other = member(BEGIN + 9 * DAY)
    merging.merge(survivor=other.id, absorbed=twice.id, reason="test", actor=SYSTEM, at=BEGIN + 11 * DAY)
    actions.reward([other.id], BEGIN + 12 * DAY)
    assert has(other, BEGIN + 12 * DAY) == 20


def test_what_a_questionnaire_promised_is_given_to_members_once():
    publish()
    now = timezone.now()
    ann, ben = member(now - DAY), factories.customer()
    survey = asking.opened(value(page("one", question("nps", "score"))), slug="asked")
    Survey.objects.filter(id=survey.id).update(reward={"kind": "points", "points": 50}, is_once=False)
    for who in (ann, ann, ben):
        run = asking.run(survey, customer=who.id)
        answering.take(run, {"score": 9}, at=now, is_end=True, keeps_valid=True)
    for _ in range(2):
        actions.reward([ann.id, ben.id], now + timedelta(minutes=1))
    assert (has(ann, now + DAY), has(ben, now + DAY)) == (50, 0)
    assert Act.objects.get().qualifying is None


def action(what, points, **more):
    return {"on": "action", "key": more.pop("key", what), "names": NAMES, "what": what, "points": str(points), **more}


def test_a_birthday_is_rewarded_once_a_year_whoever_tells_another_date_and_by_the_end_of_the_tier():
    publish(
        spend(),
        action("birthday", 30),
        tiering={"tiers": [tier("gold", 10, expiry={"kind": "fixed", "days": 5, "until": "day"})]},
    )
    ann, ben, late = (member(BEGIN, tier=rank) for rank in ("gold", "", ""))
    Customer.objects.filter(id__in=[ann.id, ben.id]).update(birth_date=date(2000, 2, 29))
    Customer.objects.filter(id=late.id).update(birth_date=date(1990, 1, 1))  # before they joined, by the shop's clock
    everybody = [one.id for one in (ann, ben, late)]
    day = datetime(2026, 2, 27, 17, 5, tzinfo=UTC)  # five past midnight of the 28th in Bangkok
    assert birthdays.mark(now=day - timedelta(minutes=10)) == 0
    assert birthdays.mark(now=day) == 2
    assert set(Mark.objects.filter(cause="loyalty.birthday").values_list("customer_id", flat=True)) == {ann.id, ben.id}
    for _ in range(2):
        actions.reward(everybody, day)
    Customer.objects.filter(id=ben.id).update(birth_date=date(2000, 4, 1))
    actions.reward(everybody, day + 60 * DAY)
    assert [has(one, day) for one in (ann, ben, late)] == [30, 30, 0]
    assert Act.objects.count() == 2
    assert dict(Lot.objects.values_list("customer_id", "ends")) == {
        ann.id: day + 6 * DAY - timedelta(minutes=5),
        ben.id: None,
    }
    actions.reward(everybody, datetime(2028, 2, 28, 17, tzinfo=UTC))
    assert [has(one, day + 4 * DAY) for one in (ann, ben)] == [30, 30]
    assert Act.objects.filter(customer_id=ann.id).order_by("id").last().at == datetime(2028, 2, 28, 17, tzinfo=UTC)


def test_reviews_earn_once_for_an_article_events_up_to_their_caps_and_recommendations_by_the_door():
    publish(
        action("review", 10),
        action("event", 5, event="Checked In", caps=[{"per": "day", "times": 1}, {"per": "month", "points": "12"}]),
        action("referral", 40),
    )
    ann, ben = member(BEGIN), factories.customer()
    at = BEGIN + 40 * DAY
    for sku, days in (("tea", 0), ("tea", 1), ("cup", 2), ("old", -70)):
        Review.objects.create(
            customer=ann, source="shop", external_id=f"{sku}{days}", sku=sku, at=at + days * DAY, told_at=at
        )
    for days, name in ((0, "Checked In"), (0.1, "Checked In"), (1, "Checked In"), (2, "Checked In"), (3, "Seen")):
        when = at + days * DAY
        Event.objects.create(
            id=ids.uuid7_at(when), customer=ann, kind="track", name=name, source="app", message_id=str(when),
            occurred_at=when, received_at=when,
        )  # fmt: skip
    now = at + 5 * DAY
    for _ in range(2):
        actions.reward([ann.id, ben.id], now)
    assert sorted(Act.objects.values_list("reason", "change")) == [
        ("event", 2),
        ("event", 5),
        ("event", 5),
        ("review", 10),
        ("review", 10),
    ]
    assert Act.objects.get(change=2).details["cut"] == "3"
    cause = f"referral:{ids.uuid7()}"
    booked = [actions.give(customer=ann.id, what="referral", cause=cause, at=now, now=now) for _ in range(2)]
    assert booked == [Decimal(40), Decimal(0)]
    assert actions.give(customer=ben.id, what="referral", cause=cause, at=now, now=now) == 0
    assert has(ann, now) == 72


def test_a_coupon_that_a_questionnaire_promised_is_given_once_to_whoever_answered():
    now = timezone.now()
    ann, ben, cat = (factories.customer() for _ in range(3))
    survey = asking.opened(value(page("one", question("nps", "score"))), slug="asked")
    Survey.objects.filter(id=survey.id).update(reward={"kind": "coupon", "offer": "first-order"}, is_once=False)
    for who in (ann, ann, ben):
        run = asking.run(survey, customer=who.id)
        answering.take(run, {"score": 9}, at=now, is_end=True, keeps_valid=True)
    everybody = [ann.id, ben.id, cat.id]
    promised.give(everybody, now)
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=now)
    promised.give(everybody, now + DAY)
    found = list(Coupon.objects.order_by("customer_id").values_list("customer_id", "reason", "is_first_order"))
    assert found == [(ann.id, "survey", True)] * 2  # each of the two was promised one
