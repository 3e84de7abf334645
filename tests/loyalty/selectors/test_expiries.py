"""What another expiry would do to what is out: the statement ends lots as the rule does, and counts whom it touches."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from commerce.models import Order
from loyalty.models import Lot, Member
from loyalty.rules import ending
from loyalty.rules import programme as rules
from loyalty.rules.programme import Expiry
from loyalty.selectors import expiries
from tests import factories
from tests.loyalty.programmes import definition, tier

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Bangkok")
POLICIES = [
    Expiry(),
    Expiry(kind="month", months=2),
    Expiry(kind="fixed", months=1, days=3, until="moment"),
    Expiry(kind="fixed", months=3),
    Expiry(kind="fixed", days=40, until="month"),
    Expiry(kind="fixed", months=1, until="year"),
    Expiry(kind="idle", months=2),
]


def lot(customer, amount, earned_at, ends=None, **fields):
    return Lot.objects.create(
        customer=customer, wallet="points", earned_at=earned_at, active_from=fields.pop("active_from", earned_at),
        ends=ends, amount=amount, active=amount, **fields,
    )  # fmt: skip


def programme(expiry, **more):
    return rules.read(definition(wallets={"points": {"expiry": msgspec.to_builtins(expiry)}}, **more))


@pytest.mark.django_db
def test_the_statement_ends_lots_as_the_rule_does():
    people = [factories.customer() for _ in range(3)]
    moments = [datetime(2026, 8, 31, 16, 59, tzinfo=UTC), datetime(2026, 8, 31, 17, 1, tzinfo=UTC),
               datetime(2026, 1, 31, 5, tzinfo=UTC), NOW - timedelta(days=39), NOW]  # fmt: skip
    lots = [lot(person, 10, moment, active_from=moment + timedelta(days=14)) for person in people for moment in moments]
    bought = NOW - timedelta(days=70)
    factories.order(people[0], placed_at=bought, amount=Decimal(5))
    assert Order.objects.count() == 1
    for policy in POLICIES:
        found = expiries.count(programme(policy), "points", NOW)
        expected = expiries.Side()
        for one in lots:
            last = bought if one.customer_id == people[0].id else None
            ends = ending.end(policy, earned_at=one.earned_at, active_from=one.active_from, last_active_at=last,
                              zone=ZONE)  # fmt: skip
            if ends is None:
                expected.never += 10
            elif ends <= NOW:
                expected.gone += 10
            else:
                month = (ends - timedelta(microseconds=1)).astimezone(ZONE).date().replace(day=1)
                expected.months[month] = expected.months.get(month, 0) + 10
        assert found.then == expected, policy
        assert found.now.never == found.out == 150


@pytest.mark.django_db
def test_members_are_counted_once_by_tier_with_those_who_were_merged_into_them():
    ann, twin, ben = factories.customer(), factories.customer(), factories.customer()
    twin.merged_into = ann.id
    twin.save(update_fields=["merged_into"])
    Member.objects.create(customer=ann, joined_at=NOW, how=Member.How.STAFF, tier="gold")
    Member.objects.create(customer=ben, joined_at=NOW, how=Member.How.STAFF)
    old, ends = NOW - timedelta(days=200), NOW + timedelta(days=30)
    lot(ann, 100, old, ends)
    lot(twin, 7, old, ends)
    lot(ben, 50, old, ends)
    lot(ben, 5, NOW, ends)
    lot(ben, 3, old, NOW - timedelta(days=1))  # has ended, booked or not
    changed = programme(
        Expiry(kind="fixed", days=100), tiering={"tiers": [tier("gold", 1, expiry={"kind": "fixed", "days": 300})]}
    )
    found = expiries.count(changed, "points", NOW)
    assert [
        (one.tier, one.members, one.gone, one.gone_amount, one.longer, one.longer_amount) for one in found.tiers
    ] == [
        ("", 1, 1, 50, 1, 5),
        ("gold", 1, 0, 0, 1, 107),
    ]
    assert (found.out, found.then.gone, found.members("longer")) == (162, 50, 2)
