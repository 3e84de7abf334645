"""The step that books what purchases bring: whatever becomes of an order, what was booked for it is what it is worth."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from cdp.core import pipeline, wake
from cdp.core.actors import SYSTEM
from cdp.core.models import Mark
from commerce.models import ExchangeRate, Order
from commerce.services import rates
from customers.services import merging
from loyalty.models import Act, Hold, Lot, Member, Movement, PromotionUse, Settled
from loyalty.services import accruing, catching_up, giving, holds
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty.programmes import BEGIN, NAMES, publish, spend, tier
from tests.loyalty.shop import buy, change, has, member, refund, settle

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AT = BEGIN + 40 * DAY


def acts(who):
    return list(Act.objects.filter(customer_id=who.id).order_by("id").values_list("kind", "change", "qualifying"))


def test_an_order_earns_once_and_only_for_members_and_only_since_there_is_a_programme():
    publish()
    ann, ben = member(BEGIN), factories.customer()
    buy(ann, AT, ("tea", 2, "249.99"), ("cup", 1, "120"))
    buy(ann, BEGIN - DAY, ("tea", 1, "1000"))
    buy(ben, AT, ("tea", 1, "1000"))
    settle([ann, ben], AT)
    settle([ann, ben], AT + DAY)
    assert acts(ann) == [("earn", 14, Decimal("369.99"))]
    assert (has(ann, AT), has(ben, AT)) == (14, 0)
    act = Act.objects.get(customer_id=ann.id)
    assert [(line[0], line[3]) for line in act.details["lines"]] == [("tea", "9"), ("cup", "5")]
    assert (act.cause, act.at, act.details["rules"]) == (f"order:{act.fact_id}", AT, {"spend": "14"})
    assert Settled.objects.count() == 1


def test_nothing_changed_takes_few_queries(django_assert_max_num_queries):
    publish()
    people = [member(BEGIN) for _ in range(12)]
    for one in people:
        buy(one, AT, ("tea", 1, "100"))
    with django_assert_max_num_queries(45):
        settle(people, AT)
    with django_assert_max_num_queries(6):
        settle(people, AT + DAY)
    assert Act.objects.count() == 12


def test_an_order_that_grows_shrinks_and_is_cancelled_is_worth_what_it_is_now():
    publish()
    ann = member(BEGIN)
    order = buy(ann, AT, ("tea", 1, "100"))
    settle(ann, AT)
    for day, lines, fields, points in (
        (1, [("tea", 3, "300")], {}, 12),
        (2, [("tea", 2, "200")], {}, 8),
        (3, [], {"is_counted": False, "status": Order.Status.CANCELLED}, 0),
        (4, [], {"is_counted": True, "status": Order.Status.PAID}, 8),
    ):
        change(order, AT + day * DAY, *lines, **fields)
        settle(ann, AT + day * DAY)
        assert has(ann, AT + 9 * DAY) == points
    assert [kind for kind, _, _ in acts(ann)] == ["earn", "earn", "refund", "refund", "earn"]
    assert sum(qualifying for *_, qualifying in acts(ann)) == 200
    assert Lot.objects.get().amount == 4 + 8 + 8


def test_refunds_in_parts_take_exactly_what_the_whole_brought():
    publish()
    ann = member(BEGIN)
    order = buy(ann, AT, ("tea", 3, "310"), ("cup", 1, "77.77"), discount="40", amount="347.77")
    settle(ann, AT)
    assert has(ann, AT) == 13
    left = []
    for day in (1, 2, 3):
        refund(ann, AT + day * DAY, ("tea", 1, "90"), order=order)
        settle(ann, AT + day * DAY)
        left.append(has(ann, AT + day * DAY))
    refund(ann, AT + 4 * DAY, ("cup", 1, "70"), order=order)
    settle(ann, AT + 4 * DAY)
    assert left == sorted(left, reverse=True)
    assert has(ann, AT + 4 * DAY) == 0
    assert Act.objects.aggregate(all=Sum("qualifying"))["all"] == 0


STAMP = {"on": "visit", "key": "visit", "names": NAMES, "wallet": "stamps", "caps": [{"per": "day", "times": 1}]}


def test_a_sale_that_was_cancelled_uses_up_no_limit():
    publish(STAMP, wallets={"stamps": {"full": 10, "reward": "cup"}})
    ann = member(BEGIN)
    wrong = buy(ann, AT, ("tea", 1, "100"))
    settle(ann, AT)
    change(wrong, AT + HOUR, status=Order.Status.CANCELLED, is_counted=False)
    settle(ann, AT + HOUR)
    assert has(ann, AT + HOUR, "stamps") == 0
    buy(ann, AT + 2 * HOUR, ("tea", 1, "100"))
    settle(ann, AT + 2 * HOUR)
    buy(ann, AT + 3 * HOUR, ("tea", 1, "100"))
    settle(ann, AT + 3 * HOUR)
    assert has(ann, AT + 3 * HOUR, "stamps") == 1
    # It stands after all: it had its stamp first, whatever came of the day since.
    change(wrong, AT + 4 * HOUR, status=Order.Status.PAID, is_counted=True)
    settle(ann, AT + 4 * HOUR)
    assert has(ann, AT + 4 * HOUR, "stamps") == 2


def test_a_stamp_stays_where_its_order_grew_and_was_told_again():
    """The stamp of the larger order is the one it had, so nothing was booked for it when the order grew."""
    publish(spend(), {**STAMP, "caps": []}, wallets={"stamps": {"full": 10, "reward": "cup"}})
    ann = member(BEGIN)
    order = buy(ann, AT, ("tea", 1, "100"))
    settle(ann, AT)
    change(order, AT + HOUR, ("tea", 2, "200"), amount="200")
    settle(ann, AT + HOUR)
    change(order, AT + 2 * HOUR, status=Order.Status.PAID)
    settle(ann, AT + 2 * HOUR)
    assert (has(ann, AT + 2 * HOUR), has(ann, AT + 2 * HOUR, "stamps")) == (8, 1)
    refund(ann, AT + 3 * HOUR, ("tea", 1, "100"), order=order)
    settle(ann, AT + 3 * HOUR)
    assert (has(ann, AT + 3 * HOUR), has(ann, AT + 3 * HOUR, "stamps")) == (4, 1)
    change(order, AT + 4 * HOUR, status=Order.Status.CANCELLED, is_counted=False)
    settle(ann, AT + 4 * HOUR)
    assert (has(ann, AT + 4 * HOUR), has(ann, AT + 4 * HOUR, "stamps")) == (0, 0)


def test_what_came_back_of_a_sale_leaves_room_below_a_limit_of_points():
    publish({**spend(), "caps": [{"per": "month", "points": "10"}]})
    ann = member(BEGIN)
    order = buy(ann, AT, ("tea", 4, "200"))
    settle(ann, AT)
    assert has(ann, AT) == 8
    refund(ann, AT + HOUR, ("tea", 3, "150"), order=order)
    settle(ann, AT + HOUR)
    assert has(ann, AT + HOUR) == 2
    buy(ann, AT + DAY, ("tea", 6, "300"))
    settle(ann, AT + DAY)
    assert has(ann, AT + DAY) == 10


def test_tax_is_in_what_an_order_without_lines_came_to():
    publish({**spend(), "basis": "before_tax"})
    ann = member(BEGIN)
    factories.order(ann, placed_at=AT, amount=Decimal(1120), total=Decimal(1120), tax=Decimal(70), shipping=Decimal(50))
    settle(ann, AT)
    assert has(ann, AT) == 40


def test_a_code_told_after_its_order_and_given_back_again_is_seen():
    publish({**spend(), "rewards": "none"})
    ann = member(BEGIN)
    order = buy(ann, AT, ("tea", 1, "120"), discount="20", amount="100")
    settle(ann, AT)
    assert has(ann, AT) == 4
    use = PromotionUse.objects.create(
        customer=ann, promotion_id=order.id, code_digest=b"c", sale_digest=b"s", source=order.source, used_at=AT,
        benefit={"gives": "amount", "amount": "20", "currency": "THB"}, reference=order.external_id, order_id=order.id,
    )  # fmt: skip
    settle(ann, AT + HOUR)
    assert has(ann, AT + HOUR) == 0
    use.reversed_at = AT + 2 * HOUR
    use.save()
    settle(ann, AT + 2 * HOUR)
    assert has(ann, AT + 2 * HOUR) == 4


def test_a_purchase_waits_for_the_rate_of_its_day(django_capture_on_commit_callbacks):
    publish()
    ann, ben, cat = member(BEGIN), member(BEGIN), factories.customer()
    for who in (ann, cat):
        buy(who, AT, ("tea", 1, "10"), currency="USD")
    buy(ben, AT, ("tea", 1, "100"))
    settle([ann, ben, cat], AT)
    assert (has(ann, AT), Settled.objects.count()) == (0, 1)
    assert catching_up.mark(now=AT) == 0  # nothing to be done yet
    with django_capture_on_commit_callbacks() as woken:
        rates.save(
            rate=ExchangeRate(currency="USD", on=(AT - DAY).date(), rate=Decimal(33)), actor=SYSTEM, now=AT + HOUR
        )
    assert wake.purchases in woken
    Mark.objects.all().delete()
    assert catching_up.mark(now=AT + HOUR) == 1
    assert set(Mark.objects.values_list("customer_id", "lane")) == {(ann.id, pipeline.BULK)}
    settle(ann, AT + HOUR)
    assert has(ann, AT + HOUR) == 13
    assert catching_up.mark(now=AT + HOUR) == 0


@pytest.mark.parametrize(("how", "found"), [("asked", 1), ("first_order", 2)])
def test_a_programme_that_begins_in_the_past_looks_at_purchases_since(how, found, django_capture_on_commit_callbacks):
    ann, ben = member(BEGIN), factories.customer()
    for who, day in ((ann, 1), (ben, 1), (factories.customer(), -1)):
        buy(who, BEGIN + day * DAY, ("tea", 1, "100"))
    with django_capture_on_commit_callbacks() as woken:
        publish(joining={"how": how})
    assert wake.purchases in woken
    assert catching_up.mark(now=AT) == found
    settle([ann, ben], AT)
    assert (has(ann, AT), has(ben, AT)) == (4, 4 if how == "first_order" else 0)
    assert catching_up.mark(now=AT) == 0


def test_what_was_settled_before_two_became_one_is_settled():
    publish()
    ann, ben = member(BEGIN), member(BEGIN + DAY)
    buy(ben, AT, ("tea", 1, "100"))
    settle(ben, AT)
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=AT)
    settle(ann, AT)
    assert catching_up.mark(now=AT + HOUR) == 0


def paid_with_points(who, points, number):
    opening = giving.give(Asked(who.id, SYSTEM, AT, "till", reference=f"for-{number}"), Decimal(points))
    assert opening.points == points
    holds.redeem(Asked(who.id, SYSTEM, AT, "shop", reference=number), Decimal(points))
    return buy(
        who, AT, ("tea", 2, "60"), ("cup", 1, "40"), external_id=number, discount="40", amount="60", total=Decimal(60)
    )


def test_points_that_paid_come_back_with_what_is_returned_each_once():
    publish(wallets={"points": {"worth": "0.25"}})
    ann = member(BEGIN)
    order = paid_with_points(ann, 161, "S-1")
    settle(ann, AT)
    assert has(ann, AT) == 2
    refund(ann, AT + HOUR, ("tea", 1, "18"), order=order)
    for _ in range(2):
        settle(ann, AT + HOUR)
        assert has(ann, AT + HOUR) == 48 + 2, "three tenths of what paid, rounded down; of 2 earned nothing whole goes"
    holds.reverse(Asked(ann.id, SYSTEM, AT + HOUR, "shop"), Hold.objects.get().id, Decimal(40))
    refund(ann, AT + 2 * HOUR, ("tea", 1, "18"), order=order)
    settle(ann, AT + 2 * HOUR)
    assert Hold.objects.get().restored == 96, "the till gave 40 of them back: the return gives the rest"
    change(order, AT + 3 * HOUR, is_counted=False, status=Order.Status.CANCELLED)
    settle(ann, AT + 3 * HOUR)
    assert (has(ann, AT + 3 * HOUR), Hold.objects.get().restored) == (161, 161)
    assert Lot.objects.filter(earned_at=AT, amount=161).get().active == 161, "in the very lot"


def test_points_that_paid_stay_spent_where_the_programme_leaves_it_to_the_store():
    publish(wallets={"points": {"worth": "0.25"}}, refunds={"spent": False})
    ann = member(BEGIN)
    order = paid_with_points(ann, 160, "S-1")
    settle(ann, AT)
    change(order, AT + HOUR, is_counted=False, status=Order.Status.CANCELLED)
    settle(ann, AT + HOUR)
    assert has(ann, AT + HOUR) == 0


def test_what_was_judged_stays_judged_by_its_version_and_tier():
    publish(tiering={"tiers": [tier("gold", 1000, factor="2")]})
    publish(spend(points="10"), starts_at=AT + DAY, now=BEGIN + DAY)
    ann = member(BEGIN)
    first = buy(ann, AT, ("tea", 1, "1000"))
    second = buy(ann, AT + timedelta(hours=1), ("tea", 1, "100"))
    settle(ann, AT + timedelta(hours=2))
    assert has(ann, AT + timedelta(hours=2)) == 40 + 8
    assert Member.objects.get().tier == "gold"
    change(second, AT + 3 * DAY, ("tea", 1, "200"))
    change(first, AT + 3 * DAY, status=Order.Status.CANCELLED, is_counted=False)
    settle(ann, AT + 3 * DAY)
    assert has(ann, AT + 3 * DAY) == 16
    buy(ann, AT + 4 * DAY, ("tea", 1, "100"))
    settle(ann, AT + 4 * DAY)
    assert has(ann, AT + 4 * DAY) == 16 + 40


def test_orders_of_another_currency_earn_by_the_rate_of_their_day():
    publish()
    ann = member(BEGIN)
    ExchangeRate.objects.create(currency="USD", on=AT.date() - DAY, rate="32.6")
    order = buy(ann, AT, ("tea", 2, "10"), currency="USD")
    buy(ann, AT, ("tea", 1, "10000"), currency="KRW")
    settle(ann, AT)
    assert has(ann, AT) == 13
    ExchangeRate.objects.create(currency="USD", on=AT.date(), rate="50")
    refund(ann, AT + DAY, ("tea", 1, "5"), order=order)
    settle(ann, AT + DAY)
    assert has(ann, AT + DAY) == 7


def test_a_return_of_no_known_order_takes_the_newest_and_no_more_than_purchases_brought():
    publish()
    ann, ben = member(BEGIN), member(BEGIN)
    buy(ann, AT, ("tea", 1, "250"))
    buy(ann, AT + DAY, ("cup", 1, "100"))
    refund(ann, AT + 2 * DAY, ("cup", 1, "150"))
    refund(ben, AT + 2 * DAY, ("cup", 1, "150"))
    settle([ann, ben], AT + 2 * DAY)
    assert (has(ann, AT + 2 * DAY), has(ben, AT + 2 * DAY)) == (8, 0)
    assert list(Lot.objects.order_by("earned_at").values_list("active", flat=True)) == [8, 0]
    refund(ann, AT + 3 * DAY, amount="5000")
    settle(ann, AT + 3 * DAY)
    assert has(ann, AT + 3 * DAY) == 0
    assert not Movement.objects.filter(debit="debt").exists()


def test_an_order_earns_for_whoever_it_belongs_to_and_merging_earns_nothing_anew():
    publish()
    ann, ben = member(BEGIN), member(BEGIN)
    order = buy(ann, AT, ("tea", 1, "250"))
    buy(ben, AT, ("tea", 1, "100"))
    settle([ann, ben], AT)
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=AT)
    settle([ann, ben], AT + DAY)
    assert has(ann, AT + DAY) == 14
    assert Act.objects.count() == 2
    cat = member(BEGIN)
    Order.objects.filter(id=order.id).update(customer=cat)
    order.lines.model.objects.filter(order_id=order.id).update(customer=cat)
    settle([ann, cat], AT + 2 * DAY)
    assert (has(ann, AT + 2 * DAY), has(cat, AT + 2 * DAY)) == (4, 10)
    settle([ann, cat], AT + 3 * DAY)
    assert Act.objects.count() == 4


def test_the_first_order_makes_a_member_where_the_programme_says_so():
    publish(joining={"how": "first_order"})
    ann = factories.customer()
    buy(ann, BEGIN - DAY, ("tea", 1, "1000"))
    buy(ann, AT, ("tea", 1, "100"))
    settle(ann, AT + DAY)
    row = Member.objects.get()
    assert (row.customer_id, row.joined_at, row.how) == (ann.id, AT, "order")
    assert has(ann, AT + DAY) == 4


def test_points_end_by_activity_and_by_the_tier_and_no_promise_is_broken():
    publish(
        wallets={"points": {"expiry": {"kind": "idle", "months": 6, "until": "moment"}}},
        tiering={"tiers": [tier("gold", 900, expiry={"kind": "fixed", "months": 24, "until": "moment"})]},
    )
    ann = member(BEGIN)

    def ends():
        return [row.date().isoformat() for row in Lot.objects.order_by("earned_at").values_list("ends", flat=True)]

    buy(ann, BEGIN, ("tea", 1, "100"))
    settle(ann, BEGIN)
    assert ends() == ["2026-07-01"]
    buy(ann, BEGIN + 31 * DAY, ("tea", 1, "100"))
    settle(ann, BEGIN + 31 * DAY)
    assert ends() == ["2026-08-01"] * 2
    buy(ann, BEGIN + 59 * DAY, ("tea", 1, "800"))
    settle(ann, BEGIN + 59 * DAY)
    assert ends() == ["2028-01-01", "2028-02-01", "2028-03-01"]
    assert has(ann, BEGIN + 300 * DAY) == 40


def test_a_history_told_at_once_ends_as_it_would_have():
    publish(wallets={"points": {"expiry": {"kind": "idle", "months": 6, "until": "moment"}, "pending_days": 14}})
    ann = member(BEGIN)
    for month, day in ((2, 1), (7, 1), (12, 1)):
        buy(ann, BEGIN.replace(month=month, day=day), ("tea", 1, "100"))
    settle(ann, BEGIN.replace(month=12, day=2))
    assert has(ann, BEGIN.replace(month=12, day=31)) == 12
    assert has(ann, BEGIN.replace(month=12, day=14)) == 8
    assert has(ann, BEGIN.replace(year=2027, month=6, day=1)) == 0


@pytest.mark.parametrize(("asks", "taken"), [(False, "debt"), (True, "deducted")])
def test_only_who_gives_the_money_back_can_give_less_of_it(asks, taken):
    """Ten points spent, and the store paid the whole price back before anybody heard of it: they are owed."""
    publish(wallets={"points": {"worth": "0.5"}}, refunds={"shortfall": "deduct"})
    ann = member(BEGIN)
    order = buy(ann, AT, ("tea", 1, "250"))
    settle(ann, AT)
    holds.redeem(Asked(ann.id, SYSTEM, AT, "till"), Decimal(10))
    refund(ann, AT + DAY, ("tea", 1, "250"), order=order)
    accruing.accrue([ann.id], AT + DAY, paying_back=order.id if asks else None)
    assert list(Movement.objects.filter(credit="issued").values_list("debit", "amount")) == [(taken, 10)]


def test_stamps_that_are_gone_are_not_taken_off_money():
    """Points have a price and stamps have none: of those, too, nobody keeps anything back."""
    stamps = {"on": "visit", "key": "visit", "names": NAMES, "wallet": "stamps"}
    publish(
        stamps,
        wallets={"points": {"worth": "1"}, "stamps": {"full": 10, "reward": "cup"}},
        refunds={"shortfall": "deduct"},
    )
    ann = member(BEGIN)
    order = buy(ann, AT, ("tea", 1, "250"))
    settle(ann, AT)
    holds.redeem(Asked(ann.id, SYSTEM, AT, "till", wallet="stamps"), Decimal(1))
    refund(ann, AT + DAY, ("tea", 1, "250"), order=order)
    accruing.accrue([ann.id], AT + DAY, paying_back=order.id)
    assert list(Movement.objects.filter(credit="issued").values_list("debit", "amount")) == [("debt", 1)]
