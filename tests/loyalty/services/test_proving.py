"""The nightly proof: whatever happened, lots, balances and acts follow from the movements; and a change is found."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from cdp.core.actors import SYSTEM
from customers.services import merging
from loyalty.models import Act, Balance, Lot
from loyalty.services import proving
from loyalty.services.book import Book
from tests.loyalty.programmes import BEGIN, publish
from tests.loyalty.shop import buy, member, refund, settle

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def faults():
    told = list(proving.check(BEGIN, whole=True))
    return sum(one.rows for one in told), {fault.row for one in told for fault in one.faults}


def test_a_life_with_refunds_debts_expiry_and_a_merge_is_proved_and_what_was_touched_is_named():
    publish(wallets={"points": {"expiry": {"kind": "fixed", "days": 30}, "pending_days": 2}})
    ann, ben = member(BEGIN), member(BEGIN)
    order = buy(ann, BEGIN, ("tea", 1, "1000"))
    buy(ben, BEGIN + DAY, ("tea", 1, "500"))
    settle([ann, ben], BEGIN + DAY)
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=BEGIN + 3 * DAY)
    with transaction.atomic():
        book = Book.open([ann.id], now=BEGIN + 4 * DAY)
        act = book.act(ann.id, "points", Act.Kind.REDEEM, cause="test:1")
        act.moves += book.purse(ann.id, "points").spend(50, at=BEGIN + 4 * DAY)
        book.write()
    refund(ann, BEGIN + 5 * DAY, order=order, amount=1000)
    settle(ann, BEGIN + 5 * DAY)
    assert Balance.objects.filter(debt__gt=0).exists()
    buy(ann, BEGIN + 6 * DAY, ("tea", 1, "2500"))
    settle(ann, BEGIN + 6 * DAY)
    settle(ann, BEGIN + 90 * DAY)
    buy(ann, BEGIN + 90 * DAY, ("tea", 1, "25"))
    settle(ann, BEGIN + 90 * DAY)
    assert Lot.objects.filter(expired__gt=0).exists()
    assert faults() == (2, set())
    for change in (
        "UPDATE loyalty_lot SET active = active + 1, amount = amount + 1 WHERE ends = (SELECT max(ends) FROM loyalty_lot)",
        "UPDATE loyalty_balance SET debt = debt + 1 WHERE customer_id = %s",
        "DELETE FROM loyalty_lot WHERE customer_id = %s",
    ):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [ann.id] if "%s" in change else None)
            assert faults() == (2, {str(ann.id)})
            transaction.set_rollback(True)
