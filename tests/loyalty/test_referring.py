"""Bringing friends: counted with a purchase that stands, for both; doubted ones wait; what goes back is taken back."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cdp.core import actors
from cdp.core.actors import SYSTEM
from customers.models import Customer
from customers.rules.people import Person
from customers.services import identity
from loyalty.models import Act, Member, Referral
from loyalty.rules.referring import Doubt, Traits, doubt, home, mailbox
from loyalty.selectors import cards as card_reading
from loyalty.selectors import referrals as reading
from loyalty.services import cards, members, referring
from tests import factories, filling
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(days=20)
State = Referral.State


@pytest.fixture(autouse=True)
def programme(db):
    cache.clear()
    begin = NOW - timedelta(days=300)
    action = {"on": "action", "names": programmes.NAMES, "is_qualifying": False}
    return programmes.publish(
        {**action, "key": "brings", "what": "referral", "points": "200"},
        {**action, "key": "comes", "what": "referred", "points": "50"},
        joining={"how": "signup"},
        referrals={"minimum": "300", "after_days": 14, "most_a_month": 2},
        starts_at=begin,
        now=begin,
    )


@pytest.fixture
def ann():
    found = factories.customer(name="Ann", email="ann.lee@gmail.com", phone="0812345678")
    members.enrol(customer=found.id, how=Member.How.STAFF, actor=SYSTEM, now=NOW - timedelta(days=90))
    return found


def comes(client, ann, email, **fields):
    code = referring.code(customer=ann.id, now=NOW)
    assert f'value="{code}"' in client.get(f"/signup/?friend={code}").content.decode()
    filling.send(client, "signup", name="Ben Kim", email=email, friend=code, **fields)
    row = Referral.objects.order_by("-id").first()
    return row, Customer.objects.get(id=row.customer_id) if row else None


def test_who_has_a_code_is_locked_by_no_look_at_their_card(ann, django_assert_max_num_queries):
    code = referring.code(customer=ann.id, now=NOW)
    with django_assert_max_num_queries(3) as asked:
        assert referring.code(customer=ann.id, now=NOW) == code
    assert not [one["sql"] for one in asked.captured_queries if " FOR " in one["sql"] or "pg_advisory" in one["sql"]]


def has(who):
    return shop.has(who, LATER + timedelta(days=1))


def test_both_are_rewarded_once_the_purchase_stands_and_lose_it_with_the_purchase(client, ann):
    secret = cards.give(customer=ann.id, actor=SYSTEM, now=NOW)
    page = client.get(card_reading.path(secret)).content.decode()
    assert reading.link(referring.code(customer=ann.id, now=NOW)) in page
    row, ben = comes(client, ann, "ben@example.com")
    assert (row.state, row.by) == (State.WAITING, ann.id)
    shop.buy(ben, NOW + timedelta(hours=1), ("A-0", 1, 100))
    order = shop.buy(ben, NOW + timedelta(hours=2), ("A-1", 2, 1000))
    referring.settle([ben.id], NOW + timedelta(days=3))
    assert has(ann) == has(ben) == 0, "within the days of return"
    referring.settle_due(now=LATER)
    referring.settle([ben.id], LATER)
    assert (has(ann), has(ben)) == (200, 50)
    row.refresh_from_db()
    assert (row.state, row.order_id) == (State.COUNTED, order.id)
    assert Act.objects.filter(kind="earn").count() == 2
    shop.refund(ben, LATER, ("A-1", 2, 1000), order=order)
    referring.settle([ben.id], LATER)
    referring.settle([ben.id], LATER)
    assert (has(ann), has(ben)) == (0, 0)
    row.refresh_from_db()
    assert row.state == State.BACK


def test_only_those_are_looked_at_who_bought_long_enough_ago(client, ann, django_assert_max_num_queries):
    brought = [comes(client, ann, f"friend-{number}@example.com")[1] for number in range(3)]
    Referral.objects.update(state=State.WAITING)
    shop.buy(brought[0], NOW + timedelta(hours=1), ("A-1", 1, 1000))
    shop.buy(brought[1], LATER - timedelta(days=13), ("A-1", 1, 1000))
    due = [row.customer_id for page in reading.due(now=LATER, since=referring.NEW) for row in page]
    assert due == [brought[0].id]
    assert referring.settle_due(now=LATER) == 1
    with django_assert_max_num_queries(6):
        assert referring.settle_due(now=LATER) == 0, "nobody is asked about one by one who has nothing to count"


def test_one_person_in_two_spellings_waits_for_staff_who_decide_once(client, ann):
    row, ben = comes(client, ann, "annlee+two@googlemail.com")
    assert (row.state, row.doubt) == (State.HELD, "mailbox")
    shop.buy(ben, NOW + timedelta(hours=1), ("A-1", 1, 1000))
    referring.settle_due(now=LATER)
    assert has(ann) == 0
    client.force_login(factories.staff(role="clerk"))
    assert client.post(f"/loyalty/referrals/{row.id}/", {"act": "accept"}).status_code == 403
    client.force_login(factories.staff(role="steward", email="cleo@example.com"))
    assert "Ben Kim" in client.get("/loyalty/referrals/").content.decode()
    client.post(f"/loyalty/referrals/{row.id}/", {"act": "accept"})
    with pytest.raises(referring.UnableToDecide):
        referring.decide(referral=row, accepts=False, actor=SYSTEM, now=NOW)
    referring.settle([ben.id], LATER)
    assert has(ann) == 200


def test_nobody_is_brought_who_was_known_and_a_member_brings_so_many_a_month(client, ann):
    known = factories.customer(name="Cleo", email="cleo@example.com", now=NOW - timedelta(days=9))
    code = referring.code(customer=ann.id, now=NOW)
    Customer.objects.filter(id=known.id).update(created_at=NOW - timedelta(days=9))
    for email in ("cleo@example.com", "ann.lee@gmail.com"):
        filling.send(client, "signup", name="Somebody", email=email, friend=code)
    filling.send(client, "signup", name="Dan", email="dan@example.com", friend="AAAA-AAAA")
    assert not Referral.objects.exists()
    found = [comes(client, ann, f"p{number}@example.com")[0].doubt for number in range(3)]
    assert found == ["", "", "many"]


def test_what_two_have_in_common_is_doubted():
    assert mailbox("A.nn+x@GoogleMail.com") == mailbox("ann@gmail.com") != mailbox("a.nn@example.com")
    assert home("99/1 Rama IV", "10110") == home("99/1  rama iv ", "10110")
    assert home("", "10110") == ""
    few = {"lately": 0, "most": 9}
    ann = Traits(["ann@x.com"], ["+66812345678"], [home("1 Rama IV", "10110")])
    assert doubt(ann, Traits(["ben@x.com"], ["+66812345678"]), **few) is Doubt.PHONE
    assert doubt(ann, Traits([], [], [home("1 rama iv", "10110")]), **few) is Doubt.HOME
    assert doubt(ann, Traits(["ben@x.com"]), **few) is None
    assert doubt(ann, Traits(["ben@x.com"]), lately=9, most=9) is Doubt.MANY


def test_who_pays_with_the_card_of_the_member_who_brought_them_waits_for_staff(client, ann):
    ann_pays = Person(external_id="ann-1", email="ann.lee@gmail.com", card_token="tok_ann_1")
    identity.resolve_many([ann_pays], source=factories.source("till"), now=NOW)
    row, ben = comes(client, ann, "ben@example.com")
    assert row.state == State.WAITING
    ben_pays = Person(external_id="ben-1", email="ben@example.com", card_token="tok_ann_1")
    identity.resolve_many([ben_pays], source=factories.source("till"), now=NOW)
    shop.buy(ben, NOW + timedelta(hours=1), ("A-1", 1, 1000))
    referring.settle_due(now=LATER)
    row.refresh_from_db()
    assert (row.state, row.doubt, has(ann)) == (State.HELD, "card", 0)
    steward = factories.staff(role="steward", email="cleo@example.com")
    referring.decide(referral=row, accepts=True, actor=actors.staff(steward), now=LATER)
    referring.settle_due(now=LATER)
    assert has(ann) == 200
    again, _cleo = comes(client, ann, "cleo@example.com")
    assert again.doubt == ""
