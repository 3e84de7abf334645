"""People of a household who turn out to be one and are parted again, and cards that they fill together."""

from decimal import Decimal

import pytest

from cdp.core.actors import SYSTEM
from customers.services import merging
from loyalty.models import Hold, Reward, Seat, WalletType
from loyalty.rules.households import Refusal
from loyalty.selectors import households as reading
from loyalty.services import full_cards, holds
from tests.loyalty import families, programmes
from tests.loyalty.families import DAY, HOUR, NOW, asking, can_spend, give, is_proved, leave, own, refused, share
from tests.loyalty.programmes import BEGIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return families.begin()


@pytest.fixture(autouse=True)
def _everything_is_proved():
    yield
    assert is_proved()


# --- one person, two people ---


def test_two_of_a_household_who_are_one_have_one_seat_and_two_again_once_they_are_parted(family):
    ann, ben, cat, _ = family
    give(ann, 40)
    give(ben, 30)
    give(cat, 5)
    share(ann, ben)
    share(ann, cat)
    log = merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    assert reading.of(ann.id).members == 2
    assert can_spend(ann, cat) == [75, 75]
    assert own(ann, cat) == [70, 5]
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=NOW + HOUR)
    assert reading.of(ben.id).members == 3
    assert can_spend(ann, ben, cat, now=NOW + HOUR) == [75, 75, 75]


def test_of_two_households_the_survivors_stays_and_the_other_comes_back_exactly(family):
    ann, ben, cat, dan = family
    for who, points in zip(family, (1, 20, 300, 4000), strict=True):
        give(who, points)
    first, second = share(ann, ben), share(cat, dan)
    log = merging.merge(survivor=ann.id, absorbed=cat.id, reason="test", actor=SYSTEM, at=NOW)
    assert can_spend(ann, ben, dan) == [321, 321, 4000]
    assert refused(lambda: share(dan, ann)) is Refusal.ELSEWHERE
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=NOW + HOUR)
    assert can_spend(*family, now=NOW + HOUR) == [21, 21, 4300, 4300]
    assert dict(Seat.objects.filter(until=None).values_list("customer_id", "household")) == {
        ann.id: first, ben.id: first, cat.id: second, dan.id: second,
    }  # fmt: skip


def test_a_seat_of_who_was_absorbed_holds_for_who_stands_for_them(family):
    ann, ben, cat, _ = family
    give(ben, 30)
    share(ben, cat)
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    assert reading.others(cat.id) == [ann.id]
    holds.redeem(asking(cat), Decimal(10))
    assert can_spend(ann, cat) == [20, 20]
    leave(ann)
    assert can_spend(ann, cat) == [20, 0]


def test_what_a_mate_spent_of_both_is_spent_once_they_are_parted(family):
    ann, ben, cat, _ = family
    give(ann, 40)
    give(ben, 30)
    log = merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    share(ann, cat)
    put = holds.hold(asking(cat), Decimal(20))
    done = holds.redeem(asking(cat), Decimal(40))
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=NOW + HOUR)
    at = NOW + 2 * HOUR
    holds.capture(asking(cat, NOW + HOUR / 4), put.hold.id)
    assert sum(own(ann, ben, now=at)) == 10
    holds.reverse(asking(cat, at), done.hold.id)
    holds.reverse(asking(cat, at), put.hold.id)
    assert own(ann, ben, cat, now=at) == [40, 30, 0]


# --- stamps ---


def test_a_full_card_is_whose_last_stamp_made_it_full(family):
    Reward.objects.create(
        key="cup", names={"en": "Cup"}, wallet="stamps", cost=3, how="voucher", valid_days=30,
        benefit={"gives": "percent", "percent": "10"}, created_at=NOW,
    )  # fmt: skip
    WalletType.objects.get_or_create(key="stamps", defaults={"kind": "stamps"})
    programmes.publish(
        household=2, wallets={"stamps": {"full": 3, "reward": "cup"}}, starts_at=BEGIN + DAY, now=BEGIN + DAY
    )
    ann, ben, *_ = family
    share(ann, ben)
    give(ann, 2, wallet="stamps")
    give(ben, 1, NOW + HOUR, wallet="stamps")
    full_cards.fill([ann.id], NOW + HOUR)
    full_cards.fill([ann.id, ben.id], NOW + HOUR)
    card = Hold.objects.get(source="card")
    assert card.customer_id == ben.id
    assert can_spend(ann, ben, now=NOW + HOUR, wallet="stamps") == [0, 0]
