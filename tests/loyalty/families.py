"""Members who share, for tests: giving, sharing, leaving, and what each can spend."""

import datetime as dt
from decimal import Decimal

import pytest

from cdp.core.actors import SYSTEM
from loyalty.models import Lot, Seat
from loyalty.rules.households import Refused, agreed
from loyalty.selectors import accounts
from loyalty.services import giving, households, proving
from loyalty.services.tills import Asked
from tests.loyalty import programmes, shop
from tests.loyalty.programmes import BEGIN

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def begin():
    """Four members, of whom three may share."""
    programmes.publish(household=3, refunds={"grace_days": 5})
    return [shop.member(BEGIN) for _ in range(4)]


def asking(customer, now=NOW, **more):
    return Asked(customer.id, SYSTEM, now, "till", **more)


def give(customer, points, now=NOW, **more):
    return giving.give(asking(customer, now, **more), Decimal(points))


def share(one, other, now=NOW):
    return households.join(customer=one.id, joins=other.id, how=Seat.How.STAFF, agreed=agreed(), actor=SYSTEM, now=now)


def leave(one, now=NOW):
    return households.leave(customer=one.id, why=Seat.Why.LEFT, actor=SYSTEM, now=now)


def can_spend(*people, now=NOW, wallet="points"):
    found = [next(one for one in accounts.standings(who.id, at=now) if one.wallet.key == wallet) for who in people]
    return [one.net for one in found]


def own(*people, now=NOW, wallet="points"):
    found = [next(one for one in accounts.own(who.id, at=now) if one.wallet.key == wallet) for who in people]
    return [one.net for one in found]


def left(customer):
    return sum(Lot.objects.filter(customer=customer, wallet="points").values_list("active", flat=True))


def is_proved():
    return not sum(one.rows for one in proving.check(NOW, whole=True) for fault in one.faults)


def refused(work):
    before = Seat.objects.count()
    with pytest.raises(Refused) as caught:
        work()
    assert Seat.objects.count() == before
    return caught.value.reason
