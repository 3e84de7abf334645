"""Two who shared a purse and are two again have what they would have had, had they never been one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from cdp.core import ids
from cdp.core.actors import SYSTEM
from commerce.models import Order, Refund
from customers.models import Identifier
from customers.services import merging
from loyalty.models import Act, Hold, Lot, Member, Movement, Referral, Reward
from loyalty.rules.adjusting import Why
from loyalty.rules.purse import Shortfall
from loyalty.rules.spending import Refused
from loyalty.selectors import purses, taken
from loyalty.services import actions, giving, holds, members, opening, proving, referring
from loyalty.services.book import Book
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty import programmes, shop
from tests.loyalty.services.test_book import balance, earn

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def ann():
    return factories.customer()


@pytest.fixture
def ben():
    return factories.customer()


def join(one, other):
    return merging.merge(survivor=one.id, absorbed=other.id, reason="test", actor=SYSTEM, at=NOW)


def part(log):
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=LATER)


def redeem(top, amount, *, by, is_open=False):
    """Somebody who is one with others now pays with points: whose redemption it was, an identifier of `by` said."""
    hold = Hold.objects.create(
        customer_id=top.id,
        wallet="points",
        amount=amount,
        captured=0 if is_open else amount,
        state="open" if is_open else "captured",
        until=LATER,
        source="till",
        made_at=NOW,
        resolved_by=Identifier.objects.filter(customer_id__in=[by.id, top.id], digest=digests[by.id]).get().digest,
    )
    with transaction.atomic():
        book = Book.open([top.id], now=NOW)
        kind = Act.Kind.HOLD if is_open else Act.Kind.REDEEM
        act = book.act(top.id, "points", kind, cause=f"hold:{hold.id}", fact=hold.id)
        purse = book.purse(top.id, "points")
        act.moves += (purse.hold if is_open else purse.spend)(Decimal(amount), at=NOW)
        book.write()
    return hold


digests: dict = {}


def know(*people):
    for one in people:
        digests[one.id] = Identifier.objects.filter(customer_id=one.id).values_list("digest", flat=True)[0]


def owed(customer):
    return sum((purse.owed for purse in purses.of(customer.id).values()), Decimal(0))


def parted():
    """What lies over `parted` in all: nothing, whatever happened."""
    into = Movement.objects.filter(credit="parted").aggregate(all=Sum("amount"))["all"] or 0
    return into - (Movement.objects.filter(debit="parted").aggregate(all=Sum("amount"))["all"] or 0)


def proven():
    return not [fault for told in proving.check(LATER, whole=True) for fault in told.faults]


def test_nothing_is_written_where_nothing_was_done_between(ann, ben):
    know(ann, ben)
    earn(ann, 10)
    earn(ben, 20)
    before = list(Movement.objects.order_by("id").values()), list(Lot.objects.order_by("id").values())
    part(join(ann, ben))
    assert (list(Movement.objects.order_by("id").values()), list(Lot.objects.order_by("id").values())) == before
    assert (balance(ann), balance(ben)) == (10, 20)


@pytest.mark.parametrize("spender", ["ann", "ben"])
def test_who_paid_with_lots_of_the_other_is_charged_and_the_other_has_them_again(ann, ben, spender):
    know(ann, ben)
    by, other = (ann, ben) if spender == "ann" else (ben, ann)
    earn(other, 50, ends=NOW + timedelta(days=9))  # ends first, so it is taken first
    earn(by, 30)
    log = join(ann, ben)
    hold = redeem(ann, 60, by=by)
    assert balance(ann) == 20
    part(log)
    assert (balance(other, LATER), balance(by, LATER)) == (50, -30)
    assert parted() == 0
    # What was paid with is the spender's alone now, and comes back to them.
    with transaction.atomic():
        book = Book.open([by.id], now=LATER)
        parts = taken.redeemed(hold.id, book.members[by.id])
        assert sum(one.amount for one in parts) == 60
        book.bring([one.lot for one in parts])
        act = book.act(by.id, "points", Act.Kind.RESTORE, cause=f"hold:{hold.id}", fact=hold.id)
        act.moves += book.purse(by.id, "points").restore(parts, Decimal(60), at=LATER, grace=timedelta(0))
        book.write()
    assert not taken.redeemed(hold.id, [by.id])
    assert (balance(ann, LATER), balance(ben, LATER)) == ((30, 50) if spender == "ann" else (50, 30))
    assert owed(by) == 0


def test_what_is_put_aside_of_the_others_lots_is_put_aside_of_ones_own(ann, ben):
    know(ann, ben)
    earn(ann, 50, ends=NOW + timedelta(hours=1))  # over before they are parted
    earn(ben, 30)
    log = join(ann, ben)
    hold = redeem(ann, 70, by=ben, is_open=True)
    part(log)
    assert (balance(ann, LATER), balance(ben, LATER)) == (0, -40)
    assert Lot.objects.get(customer_id=ann.id).expired == 50
    assert sum(one.amount for one in taken.held(hold.id, [ben.id])) == 70
    assert not taken.held(hold.id, [ann.id])
    with transaction.atomic():
        book = Book.open([ben.id], now=LATER)
        act = book.act(ben.id, "points", Act.Kind.RELEASE, cause=f"hold:{hold.id}", fact=hold.id)
        parts = taken.held(hold.id, [ben.id])
        act.moves += book.purse(ben.id, "points").release(parts, at=LATER, grace=timedelta(0))
        book.write()
    assert (balance(ben, LATER), owed(ben), parted()) == (30, 0, 0)


def test_a_debt_that_the_others_points_paid_is_owed_again(ann, ben):
    know(ann, ben)
    lot = earn(ben, 40)
    redeem(ben, 40, by=ben)
    with transaction.atomic():
        book = Book.open([ben.id], now=NOW)
        book.bring([lot])
        act = book.act(ben.id, "points", Act.Kind.REFUND, cause="refund:1", fact=ids.uuid7())
        act.moves += book.purse(ben.id, "points").take_back(lot, Decimal(40), at=NOW, shortfall=Shortfall.DEBT)
        book.write()
    log = join(ann, ben)
    earn(ann, 100)
    assert (balance(ann), owed(ann)) == (60, 0)
    part(log)
    assert (balance(ann, LATER), balance(ben, LATER), parted()) == (100, -40, 0)


def test_two_who_are_joined_and_parted_again_come_to_the_same(ann, ben):
    know(ann, ben)
    earn(ann, 50, ends=NOW + timedelta(days=9))
    earn(ben, 80)
    log = join(ann, ben)
    redeem(ann, 60, by=ben)
    part(log)
    assert (balance(ann, LATER), balance(ben, LATER)) == (50, 20)
    again = merging.merge(survivor=ben.id, absorbed=ann.id, reason="test", actor=SYSTEM, at=LATER)
    assert balance(ann, LATER) == 70
    part(again)
    assert (balance(ann, LATER), balance(ben, LATER), parted()) == (50, 20, 0)


def test_the_till_goes_on_with_what_was_put_aside_and_an_order_takes_its_points_along(ann, ben):
    """The same with the services that tills and the pipeline use."""
    programmes.publish()
    know(ann, ben)
    for one in (ann, ben):
        members.enrol(customer=one.id, how=Member.How.API, actor=SYSTEM, now=NOW)
        giving.give(Asked(one.id, SYSTEM, NOW, "till"), Decimal(50))
    log = join(ann, ben)
    # An order of Ben's, 40 points, told while they were one; he puts 90 aside, which takes of her lots, too.
    order = shop.buy(ann, NOW, ("A", 1, 1000), resolved_by=digests[ben.id])
    shop.settle(ann, NOW)
    assert balance(ann) == 140
    by_ben = Asked(ann.id, SYSTEM, NOW, "till")
    done = holds.hold(by_ben, Decimal(90), minutes=10_000, resolved_by=digests[ben.id])
    part(log)
    assert (Order.objects.get(id=order.id).customer_id, Hold.objects.get().customer_id) == (ben.id, ben.id)
    shop.settle([ann, ben], LATER)
    assert (balance(ann, LATER), balance(ben, LATER)) == (50, 0)
    asked = Asked(ben.id, SYSTEM, LATER, "till")
    assert holds.capture(asked, done.hold.id, Decimal(60)).points == 60
    assert (balance(ann, LATER), balance(ben, LATER)) == (50, 30)
    assert holds.reverse(asked, done.hold.id).points == 60
    assert (balance(ann, LATER), balance(ben, LATER), owed(ben), parted()) == (50, 90, 0, 0)


def test_what_an_answer_or_joining_brought_goes_to_whose_it_was_and_only_there(ann, ben):
    welcome = {"on": "action", "key": "welcome", "names": programmes.NAMES, "what": "join", "points": "7"}
    programmes.publish(programmes.spend(), welcome, refunds={"shortfall": "deduct"}, wallets={"points": {"worth": "1"}})
    know(ann, ben)
    members.enrol(customer=ben.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    log = join(ann, ben)
    shop.answer(ann, NOW, points=40, resolved_by=digests[ben.id])
    actions.reward([ann.id, ben.id], NOW)
    assert balance(ann, LATER) == 47
    part(log)
    for _ in range(2):
        actions.reward([ann.id, ben.id], LATER)
        assert (balance(ann, LATER), balance(ben, LATER), parted()) == (0, 47, 0)
    again = merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=LATER)
    actions.reward([ann.id, ben.id], LATER)
    part(again)
    actions.reward([ann.id, ben.id], LATER)
    assert (balance(ann, LATER), balance(ben, LATER)) == (0, 47)


def test_an_order_that_was_cancelled_while_two_were_one_is_taken_back_from_whose_it_is(ann, ben):
    programmes.publish()
    know(ann, ben)
    for one in (ann, ben):
        members.enrol(customer=one.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    order = shop.buy(ben, NOW, ("A", 1, 1000), resolved_by=digests[ben.id])
    shop.settle(ben, NOW)
    log = join(ann, ben)
    shop.change(Order.objects.get(id=order.id), LATER, status=Order.Status.CANCELLED, is_counted=False)
    shop.settle(ann, LATER)
    part(log)
    shop.settle([ann, ben], LATER)
    assert (balance(ann, LATER), balance(ben, LATER), owed(ann), parted()) == (0, 0, 0, 0)


def test_who_was_a_member_only_as_one_with_another_keeps_nothing_of_the_others_orders(ann, ben):
    """Ben takes part, Ann does not: while they are one she stands for both, and his order's points lie with her."""
    programmes.publish()
    know(ann, ben)
    members.enrol(customer=ben.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    log = join(ann, ben)
    shop.buy(ann, NOW, ("A", 1, 1000), resolved_by=digests[ben.id], store="Siam")
    shop.settle(ann, NOW)
    assert balance(ann, NOW) == 40
    assert Act.objects.values_list("source", "place").get() == ("shop", "Siam")
    part(log)
    for _ in range(2):
        shop.settle([ann, ben], LATER)
        assert (balance(ann, LATER), balance(ben, LATER), parted()) == (0, 40, 0)
    assert not Member.objects.filter(customer_id=ann.id).exists()


def test_an_order_booked_in_one_merge_comes_to_its_buyer_after_another_that_nobody_settled_between(ann, ben):
    programmes.publish()
    know(ann, ben)
    for one in (ann, ben):
        members.enrol(customer=one.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    log = join(ann, ben)
    shop.buy(ann, NOW, ("A", 1, 1000), resolved_by=digests[ben.id])
    shop.settle(ann, NOW)
    part(log)
    again = merging.merge(survivor=ben.id, absorbed=ann.id, reason="test", actor=SYSTEM, at=LATER)
    shop.settle(ben, LATER)
    part(again)
    shop.settle([ann, ben], LATER)
    assert (balance(ann, LATER), balance(ben, LATER), parted()) == (0, 40, 0)


def test_what_is_put_aside_of_several_lots_of_the_other_is_lent_in_one(ann, ben):
    """Ben has nothing of his own: what he put aside of three lots of hers is one loan, and one lot."""
    programmes.publish()
    know(ann, ben)
    for one in (ann, ben):
        members.enrol(customer=one.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    for points in (1, 4, 9):
        giving.give(Asked(ann.id, SYSTEM, NOW, "till"), Decimal(points))
    log = join(ann, ben)
    done = holds.hold(Asked(ann.id, SYSTEM, NOW, "till"), Decimal(14), minutes=10_000, resolved_by=digests[ben.id])
    part(log)
    assert (balance(ann, LATER), balance(ben, LATER), owed(ben), parted()) == (14, -14, 14, 0)
    assert Lot.objects.filter(customer_id=ben.id).values_list("amount", "held").get() == (14, 14)
    assert proven()
    holds.release(Asked(ben.id, SYSTEM, LATER, "till"), done.hold.id)
    assert (balance(ann, LATER), balance(ben, LATER), owed(ben), parted()) == (14, 0, 0, 0)
    assert proven()


CREDIT = {"gives": "credit", "amount": "25", "currency": "THB"}


@pytest.mark.parametrize("spent", [0, 10])
def test_store_credit_that_somebodys_points_paid_goes_with_the_redemption(ann, ben, spent):
    programmes.publish()
    know(ann, ben)
    for one in (ann, ben):
        members.enrol(customer=one.id, how=Member.How.API, actor=SYSTEM, now=NOW)
        giving.give(Asked(one.id, SYSTEM, NOW, "till"), Decimal(50))
    Reward.objects.create(key="money", names={"en": "Money"}, cost=40, benefit=CREDIT, created_at=NOW)
    log = join(ann, ben)
    by_ben = Asked(ann.id, SYSTEM, NOW, "till")
    taken_by_ben = holds.redeem(by_ben, reward="money", resolved_by=digests[ben.id]).hold
    if spent:
        holds.redeem(replace(by_ben, wallet="credit"), Decimal(spent), resolved_by=digests[ben.id])
    part(log)
    left = 25 - spent
    assert [shop.has(one, LATER, "credit") for one in (ann, ben)] == [0, left]
    assert (balance(ann, LATER), balance(ben, LATER), owed(ann), owed(ben), parted()) == (50, 10, 0, 0, 0)
    again = merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=LATER)
    asked = Asked(ann.id, SYSTEM, LATER, "till")
    if spent:
        with pytest.raises(Refused) as refused:
            holds.reverse(asked, taken_by_ben.id)
        assert refused.value.reason.value == "reward_used"
    else:
        holds.reverse(asked, taken_by_ben.id)
        assert (shop.has(ann, LATER, "credit"), balance(ann, LATER)) == (0, 100)
    part(again)
    assert [shop.has(one, LATER, "credit") for one in (ann, ben)] == [0, left if spent else 0]
    assert (balance(ann, LATER), balance(ben, LATER), parted()) == (50, 10 if spent else 50, 0)
    assert proven()


BRINGS = [
    {"on": "action", "key": key, "what": what, "points": points, "names": programmes.NAMES}
    for key, what, points in (("brings", "referral", "200"), ("comes", "referred", "50"))
]


@pytest.mark.parametrize("is_returned", ["never", "while one", "as two"])
@pytest.mark.parametrize("who", ["brought", "bringer"])
def test_what_bringing_somebody_earned_goes_to_who_brought_and_to_who_came(ann, ben, who, is_returned):
    """Ann brings Ben. One of the two is one with Cleo when it is counted; then they are two again."""
    programmes.publish(*BRINGS, referrals={"after_days": 0})
    cleo = factories.customer()
    know(ann, ben, cleo)
    for one in (ann, ben, cleo):
        members.enrol(customer=one.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    Referral.objects.create(customer_id=ben.id, by=ann.id, at=NOW)
    one = ben if who == "brought" else ann
    log = join(cleo, one)
    order = shop.buy(cleo if who == "brought" else ben, NOW, ("A", 1, 1000), resolved_by=digests[ben.id])
    referring.settle([cleo.id, ben.id], LATER)
    assert balance(cleo, LATER) == (50 if who == "brought" else 200)
    goods = ("A", 1, 1000)
    if is_returned == "while one":
        shop.refund(Order.objects.get(id=order.id).customer, LATER, goods, order=Order.objects.get(id=order.id))
        Refund.objects.update(resolved_by=digests[ben.id])
        referring.settle([cleo.id, ben.id], LATER)
    part(log)
    assert balance(cleo, LATER) == 0
    stands = is_returned != "while one"
    assert (balance(ann, LATER), balance(ben, LATER), parted()) == (200 * stands, 50 * stands, 0)
    again = merging.merge(survivor=cleo.id, absorbed=one.id, reason="test", actor=SYSTEM, at=LATER)
    if is_returned == "as two":
        bought = Order.objects.get(id=order.id)
        shop.refund(bought.customer, LATER, goods, order=bought)
        Refund.objects.update(resolved_by=digests[ben.id])
    for _ in range(2):
        referring.settle([cleo.id, ben.id], LATER)
    part(again)
    stands = is_returned == "never"
    assert (balance(ann, LATER), balance(ben, LATER), balance(cleo, LATER)) == (200 * stands, 50 * stands, 0)
    assert (owed(ann), owed(ben), owed(cleo), parted()) == (0, 0, 0, 0)
    assert proven()


def test_what_somebody_brought_along_goes_to_whose_membership_it_was(ann, ben):
    """Only Ben takes part. What a file tells of him while he is one with Ann is his, and comes no second time."""
    programmes.publish()
    know(ann, ben)
    members.enrol(customer=ben.id, how=Member.How.API, actor=SYSTEM, now=NOW)
    log = join(ann, ben)
    ends = NOW + timedelta(days=90)

    def told(who):
        rows = [opening.Brought(who.id, "points", Decimal(70), ends=ends)]
        return opening.bring(rows, source="old", actor=SYSTEM, now=LATER)

    assert len(told(ann).acts) == 1
    part(log)
    assert (balance(ann, LATER), balance(ben, LATER), parted()) == (0, 70, 0)
    assert Lot.objects.get(customer_id=ben.id).ends == ends
    assert not told(ben).acts
    assert proven()


def test_an_import_taken_back_while_two_were_one_is_taken_back_from_whose_it_was(ann, ben):
    programmes.publish()
    know(ann, ben)
    (act,) = opening.bring([opening.Brought(ben.id, "points", Decimal(70))], source="o", actor=SYSTEM, now=NOW).acts
    giving.give(Asked(ben.id, SYSTEM, NOW, "till"), Decimal(5))
    log = join(ann, ben)
    assert opening.take_back({act[1]: ben.id}, actor=SYSTEM, now=LATER) == 1
    part(log)
    assert (balance(ann, LATER), balance(ben, LATER), owed(ann), owed(ben), parted()) == (0, 5, 0, 0, 0)
    assert proven()


@pytest.fixture
def cleo():
    return factories.customer()


def three(ann, ben, cleo, *, points):
    """Ben turns out to be Cleo, then Ann to be both. Each has so much."""
    programmes.publish()
    know(ann, ben, cleo)
    for one, amount in zip((ann, ben, cleo), points, strict=True):
        members.enrol(customer=one.id, how=Member.How.API, actor=SYSTEM, now=NOW)
        if amount:
            giving.give(Asked(one.id, SYSTEM, NOW, "till"), Decimal(amount))


@pytest.mark.parametrize("is_open", [True, False])
def test_what_one_of_three_took_of_another_is_settled_once_when_the_first_of_them_leaves(ann, ben, cleo, is_open):
    three(ann, ben, cleo, points=(50, 20, 0))
    first = join(ben, cleo)
    second = join(ann, ben)
    pay = holds.hold if is_open else holds.redeem
    pay(Asked(ann.id, SYSTEM, NOW, "till"), Decimal(60), resolved_by=digests[cleo.id])
    part(first)
    assert (balance(ann, LATER), balance(cleo, LATER), parted()) == (70, -60, 0)
    part(second)
    assert [balance(one, LATER) for one in (ann, ben, cleo)] == [50, 20, -60]
    assert (owed(ann), owed(ben), parted()) == (0, 0, 0)
    assert proven()


@pytest.mark.parametrize("how", ["by hand", "at a till"])
def test_who_is_charged_when_one_of_three_leaves_is_who_did_it(ann, ben, cleo, how):
    three(ann, ben, cleo, points=(50, 30, 40))
    first = join(ben, cleo)
    asked = Asked(ben.id, SYSTEM, NOW, "till")
    if how == "by hand":
        giving.adjust(asked, Decimal(-70), why=Why.MISTAKE)
    else:
        holds.redeem(asked, Decimal(70), resolved_by=digests[ben.id])
    second = join(ann, ben)
    part(first)
    assert (balance(ann, LATER), balance(cleo, LATER), parted()) == (10, 40, 0)
    part(second)
    assert [balance(one, LATER) for one in (ann, ben, cleo)] == [50, -40, 40]
    assert (owed(ann), owed(cleo), parted()) == (0, 0, 0)
    assert proven()


def test_who_of_three_had_their_debt_paid_owes_it_again(ann, ben, cleo):
    """Ben owes 40, and Cleo's earnings pay it while they are one; then Ann is both of them."""
    three(ann, ben, cleo, points=(50, 40, 0))
    lot = Lot.objects.get(customer_id=ben.id).id
    holds.redeem(Asked(ben.id, SYSTEM, NOW, "till"), Decimal(40), resolved_by=digests[ben.id])
    with transaction.atomic():
        book = Book.open([ben.id], now=NOW)
        book.bring([lot])
        act = book.act(ben.id, "points", Act.Kind.REFUND, cause="refund:1", fact=ids.uuid7())
        act.moves += book.purse(ben.id, "points").take_back(lot, Decimal(40), at=NOW, shortfall=Shortfall.DEBT)
        book.write()
    first = join(cleo, ben)
    giving.give(Asked(cleo.id, SYSTEM, NOW, "till"), Decimal(100))
    second = join(ann, cleo)
    part(first)
    assert (balance(ann, LATER), balance(ben, LATER), parted()) == (150, -40, 0)
    part(second)
    assert [balance(one, LATER) for one in (ann, ben, cleo)] == [50, -40, 100]
    assert parted() == 0
    assert proven()
