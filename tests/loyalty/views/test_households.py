"""Sharing by staff, from card to card, and what pages and programs say of it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core.actors import SYSTEM
from customers.services import member_numbers
from loyalty.models import HouseholdKey, Member, Seat
from loyalty.rules import doubting
from loyalty.rules.households import agreed
from loyalty.rules.programme import read
from loyalty.selectors import cards as reading
from loyalty.selectors import households as sharing
from loyalty.services import cards, giving, holds, households, members
from loyalty.services.tills import Asked
from tests import factories
from tests.loyalty import programmes

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BEGIN = NOW - dt.timedelta(days=60)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def family():
    programmes.publish(household=2, starts_at=BEGIN, now=BEGIN)
    found = []
    for name in ("Mali Wongyai", "Somchai Wongyai", "Niran Dee"):
        one = factories.customer(name=name, language="en")
        members.enrol(customer=one.id, how=Member.How.STAFF, actor=SYSTEM, now=BEGIN)
        found.append(one)
    return found


@pytest.fixture
def client():
    found = Client()
    found.force_login(factories.staff(role="steward"))
    return found


def asking(who):
    return Asked(who.id, SYSTEM, timezone.now(), "till")


def number(who):
    return member_numbers.give(customer=who.id, actor=SYSTEM, at=NOW)


def card(who):
    return reading.path(cards.give(customer=who.id, actor=SYSTEM, now=NOW))


def share(one, other):
    households.join(customer=one.id, joins=other.id, how=Seat.How.STAFF, agreed=agreed(), actor=SYSTEM, now=NOW)


def test_staff_add_somebody_who_agrees_and_end_it(client, family):
    mali, somchai, niran = family
    page = f"/loyalty/members/{mali.id}/household/"
    giving.give(asking(somchai), Decimal(30))
    giving.give(asking(mali), Decimal(10))
    assert "Add to the household" in client.get(f"/loyalty/members/{mali.id}/").content.decode()
    form = {"act": "join", "who": number(somchai)}
    shown = client.post(page, form)
    assert (shown.status_code, set(shown.context["form"].errors)) == (422, {"agrees"})
    assert client.post(page, {**form, "who": "0899999999", "agrees": "on"}).context["form"].errors.keys() == {"who"}
    assert client.post(page, {**form, "agrees": "on"}).status_code == 302
    seat = Seat.objects.filter(customer=somchai).get()
    assert (seat.by_kind, seat.how, seat.agreed) == ("staff", "staff", agreed())
    told = client.get(page).content.decode()
    assert "40 points can be spent by each of them; 10 points of it" in told
    assert "There is no place left" in told
    assert "Shared with Somchai" in client.get(f"/loyalty/members/{mali.id}/").content.decode()
    full = client.post(page, {**form, "who": number(niran), "agrees": "on"})
    assert "There is no place left" in full.content.decode()
    client.post(page, {"act": "leave"})
    assert set(Seat.objects.values_list("why", flat=True)) == {"staff", "alone"}
    assert "Ended by staff" in client.get(page).content.decode()


def test_the_ledger_of_each_tells_who_spent_of_whose(client, family):
    mali, somchai, _ = family
    giving.give(asking(somchai), Decimal(30))
    share(mali, somchai)
    holds.redeem(asking(mali), Decimal(20))
    hers = client.get(f"/loyalty/members/{mali.id}/").content.decode()
    assert "20 points of it out of what others of the household earned" in hers
    his = client.get(f"/loyalty/members/{somchai.id}/").content.decode()
    assert "Mali: Redeemed at once" in his
    assert "Suk" not in his.replace("Somchai Wongyai", "")


def test_one_invites_and_the_other_accepts_each_on_their_own_card(family):
    mali, somchai, niran = family
    phone = Client()
    giving.give(asking(mali), Decimal(40))
    hers, his = card(mali), card(somchai)
    code = phone.post(hers, {"act": "invite"}).context["household"]["outcome"].code
    assert len(code) == 9
    wrong = phone.post(his, {"act": "look", "code": "AAAA-BBBB"})
    assert (wrong.status_code, "Nobody invites with this code" in wrong.content.decode()) == (422, True)
    looked = phone.post(his, {"act": "look", "code": code}).content.decode()
    assert "Mali invites you to share." in looked
    assert "but not what was bought" in looked
    assert not Seat.objects.exists(), "looking is no agreeing"
    assert "You share from now on." in phone.post(his, {"act": "accept", "code": code}).content.decode()
    assert "Nobody invites" in phone.post(card(niran), {"act": "accept", "code": code}).content.decode()
    holds.redeem(asking(somchai), Decimal(15))
    told = phone.get(hers).content.decode()
    assert "Shared with Somchai" in told
    assert "Somchai: Paid with" in told
    assert "Wongyai" not in told
    assert phone.get(his).context["face"].points.balance == "25"
    assert "share with nobody any more" in phone.post(his, {"act": "part"}).content.decode()
    assert sharing.of(mali.id) is None


def test_nothing_of_it_is_shown_where_nobody_may_share(client):
    programmes.publish(starts_at=BEGIN, now=BEGIN)
    ann = factories.customer(language="en")
    members.enrol(customer=ann.id, how=Member.How.STAFF, actor=SYSTEM, now=BEGIN)
    assert "household" not in Client().get(card(ann)).content.decode()
    assert "Household" not in client.get(f"/loyalty/members/{ann.id}/").content.decode()
    Client().post(card(ann), {"act": "invite"})
    assert not HouseholdKey.objects.exists()


def test_a_lower_number_is_worth_another_look():
    before, after = (read(programmes.definition(household=number)) for number in (4, 2))
    found = doubting.doubts(after, before, {}, [], NOW.date())
    assert [one.pointer for one in found if one.pointer == "/household"] == ["/household"]
    assert not [one for one in doubting.doubts(before, after, {}, [], NOW.date()) if one.pointer == "/household"]
