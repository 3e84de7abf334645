"""People of one household at work in the same instant, on PostgreSQL: nothing is spent twice and nobody waits in a ring."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core.actors import SYSTEM
from loyalty.models import Lot, Movement, Seat
from loyalty.rules import households as rules
from loyalty.rules.spending import Refused
from loyalty.selectors import purses
from loyalty.services import accruing, giving, holds, households, lapsing, proving
from loyalty.services.tills import Asked
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
BEGIN = NOW - timedelta(days=30)


def asked(who):
    return Asked(who.id, SYSTEM, NOW, "till")


def at_once(*works):
    """Each in a thread of its own, begun together; what each came to, or how it failed."""
    begin, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        begin.wait()
        try:
            found[place] = work()
        except Exception as error:  # noqa: BLE001  (the test says what may go wrong)
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not any(one.is_alive() for one in threads)
    return found


def again(work, times=12):
    def many():
        for _ in range(times):
            work()

    return many


def share(one, other):
    try:
        households.join(customer=one.id, joins=other.id, how=Seat.How.STAFF, agreed="yes", actor=SYSTEM, now=NOW)
    except rules.Refused:
        return False
    return True


def leave(one):
    return households.leave(customer=one.id, why=Seat.Why.LEFT, actor=SYSTEM, now=NOW)


def spend(who, amount):
    try:
        holds.redeem(asked(who), Decimal(amount))
    except Refused:
        return False
    return True


def people(number):
    programmes.publish(household=number)
    return [shop.member(BEGIN) for _ in range(number)]


def faults(*found):
    return [one for one in found if isinstance(one, Exception)]


def spent():
    return sum(Movement.objects.filter(credit="redeemed").values_list("amount", flat=True))


def is_proved():
    return not sum(one.rows for one in proving.check(NOW, whole=True) for fault in one.faults)


@pytest.mark.parametrize("turn", range(3))
def test_of_two_who_spend_the_last_points_exactly_one_does(turn):
    ann, ben = people(2)
    giving.give(asked(ann), Decimal(30))
    giving.give(asked(ben), Decimal(20))
    share(ann, ben)
    assert sorted(at_once(lambda: spend(ann, 50), lambda: spend(ben, 50))) == [False, True]
    assert spent() == 50
    assert is_proved()


def test_spending_beside_steps_joining_and_leaving_ends_in_no_ring():
    ann, ben, cat = people(3)
    for one in (ann, ben, cat):
        giving.give(asked(one), Decimal(40))
        shop.buy(one, NOW - timedelta(days=1), ("tea", 1, "1000"))
    everybody = [one.id for one in (cat, ann, ben)]
    told = []

    def settle():
        accruing.accrue(everybody, NOW)
        lapsing.book_due(now=NOW)

    def moving():
        share(cat, ann)
        leave(ann)
        share(ann, ben)
        leave(cat)

    found = at_once(
        again(lambda: told.append(spend(ann, 7))),
        again(lambda: told.append(spend(ben, 7))),
        again(lambda: told.append(spend(cat, 7))),
        again(settle, 6),
        again(moving, 6),
        again(lambda: leave(ben), 6),
    )
    assert not faults(*found)
    assert spent() == 7 * sum(told)
    left = sum(Lot.objects.values_list("active", flat=True))
    assert left == 3 * 40 + 3 * 40 - 7 * sum(told)
    assert is_proved()


def test_of_two_who_take_one_invitation_one_joins():
    ann, ben, cat = people(3)
    code = households.invite(customer=ann.id, now=NOW)
    found = at_once(
        *(lambda who=who: households.accept(customer=who.id, code=code, agreed="yes", now=NOW) for who in (ben, cat))
    )
    assert [type(one) for one in faults(*found)] == [rules.Refused]
    assert len(purses.circle([ann.id])) == 2


def test_no_more_join_than_there_are_places():
    ann, *others = people(4)
    extra = shop.member(BEGIN)
    found = at_once(*(lambda one=one: share(ann, one) for one in [*others, extra]))
    assert sorted(found) == [False, True, True, True]
    assert len(purses.circle([ann.id])) == 4
