"""The ledger in the database: what is written is what was moved, at once or not at all, for merged people too."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from cdp.core import ids
from cdp.core.actors import SYSTEM
from customers.services import merging
from loyalty.models import Act, Balance, Lot, Movement
from loyalty.rules.purse import PAIRS, Account, Shortfall, TooLittle
from loyalty.selectors import purses
from loyalty.services.book import Book
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def earn(customer, amount, *, now=NOW, wait=timedelta(0), ends=None, cause=""):
    with transaction.atomic():
        book = Book.open([customer.id], now=now)
        act = book.act(customer.id, "points", Act.Kind.EARN, cause=cause or f"test:{ids.uuid7()}")
        act.moves += book.purse(customer.id, "points").put(
            act.id, Decimal(amount), earned_at=now, active_from=now + wait, ends=ends, at=now
        )
        book.write()
    return act.id


def spend(customer, amount, *, now=NOW):
    with transaction.atomic():
        book = Book.open([customer.id], now=now)
        act = book.act(customer.id, "points", Act.Kind.REDEEM, cause=f"test:{ids.uuid7()}")
        act.moves += book.purse(customer.id, "points").spend(Decimal(amount), at=now)
        book.write()
    return act


def balance(customer, now=NOW):
    purse = purses.of(customer.id).get("points")
    return purse.balance(now) if purse else 0


def legs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, sum(amount) FROM loyalty_leg GROUP BY account ORDER BY account")
        return dict(cursor.fetchall())


def test_what_is_earned_can_be_spent_and_both_stand_in_the_ledger():
    ann = factories.customer()
    lot = earn(ann, 100)
    spend(ann, 30)
    assert balance(ann) == 70
    assert legs() == {"issued": -100, "active": 70, "redeemed": 30}
    row = Lot.objects.get(customer_id=ann.id, id=lot)
    assert (row.amount, row.active, row.pending, row.held) == (100, 70, 0, 0)
    kept = Balance.objects.get(customer_id=ann.id, wallet="points")
    assert (kept.active, kept.pending, kept.debt, kept.next_at) == (70, 0, 0, None)


def test_a_refused_redemption_leaves_nothing():
    ann = factories.customer()
    earn(ann, 10)
    with pytest.raises(TooLittle):
        spend(ann, 11)
    assert Act.objects.count() == Movement.objects.count() == 1


def test_an_act_is_written_once():
    ann = factories.customer()
    earn(ann, 10, cause="order:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        earn(ann, 10, cause="order:1")
    assert balance(ann) == 10


def test_waits_and_ends_count_from_their_moment_and_are_booked_by_whoever_writes_next():
    ann = factories.customer()
    earn(ann, 10, wait=timedelta(days=14), ends=NOW + timedelta(days=30))
    assert [balance(ann, NOW + timedelta(days=days)) for days in (13, 14, 29, 30)] == [0, 10, 10, 0]
    earn(ann, 5, now=NOW + timedelta(days=31))
    assert list(Act.objects.order_by("id").values_list("kind", "at")) == [
        ("earn", NOW),
        ("activate", NOW + timedelta(days=14)),
        ("expire", NOW + timedelta(days=30)),
        ("earn", NOW + timedelta(days=31)),
    ]
    assert legs() == {"issued": -15, "pending": 0, "active": 5, "expired": 10}


@pytest.mark.parametrize("table", ["loyalty_act", "loyalty_movement"])
@pytest.mark.parametrize("change", ["UPDATE {} SET customer_id = customer_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_changes_the_ledger(table, change):
    ann = factories.customer()
    earn(ann, 10)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(change.format(table))


@pytest.mark.parametrize("debit", sorted(Account))
def test_the_database_knows_the_same_movements_as_we_do(debit):
    ann = factories.customer()

    def is_taken(credit, amount=1):
        try:
            with transaction.atomic():
                Movement.objects.create(
                    customer_id=ann.id, act_id=ids.uuid7(), wallet="points", debit=debit, credit=credit, amount=amount
                )
        except IntegrityError:
            return False
        return True

    for credit in Account:
        assert is_taken(credit) == ((debit, credit) in PAIRS)
        assert not is_taken(credit, amount=0)
        assert not is_taken(credit, amount=-1)


def test_who_are_one_share_what_both_have_and_nothing_moves():
    ann, ben = factories.customer(), factories.customer()
    earn(ann, 10, ends=NOW + timedelta(days=9))
    earn(ben, 20, ends=NOW + timedelta(days=5))
    before = set(Movement.objects.values_list("id", "customer_id"))
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=NOW)
    assert balance(ann) == balance(ben) == 30
    act = spend(ben, 25)
    assert act.customer == ann.id
    assert before <= set(Movement.objects.values_list("id", "customer_id"))
    taken = Movement.objects.filter(act_id=act.id).values_list("customer_id", "amount")
    assert sorted(taken, key=lambda row: row[1]) == [(ann.id, 5), (ben.id, 20)]
    assert balance(ann) == 5


def test_many_people_are_written_at_once(django_assert_max_num_queries):
    people = [factories.customer() for _ in range(20)]
    with transaction.atomic(), django_assert_max_num_queries(14):
        book = Book.open([one.id for one in people], now=NOW)
        for n, one in enumerate(people, 1):
            act = book.act(one.id, "points", Act.Kind.EARN, cause="order:1")
            act.moves += book.purse(one.id, "points").put(
                act.id, Decimal(n), earned_at=NOW, active_from=NOW, ends=None, at=NOW
            )
        book.write()
    assert Balance.objects.aggregate(all=Sum("active"))["all"] == 210


def test_what_is_owed_is_kept_beside_and_paid_by_the_next_earning():
    ann = factories.customer()
    lot = earn(ann, 10)
    spend(ann, 10)
    with transaction.atomic():
        book = Book.open([ann.id], now=NOW)
        book.bring([lot])
        act = book.act(ann.id, "points", Act.Kind.REFUND, cause="refund:1")
        act.moves += book.purse(ann.id, "points").take_back(lot, Decimal(10), at=NOW, shortfall=Shortfall.DEBT)
        book.write()
    assert balance(ann) == -10
    earn(ann, 25)
    assert balance(ann) == 15
    assert Balance.objects.get(customer_id=ann.id).debt == 0
