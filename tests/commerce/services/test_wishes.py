"""Wish lists and back-in-stock interest: in any order, set-wise, and what the page of a customer says of them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core.models import Mark
from commerce.models import Product, StockInterest, Wish
from commerce.rules.carts import CartInput
from commerce.rules.inputs import LineInput
from commerce.services import carts, interest, wish_lists
from commerce.services.interest import InterestInput
from commerce.services.wish_lists import WishInput
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def shop():
    return factories.source("shop")


@pytest.fixture
def ada():
    return factories.customer(email="ada@example.com", name="Ada Byron")


def wish(who, sku="CUP", at=NOW, **more):
    return WishInput(who.id, sku, at, name=sku.title(), **more)


def test_a_wish_is_there_once_however_often_it_is_told(shop, ada):
    Mark.objects.all().delete()
    assert wish_lists.add(wishes=[wish(ada), wish(ada), wish(ada, "PEN")], source=shop, now=NOW) == 2
    assert wish_lists.add(wishes=[wish(ada)], source=shop, now=NOW) == 0
    assert Wish.objects.filter(removed_at=None).count() == 2
    assert Product.objects.get(sku="CUP").name == "Cup"
    assert set(Mark.objects.values_list("customer_id", flat=True)) == {ada.id}


def test_a_removal_that_arrives_before_its_adding_wins(shop, ada):
    wish_lists.remove(wishes=[wish(ada, at=NOW + HOUR)], source=shop, now=NOW)
    wish_lists.add(wishes=[wish(ada)], source=shop, now=NOW)
    assert Wish.objects.get().removed_at == NOW + HOUR
    assert wish_lists.add(wishes=[wish(ada, at=NOW + 2 * HOUR)], source=shop, now=NOW) == 1
    found = Wish.objects.get()
    assert (found.added_at, found.removed_at) == (NOW + 2 * HOUR, None)


def test_two_lists_hold_the_same_article_apart(shop, ada):
    wish_lists.add(wishes=[wish(ada, list_id="a"), wish(ada, list_id="b")], source=shop, now=NOW)
    assert Wish.objects.count() == 2


def test_interest_ends_and_begins_again(shop, ada):
    asked = InterestInput(ada.id, "CUP", NOW)
    assert interest.note(interests=[asked, asked], source=shop, now=NOW) == 1
    assert interest.end(interests=[InterestInput(ada.id, "CUP", NOW + HOUR)], source=shop, now=NOW) == 1
    assert interest.note(interests=[asked], source=shop, now=NOW) == 0
    assert interest.note(interests=[InterestInput(ada.id, "CUP", NOW + 2 * HOUR)], source=shop, now=NOW) == 1
    found = StockInterest.objects.get()
    assert (found.noted_at, found.ended_at) == (NOW + 2 * HOUR, None)


def test_many_carts_cost_as_many_statements_as_few(shop, ada, django_assert_max_num_queries):
    line = LineInput(Decimal(1), Decimal(10), sku="CUP", name="Cup")
    many = [(CartInput((f"t{number}",), NOW, currency="THB", lines=(line,)), ada.id, None) for number in range(200)]
    carts.record_many(carts=many[:1], source=shop, now=NOW)
    with django_assert_max_num_queries(16):
        assert carts.record_many(carts=many, source=shop, now=NOW) == 199 + 1


def test_the_page_of_a_customer_shows_cart_wishes_and_interest(shop, ada, client):
    now = timezone.now()
    line = LineInput(Decimal(2), Decimal(60), sku="CUP", name="Blue cup")
    told = CartInput(("t",), now - 3 * HOUR, currency="THB", total=Decimal(120), lines=(line,))
    carts.record(cart=told, customer_id=ada.id, source=shop, now=now)
    wish_lists.add(wishes=[WishInput(ada.id, "PEN", now, name="Red pen")], source=shop, now=now)
    interest.note(interests=[InterestInput(ada.id, "INK", now, name="Black ink")], source=shop, now=now)
    client.force_login(factories.staff("owner"))
    page = client.get(f"/customers/{ada.id}/").content.decode()
    for words in ("Cart left behind", "฿120.00", "2 × Blue cup", "Red pen", "Black ink"):
        assert words in page
    story = client.get(f"/customers/{ada.id}/timeline/", headers={"HX-Request": "true"}).content.decode()
    for words in ("Wished for Red pen", "Waiting for Black ink to be back in stock"):
        assert words in story


def test_the_page_of_a_customer_without_any_of_it_has_no_empty_panel(ada, client):
    client.force_login(factories.staff("owner"))
    assert "Carts and wishes" not in client.get(f"/customers/{ada.id}/").content.decode()
