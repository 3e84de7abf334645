"""What members have in the programme as figures of theirs: right when they are read, whatever was booked by then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import CustomerMetrics
from analytics.selectors import audiences, metrics, segments
from analytics.services import membership
from analytics.services import metrics as keeping
from analytics.services import segments as saving
from cdp.core.actors import SYSTEM
from customers.services import merging
from loyalty.models import Member, WalletType
from loyalty.selectors import purses
from loyalty.services import giving, lapsing
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty.programmes import BEGIN, publish
from tests.loyalty.shop import buy, member, settle

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EXPIRY = {"expiry": {"kind": "fixed", "days": 60}}


def figures(who, at):
    return metrics.of_customer(who.id, at)


def matching(rule, at):
    return set(audiences.members({"all": [rule]}, now=at))


def give(who, amount, at, wallet="points"):
    giving.give(Asked(who.id, SYSTEM, at, "till", wallet=wallet), Decimal(amount))


def test_points_count_down_by_the_clock_alone():
    """Stored once; every moment after it is read as the purse itself reads it."""
    publish(wallets={"points": {"pending_days": 10, **EXPIRY}})
    ann, ben = member(BEGIN), member(BEGIN)
    for days, amount in ((0, "1000"), (1, "250"), (30, "500")):
        buy(ann, BEGIN + days * DAY, ("tea", 1, amount))
        settle(ann, BEGIN + days * DAY)
    keeping.update([ann.id, ben.id], BEGIN + 31 * DAY)
    stored = CustomerMetrics.objects.get(customer=ann.id)
    for days in (31, 39, 40, 41, 60, 70, 71, 72, 100, 101, 130):
        at = BEGIN + days * DAY
        purse = purses.of(ann.id)["points"]
        found = figures(ann, at)
        assert found["points_balance"] == purse.balance(at), days
        ends = [lot.ends for lot in purse.lots.values() if lot.ends > at]
        assert found["points_ending_at"] == min(ends, default=None)
        assert figures(ben, at)["points_balance"] == figures(ben, at)["points_ending"] == 0
    assert (stored.points_balance, len(stored.purse_at)) == (50, 4)
    at = BEGIN + 31 * DAY
    assert [figures(ann, at + days * DAY)["points_ending"] for days in (0, 8, 9, 10, 40, 41, 69, 70)] == [
        0, 0, 40, 50, 30, 20, 20, 0,
    ]  # fmt: skip


def test_rules_about_points_find_whom_the_figures_say_and_nobody_who_takes_no_part():
    publish(wallets={"points": EXPIRY})
    rich, poor, guest = member(BEGIN), member(BEGIN + 5 * DAY), factories.customer()
    give(rich, 100, BEGIN + 20 * DAY)
    give(poor, 5, BEGIN + 5 * DAY)
    keeping.update([rich.id, poor.id, guest.id], BEGIN + 20 * DAY)
    now = BEGIN + 40 * DAY
    for rule, expected in (
        ({"metric": "points_balance", "op": ">=", "value": 100}, {rich.id}),
        ({"metric": "points_balance", "op": "<", "value": 100}, {poor.id}),
        ({"metric": "points_balance", "op": "not_set"}, {guest.id}),
        ({"metric": "points_ending", "op": ">", "value": 0}, {poor.id}),
        ({"metric": "points_ending", "op": "=", "value": 0}, {rich.id}),
        ({"metric": "points_ending_at", "op": "<", "value": (now + 30 * DAY).date().isoformat()}, {poor.id}),
        ({"metric": "is_member", "op": "=", "value": "yes"}, {rich.id, poor.id}),
        ({"metric": "is_member", "op": "=", "value": "no"}, {guest.id}),
        ({"metric": "days_since_joined", "op": "=", "value": 35}, {poor.id}),
        ({"metric": "member_since", "op": "is_set"}, {rich.id, poor.id}),
    ):
        assert matching(rule, now) == expected, rule
    assert matching({"metric": "points_balance", "op": "=", "value": 0}, BEGIN + 70 * DAY) == {poor.id}


def test_other_wallets_tiers_and_used_coupons():
    WalletType.objects.create(key="coffee", kind="stamps")
    WalletType.objects.create(key="won", kind="credit", currency="KRW")
    publish(wallets={"points": EXPIRY})
    ann = member(BEGIN, tier="gold")
    for amount, wallet in ((3, "coffee"), ("40.5", "credit"), (7, "won")):
        give(ann, amount, BEGIN, wallet)
    keeping.update([ann.id], BEGIN)
    found = figures(ann, BEGIN + DAY)
    assert (found["stamps_balance"], found["store_credit"], found["tier"]) == (3, "40.50", "gold")
    assert (found["points_balance"], found["coupons_used"]) == (0, 0)
    Member.objects.filter(customer=ann).update(left_at=BEGIN + DAY)
    keeping.update([ann.id], BEGIN + DAY)
    found = figures(ann, BEGIN + 2 * DAY)
    assert (found["points_balance"], found["tier"], found["is_member"]) == (None, None, "no")


def test_two_who_are_one_have_what_both_had_and_part_with_what_is_theirs():
    publish(wallets={"points": EXPIRY})
    ann, ben = member(BEGIN), member(BEGIN)
    give(ann, 30, BEGIN)
    give(ben, 12, BEGIN)
    log = merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=BEGIN + DAY)
    keeping.update([ann.id], BEGIN + DAY)
    assert figures(ann, BEGIN + 2 * DAY)["points_balance"] == 42
    assert figures(ann, BEGIN + 40 * DAY)["points_ending"] == 42
    before = CustomerMetrics.objects.values().get(customer=ann.id)
    keeping.rebuild(BEGIN + DAY)
    assert CustomerMetrics.objects.values().get(customer=ann.id) == before
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=BEGIN + 2 * DAY)
    keeping.update([ann.id, ben.id], BEGIN + 2 * DAY)
    assert [figures(one, BEGIN + 3 * DAY)["points_balance"] for one in (ann, ben)] == [30, 12]


def test_a_segment_follows_when_time_alone_ends_points():
    """Booking marks whose points ended, the day's refresh finds whose end came near."""
    publish(wallets={"points": EXPIRY})
    ann = member(BEGIN)
    give(ann, 30, BEGIN)
    keeping.update([ann.id], BEGIN)
    rich = saving.create(
        name="Rich", rules={"all": [{"metric": "points_balance", "op": ">", "value": 0}]}, actor=SYSTEM, at=BEGIN
    )
    soon = saving.create(
        name="Soon", rules={"all": [{"metric": "points_ending", "op": ">", "value": 0}]}, actor=SYSTEM, at=BEGIN
    )

    def inside(segment):
        return list(segments.members(segment).values_list("customer_id", flat=True))

    membership.refresh_all(BEGIN)
    assert (inside(rich), inside(soon)) == ([ann.id], [])
    membership.refresh_due(BEGIN + 35 * DAY)
    assert (inside(rich), inside(soon)) == ([ann.id], [ann.id])
    now = BEGIN + 61 * DAY
    lapsing.book_due(now=now)
    keeping.update([ann.id], now)
    membership.update([ann.id], now)
    assert (inside(rich), inside(soon)) == ([], [])


def test_stores_ask_for_segments_by_points(client: Client):
    now = timezone.now()
    publish(wallets={"points": {"expiry": {"kind": "fixed", "days": 20}}}, starts_at=now - DAY, now=now - DAY)
    ann = member(now - DAY)
    give(ann, 30, now)
    keeping.update([ann.id], now)
    _key, key = factories.api_key()
    told = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {key}"}
    rules = {"all": [{"metric": "points_ending", "op": ">=", "value": 30}, {"metric": "tier", "op": "not_set"}]}
    assert client.post("/api/v1/segments/preview", {"rules": rules}, **told).json()["count"] == 1
    found = client.get(f"/api/v1/customers/{ann.id}/metrics", HTTP_AUTHORIZATION=told["HTTP_AUTHORIZATION"]).json()
    assert (found["points_balance"], found["points_ending"], found["is_member"]) == (30, 30, "yes")
