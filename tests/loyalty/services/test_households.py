"""Members who share a wallet: whose lots are spent, who pays what is owed, who joins, who leaves, who is one or two."""

from decimal import Decimal

import pytest
from django.db import connection

from cdp.core.actors import CUSTOMER, SYSTEM
from customers.services import erasing
from loyalty.models import Act, Balance, Hold, HouseholdKey, Lot, Member, Movement, Seat, WalletType
from loyalty.rules.adjusting import Why
from loyalty.rules.households import Refusal, agreed
from loyalty.rules.spending import Refusal as No
from loyalty.rules.spending import Refused as Declined
from loyalty.selectors import households as reading
from loyalty.selectors import purses
from loyalty.services import figures, giving, holds, households, members
from tests import factories
from tests.loyalty import families, programmes, shop
from tests.loyalty.families import DAY, HOUR, NOW, asking, can_spend, give, is_proved, leave, left, own, refused, share
from tests.loyalty.programmes import BEGIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return families.begin()


@pytest.fixture(autouse=True)
def _everything_is_proved():
    yield
    assert is_proved()


# --- spending ---


def test_whoever_spends_takes_what_ends_first_whose_ever_it_is(family):
    programmes.publish(
        household=2,
        wallets={"points": {"expiry": {"kind": "fixed", "days": 90}}},
        starts_at=BEGIN + DAY,
        now=BEGIN + DAY,
    )
    ann, ben, *_ = family
    give(ann, 40)
    give(ben, 30, NOW - DAY)
    share(ann, ben)
    assert can_spend(ann, ben) == [70, 70]
    done = holds.redeem(asking(ann, reference="S-1"), Decimal(50))
    assert (left(ann), left(ben)) == (20, 0), "ben's end first"
    assert done.available == 20
    assert can_spend(ann, ben) == [20, 20]
    # Acts lie with who did them, movements with whose lots they are.
    act = Act.objects.get(kind="redeem")
    assert (act.customer_id, act.change) == (ann.id, -50)
    assert set(Movement.objects.filter(act_id=act.id).values_list("customer_id", "amount")) == {
        (ann.id, Decimal(20)),
        (ben.id, Decimal(30)),
    }
    assert dict(Balance.objects.values_list("customer_id", "active")) == {ann.id: 20, ben.id: 0}


def test_nobody_spends_more_than_there_is(family):
    ann, ben, cat, dan = family
    give(ann, 40)
    give(ben, 30)
    give(dan, 500)
    share(ann, ben)
    share(ben, cat)
    assert can_spend(ann, ben, cat, dan) == [70, 70, 70, 500]
    with pytest.raises(Declined) as no:
        holds.redeem(asking(cat), Decimal(71))
    assert no.value.reason is No.INSUFFICIENT
    holds.redeem(asking(cat), Decimal(70))
    assert can_spend(ann, ben, cat, dan) == [0, 0, 0, 500]


def test_points_put_aside_are_put_aside_for_everybody_and_come_back_to_their_lots(family):
    ann, ben, *_ = family
    give(ann, 40)
    give(ben, 30)
    share(ann, ben)
    put = holds.hold(asking(ann), Decimal(60))
    assert can_spend(ann, ben) == [10, 10]
    with pytest.raises(Declined):
        holds.hold(asking(ben), Decimal(11))
    # The sale of one is not another's to decide.
    with pytest.raises(Declined) as no:
        holds.capture(asking(ben), put.hold.id)
    assert no.value.reason is No.FOREIGN_HOLD
    holds.release(asking(ann), put.hold.id)
    assert (left(ann), left(ben)) == (40, 30)


def test_a_hold_whose_time_ran_out_is_given_back_by_whoever_comes_next(family):
    ann, ben, *_ = family
    give(ben, 30)
    share(ann, ben)
    holds.hold(asking(ann), Decimal(30), minutes=10)
    assert can_spend(ben) == [0]
    assert can_spend(ben, now=NOW + HOUR) == [30], "as time says, whatever is booked"
    holds.redeem(asking(ben, NOW + HOUR), Decimal(30))
    assert Hold.objects.get(customer=ann).state == "lapsed"


def test_store_credit_is_everybodys_own(family):
    ann, ben, *_ = family
    WalletType.objects.get_or_create(key="credit", defaults={"kind": "credit", "currency": "THB"})
    give(ann, 100, wallet="credit")
    share(ann, ben)
    assert can_spend(ann, ben, wallet="credit") == [100, 0]
    with pytest.raises(Declined):
        holds.redeem(asking(ben, wallet="credit"), Decimal(1))


def test_a_redemption_taken_back_goes_to_whose_points_they_were(family):
    ann, ben, *_ = family
    give(ben, 30)
    give(ann, 40, NOW + HOUR)
    share(ann, ben, NOW + HOUR)
    done = holds.redeem(asking(ann, NOW + HOUR), Decimal(50))
    assert (left(ann), left(ben)) == (20, 0)
    holds.reverse(asking(ann, NOW + HOUR, reference="R1"), done.hold.id, Decimal(45))
    assert (left(ann), left(ben)) == (40, 25)
    holds.reverse(asking(ann, NOW + HOUR, reference="R2"), done.hold.id)
    assert (left(ann), left(ben)) == (40, 30)


def test_staff_take_of_nobody_but_whom_they_mean(family):
    ann, ben, *_ = family
    give(ann, 10)
    give(ben, 30)
    share(ann, ben)
    with pytest.raises(Declined) as no:
        giving.adjust(asking(ann), Decimal(-11), why=Why.MISTAKE)
    assert no.value.numbers["available"] == 10
    giving.adjust(asking(ann), Decimal(-10), why=Why.MISTAKE)
    assert own(ann, ben) == [0, 30]


def test_the_list_of_members_and_the_figure_beside_them_say_what_each_can_spend(family):
    ann, ben, *_ = family
    give(ann, 10)
    give(ben, 30)
    share(ann, ben)
    figures.keep([ann.id, ben.id], NOW)
    assert set(Member.objects.filter(customer__in=[ann, ben]).values_list("points", flat=True)) == {40}


# --- what is owed and taken back ---


def test_a_return_takes_of_who_bought_and_never_of_the_others(family):
    ann, ben, *_ = family
    order = shop.buy(ann, NOW, ("tea", 1, "1000"))
    shop.settle(ann, NOW)
    give(ben, 100)
    share(ann, ben)
    holds.redeem(asking(ben), Decimal(40))
    assert (left(ann), left(ben)) == (0, 100), "ann's came first"
    shop.refund(ann, NOW + DAY, order=order, amount=1000)
    shop.settle(ann, NOW + DAY)
    assert own(ann, ben) == [-40, 100]
    assert can_spend(ann, ben, now=NOW + DAY) == [60, 100], "what ann owes lessens what ann can spend"
    give(ben, 5, NOW + DAY)
    assert own(ann, ben) == [-40, 105], "and others do not pay for it"
    give(ann, 50, NOW + DAY)
    assert own(ann, ben) == [10, 105]


def test_who_owes_spends_of_others_no_more_than_they_owe_less(family):
    ann, ben, *_ = family
    give(ben, 100)
    order = shop.buy(ann, NOW, ("tea", 1, "1000"))
    shop.settle(ann, NOW)
    holds.redeem(asking(ann), Decimal(40))
    shop.refund(ann, NOW + HOUR, order=order, amount=1000)
    shop.settle(ann, NOW + HOUR)
    share(ann, ben, NOW + HOUR)
    assert own(ann, ben, now=NOW + HOUR) == [-40, 100], "joining pays no debt"
    later = NOW + 2 * HOUR
    with pytest.raises(Declined) as no:
        holds.redeem(asking(ann, later), Decimal(61))
    assert no.value.numbers["available"] == 60
    holds.redeem(asking(ann, later), Decimal(60))
    assert own(ann, ben, now=later) == [-40, 40]
    assert can_spend(ann, ben, now=later) == [0, 40]


def test_ends_by_idleness_go_by_the_owner(family):
    programmes.publish(
        household=2, wallets={"points": {"expiry": {"kind": "idle", "days": 30, "until": "moment"}}},
        starts_at=BEGIN + DAY, now=BEGIN + DAY,
    )  # fmt: skip
    ann, ben, *_ = family
    give(ann, 10)
    give(ben, 10)
    share(ann, ben)
    at = NOW + 20 * DAY
    holds.redeem(asking(ben, at), Decimal(1))
    ends = dict(Lot.objects.values_list("customer_id", "ends"))
    assert ends[ann.id] == NOW + 30 * DAY
    assert ends[ben.id] == at + 30 * DAY


# --- joining ---


def test_as_many_share_as_the_programme_says(family):
    ann, ben, cat, dan = family
    share(ann, ben)
    assert refused(lambda: share(ann, ben)) is Refusal.TOGETHER
    share(ben, cat)
    assert reading.of(ann.id).members == 3
    assert refused(lambda: share(cat, dan)) is Refusal.FULL
    assert Seat.objects.filter(until=None).values("household").distinct().count() == 1


def test_one_household_each_and_members_alone(family):
    ann, ben, cat, dan = family
    share(ann, ben)
    share(cat, dan)
    assert refused(lambda: share(ann, cat)) is Refusal.ELSEWHERE
    assert refused(lambda: share(ann, factories.customer())) is Refusal.NOT_MEMBER
    assert refused(lambda: share(ann, ann)) is Refusal.SAME


def test_a_lower_number_leaves_households_alone_and_lets_nobody_in(family):
    ann, ben, cat, _ = family
    give(ben, 30)
    share(ann, ben)
    programmes.publish(starts_at=NOW + DAY, now=NOW)
    later = NOW + 2 * DAY
    assert refused(lambda: share(ann, cat, later)) is Refusal.NOT_OFFERED
    assert can_spend(ann, now=later) == [30]


def test_an_invitation_is_good_once_and_for_a_day(family):
    ann, ben, cat, _ = family
    code = households.invite(customer=ann.id, now=NOW)
    assert code not in str(list(HouseholdKey.objects.values()))
    newer = households.invite(customer=ann.id, now=NOW)

    def accept(who, told, at=NOW):
        return households.accept(customer=who.id, code=told, agreed=agreed(), now=at)

    assert refused(lambda: accept(ben, code)) is Refusal.UNKNOWN_CODE
    assert refused(lambda: accept(ben, newer, NOW + 2 * DAY)) is Refusal.UNKNOWN_CODE
    assert refused(lambda: accept(ann, newer)) is Refusal.SAME
    accept(ben, newer.lower())
    assert refused(lambda: accept(cat, newer)) is Refusal.UNKNOWN_CODE
    assert reading.others(ben.id) == [ann.id]
    seats = list(Seat.objects.all())
    assert {(one.how, one.by_kind, one.agreed) for one in seats} == {("card", CUSTOMER.kind, agreed())}
    households.invite(customer=ann.id, now=NOW)
    assert households.forget_old(now=NOW + 2 * DAY) == 1


# --- leaving ---


def test_who_leaves_keeps_what_is_left_of_their_own(family):
    ann, ben, cat, _ = family
    give(ann, 40)
    give(ben, 30)
    share(ann, ben)
    share(ann, cat)
    holds.redeem(asking(cat), Decimal(50))
    assert leave(ben)
    assert not leave(ben)
    assert can_spend(ann, ben, cat) == [0, 20, 0]
    assert reading.of(ann.id).members == 2
    assert leave(ann)
    assert reading.of(cat.id) is None
    assert set(Seat.objects.values_list("why", flat=True)) == {"left", "alone"}
    share(ben, ann)
    assert can_spend(ann, ben) == [20, 20]


@pytest.mark.parametrize("end", ["capture", "part", "release", "lapse", "lapse_by_till"])
def test_a_hold_that_is_open_while_they_part_ends_as_it_would_have(family, end):
    ann, ben, *_ = family
    give(ben, 30)
    give(ann, 40, NOW + HOUR)
    share(ann, ben, NOW + HOUR)
    at = NOW + HOUR
    put = holds.hold(asking(ann, at), Decimal(50), minutes=30)
    leave(ben, at)
    if end == "capture":
        holds.capture(asking(ann, at), put.hold.id)
    elif end == "part":
        holds.capture(asking(ann, at), put.hold.id, Decimal(35))
    elif end == "release":
        holds.release(asking(ann, at), put.hold.id)
    elif end == "lapse":
        holds.lapse(now=at + HOUR)
    else:
        give(ben, 1, at + HOUR)
        holds.hold(asking(ann, at + HOUR), Decimal(1))
    expected = {"capture": (20, 0), "part": (35, 0), "release": (40, 30), "lapse": (40, 30), "lapse_by_till": (40, 30)}
    assert (left(ann), left(ben)) == {**expected, "lapse_by_till": (39, 31)}[end]
    if end in {"capture", "part"}:
        holds.reverse(asking(ann, at), put.hold.id)
        assert (left(ann), left(ben)) == (40, 30), "what was paid comes back to its owners, also now"


def test_a_hold_of_a_mate_that_lies_on_lots_of_one_who_left_waits_for_its_own_book(family):
    ann, ben, cat, _ = family
    give(ben, 30)
    share(ann, ben)
    share(ann, cat)
    holds.hold(asking(ann), Decimal(30), minutes=10)
    leave(ben)
    give(cat, 5)
    at = NOW + HOUR
    holds.redeem(asking(cat, at), Decimal(5))
    holds.lapse(now=at)
    assert left(ben) == 30


def test_who_leaves_the_programme_leaves_the_household_with_what_is_theirs(family):
    ann, ben, *_ = family
    give(ann, 40)
    give(ben, 30)
    share(ann, ben)
    put = holds.hold(asking(ben), Decimal(50))
    with pytest.raises(members.UnableToLeave) as unable:
        members.leave(customer=ann.id, shown={"points": Decimal(0)}, actor=SYSTEM, now=NOW)
    assert unable.value.held, "ben's purchase is paid with them"
    holds.release(asking(ben), put.hold.id)
    members.leave(customer=ann.id, shown={"points": Decimal(40)}, actor=SYSTEM, now=NOW)
    assert own(ann, ben) == [0, 30]
    assert can_spend(ben) == [30]
    assert Seat.objects.get(customer=ann).why == "programme"


def test_erasure_ends_one_seat_and_the_rest_is_as_it_was(family):
    ann, ben, cat, _ = family
    give(ann, 40)
    give(ben, 30)
    share(ann, ben)
    share(ann, cat)
    put = holds.hold(asking(cat), Decimal(60))
    erasing.erase(customer=ann.id, actor=SYSTEM, at=NOW)
    assert Seat.objects.get(customer=ann).why == "forgotten"
    assert reading.others(ben.id) == [cat.id]
    holds.capture(asking(cat), put.hold.id)
    assert left(ben) == 10
    assert can_spend(ben, cat) == [10, 10]
    holds.reverse(asking(cat), put.hold.id)
    assert sum(own(ben, cat)) == 70, "what was ann's comes back as cat's: they paid with it"


def test_of_a_household_of_one_nobody_reads(family):
    ann, ben, *_ = family
    give(ben, 30)
    share(ann, ben)
    erasing.erase(customer=ann.id, actor=SYSTEM, at=NOW)
    assert reading.of(ben.id) is None
    assert can_spend(ben) == [30]


# --- around it ---


def test_what_the_shop_owes_counts_nothing_twice(family):
    ann, ben, *_ = family
    give(ann, 40)
    give(ben, 30)
    share(ann, ben)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(active) FROM loyalty_balance")
        assert cursor.fetchone() == (70,)
    assert purses.balances([ann.id, ben.id], "points", NOW) == {ann.id: 70, ben.id: 70}


def test_who_never_shared_costs_three_statements_more(family, django_assert_max_num_queries):
    ann, *_ = family
    with django_assert_max_num_queries(4):
        purses.sharing([ann.id])
