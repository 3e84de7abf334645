"""Points by hand: within the limits at once, above them with a second person, and taken back to the very lots."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cdp.core import actors
from cdp.core.models import Notice
from customers.services import merging
from loyalty.models import Act, Adjustment, Lot, Member
from loyalty.rules.adjusting import Why
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import ledger
from loyalty.selectors.acts_told import Teller
from loyalty.services import adjusting, figures, members
from loyalty.services.adjusting import UnableToDecide
from loyalty.services.giving import Given
from tests import factories
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ann():
    programmes.publish(staff={"clerk": "50", "alone": "200"})
    return shop.member(NOW)


def adjust(who, amount, user, **more):
    told = {"wallet": "points", "why": Why.GOODWILL, "words": "Waited an hour", "now": NOW, **more}
    return adjusting.adjust(customer=who.id, amount=Decimal(amount), user=user, **told)


def refused(work):
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.reason


def told(who):
    return [
        (one.title, one.change, one.after, one.who, one.words)
        for one in Teller(who.id, ledger.page(who.id).entries).tell()
    ]


def test_a_clerk_gives_little_alone_and_more_only_with_a_second_person(ann):
    clerk, marketer, owner = factories.staff("clerk"), factories.staff("marketer"), factories.staff("owner")
    assert isinstance(adjust(ann, 50, clerk, reference="a"), Given)
    assert adjust(ann, 50, clerk, reference="a").is_repeated
    asked = adjust(ann, 51, clerk)
    assert isinstance(asked, Adjustment)
    assert shop.has(ann, NOW) == 50
    assert Notice.objects.filter(kind="second-waiting").count() == 2  # the marketer and the owner
    assert refused(lambda: adjust(ann, 51, clerk)) is Refusal.WAITS
    for user, code in ((clerk, "own"), (factories.staff("viewer"), "role")):
        with pytest.raises(UnableToDecide) as caught:
            adjusting.approve(asked.id, user=user, now=NOW)
        assert caught.value.reason == code
    adjusting.approve(asked.id, user=marketer, now=NOW)
    with pytest.raises(UnableToDecide):
        adjusting.approve(asked.id, user=owner, now=NOW)
    assert shop.has(ann, NOW) == 101
    assert told(ann)[0] == ("Given by hand", "+51 points", "101", str(clerk), "Waited an hour")
    entry = ledger.page(ann.id).entries[0]
    assert Teller(ann.id, [entry]).told(entry).why == ["Goodwill", f"Approved by {marketer}"]
    assert asked.words is not None
    assert b"hour" not in bytes(asked.words)


def test_a_limit_is_of_a_day_and_of_a_wallet_and_splitting_passes_it_not(ann):
    clerk = factories.staff("clerk")
    factories.staff("owner")
    ben = shop.member(NOW)
    for who, amount in ((ann, 30), (ben, 15), (ann, -5)):
        assert isinstance(adjust(who, amount, clerk), Given)
    assert isinstance(adjust(ben, 1, clerk), Adjustment), "50 are given and taken today"
    stamps = {"wallet": "stamps"}
    assert isinstance(adjust(ann, 2, clerk, **stamps), Given)
    assert isinstance(adjust(ben, 1, clerk, **stamps), Adjustment)
    mistake = Act.objects.get(customer_id=ben.id, wallet="points")
    adjusting.reverse(customer=ben.id, act=mistake.id, words="Ben was not meant", user=clerk, now=NOW)
    assert isinstance(adjust(ann, 15, clerk), Given), "what was taken back again counts no more"
    assert isinstance(adjust(ann, 1, factories.staff("marketer")), Given), "each has a limit of their own"


def test_taking_back_what_a_colleague_did_is_giving_too(ann):
    clerk, owner = factories.staff("clerk"), factories.staff("owner")
    adjust(ann, 100, owner)
    taken = adjust(ann, -50, owner)
    assert isinstance(adjust(ann, 30, clerk), Given)
    back = adjusting.reverse(customer=ann.id, act=taken.act.id, words="No", user=clerk, now=NOW)
    assert isinstance(back, Adjustment), "30 and 50 are more than 50"


def test_money_is_limited_by_the_points_that_it_is_worth():
    programmes.publish(staff={"clerk": "50", "alone": "200"}, wallets={"points": {"worth": "0.5"}})
    ann, clerk = shop.member(NOW), factories.staff("clerk")
    factories.staff("owner")
    assert isinstance(adjust(ann, "25", clerk, wallet="credit"), Given)
    assert isinstance(adjust(ann, "0.01", clerk, wallet="credit"), Adjustment)


def test_for_an_account_of_ones_own_somebody_else_decides(ann):
    clerk = factories.staff("clerk", email="me@example.com")
    me = factories.customer(email="Me@example.com")
    members.enrol(customer=me.id, how=Member.How.STAFF, actor=actors.SYSTEM, now=NOW)
    assert refused(lambda: adjust(me, 1, clerk)) is Refusal.NOBODY_ELSE
    owner = factories.staff("owner")
    asked = adjust(me, 1, clerk)
    adjusting.approve(asked.id, user=owner, now=NOW)
    assert shop.has(me, NOW) == 1


def test_what_was_refused_or_withdrawn_books_nothing_and_nobody_alone_passes_the_limit(ann):
    steward = factories.staff("steward")
    assert refused(lambda: adjust(ann, 201, steward)) is Refusal.NOBODY_ELSE
    owner = factories.staff("owner")
    first, second = adjust(ann, 201, steward), adjust(ann, 202, steward)
    adjusting.refuse(first.id, words="No such complaint", user=owner, now=NOW)
    adjusting.withdraw(second.id, user=steward, now=NOW)
    first.refresh_from_db()
    assert adjusting.words_of(first, "answer") == "No such complaint"
    assert refused(lambda: adjust(ann, -201, steward)) is Refusal.INSUFFICIENT
    assert refused(lambda: adjust(ann, "0.5", steward)) is Refusal.NOT_WHOLE
    assert not Act.objects.exists()


def test_an_adjustment_is_taken_back_once_and_of_its_very_lot(ann):
    owner = factories.staff("owner")
    adjust(ann, 100, owner)
    given = adjust(ann, 40, owner)
    adjusting.reverse(customer=ann.id, act=given.act.id, words="Told twice", user=owner, now=NOW)
    assert [lot.active for lot in Lot.objects.order_by("id")] == [100, 0]
    taken = adjust(ann, -30, owner)
    back = adjusting.reverse(customer=ann.id, act=taken.act.id, words="The wrong one", user=owner, now=NOW)
    assert [lot.active for lot in Lot.objects.order_by("id")] == [100, 0]
    for act, code in (
        (given.act.id, Refusal.ADJUSTMENT_REVERSED),
        (back.act.id, Refusal.IS_REVERSAL),
        (ann.id, Refusal.UNKNOWN_ADJUSTMENT),
    ):
        undo = lambda act=act: adjusting.reverse(customer=ann.id, act=act, words="x", user=owner, now=NOW)  # noqa: E731
        assert refused(undo) is code
    assert [(title, change, after) for title, change, after, _who, _words in told(ann)] == [
        ("An adjustment was taken back", "+30 points", "100"),
        ("Taken by hand", "−30 points", "70"),
        ("An adjustment was taken back", "−40 points", "100"),
        ("Given by hand", "+40 points", "140"),
        ("Given by hand", "+100 points", "100"),
    ]


def test_the_ledger_of_two_who_turn_out_to_be_one_is_one_and_tells_whose_it_was(ann):
    owner, ben = factories.staff("owner"), factories.customer(name="Ben Sook", email="ben@example.com")
    Member.objects.create(customer=ben, joined_at=NOW, how=Member.How.STAFF)
    shop.settle(ann, NOW)
    order = shop.buy(ann, NOW + timedelta(hours=1), ("TEA", 2, 250))
    shop.settle(ann, NOW + timedelta(hours=2))
    adjust(ben, 7, owner)
    merging.merge(survivor=ann.id, absorbed=ben.id, actor=adjusting.actors.staff(owner), reason="steward", at=NOW)
    figures.keep([ann.id], NOW)
    assert Member.objects.get(customer_id=ann.id).points == 17
    newest, oldest = Teller(ann.id, ledger.page(ann.id).entries).tell()
    assert (newest.change, newest.after, newest.merged) == ("+7 points", "17", ["Ben Sook"])
    assert (oldest.title, oldest.order, oldest.after, oldest.merged) == (
        "Earned by a purchase",
        order.external_id,
        "10",
        [],
    )
    assert oldest.why == ["Sun Club: 10"]
    assert [(line.sku, line.quantity, line.points) for line in oldest.lines] == [("TEA", "2", "10")]
    first = ledger.page(ann.id, size=1)
    older = ledger.page(ann.id, size=1, older_than=first.entries[0].id)
    assert (first.has_older, older.entries[0].after, older.has_newer, older.has_older) == (True, 10, True, False)


def test_nobody_approves_for_the_account_that_is_their_own(ann):
    clerk, owner = factories.staff("clerk"), factories.staff("owner", email="us@example.com")
    theirs = factories.customer(email="US@example.com")
    Member.objects.create(customer=theirs, joined_at=NOW, how=Member.How.STAFF)
    asked = adjust(theirs, 51, clerk)
    with pytest.raises(UnableToDecide):
        adjusting.approve(asked.id, user=owner, now=NOW)
    assert shop.has(theirs, NOW) == 0
