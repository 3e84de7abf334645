"""Joining by the sign-up form: with the terms that stood there, once, and never on somebody's behalf who has left."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.models import Notice
from consent.models import TermsAcceptance
from customers.models import Customer
from loyalty.models import Card, Member
from loyalty.services import cards, members
from tests import factories, filling
from tests.loyalty import programmes, shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LAST_YEAR = NOW - timedelta(days=300)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def fill(client, **fields):
    return filling.send(client, "signup", **{"name": "Ann Smith", "email": "ann@example.com", **fields})


def publish(**joining):
    programmes.publish(joining=joining, starts_at=LAST_YEAR, now=LAST_YEAR)


def test_signing_up_is_joining_where_the_programme_says_so_and_what_was_bought_just_before_earns(client):
    publish(how="signup", backdate_days=7, fields=["line_id", "no_such"])
    ann = factories.customer(name="Ann Smith", email="ann@example.com")
    shop.buy(ann, NOW - timedelta(days=3), ("A-1", 1, 1000))
    shop.buy(ann, NOW - timedelta(days=30), ("A-1", 1, 5000))
    page = client.get("/signup/").content.decode()
    assert 'name="line_id"' in page
    assert 'name="joins"' not in page
    done = fill(client)
    assert "Sun Club" in client.get(done["Location"]).content.decode()
    member = Member.objects.get()
    assert (member.customer_id, member.how, member.source) == (ann.id, "form", "signup")
    (accepted,) = TermsAcceptance.objects.filter(customer_id=ann.id)
    assert accepted.version
    assert Notice.objects.filter(customer_id=ann.id, kind=cards.KIND).count() == 1
    assert b"/card/" not in client.get(done["Location"]).content, "the address of a card goes to its mailbox alone"
    shop.settle(ann, NOW)
    assert shop.has(ann, NOW + timedelta(hours=1)) == 40
    fill(client)
    assert Member.objects.count() == Card.objects.count() == 1


def test_elsewhere_it_is_a_box_of_its_own_and_who_left_is_not_brought_back(client):
    publish(how="asked")
    assert "join “Sun Club”" in client.get("/signup/?lang=en").content.decode()
    fill(client)
    assert not Member.objects.exists()
    fill(client, joins="on")
    ann = Customer.objects.get(status="known")
    members.leave(customer=ann.id, shown={}, actor=SYSTEM, now=timezone.now())
    answer = client.get(fill(client, joins="on")["Location"]).content.decode()
    assert "Sun Club" in answer, "the same words for everybody"
    assert Member.objects.get().left_at is not None
