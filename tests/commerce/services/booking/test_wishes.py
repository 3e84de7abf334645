"""Wish lists, interests, coupons and the catalogue, as a website tells them."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from commerce.models import BookingFault, CouponTry, Product, StockInterest, Wish
from commerce.services import booking, products
from events.models import Handover
from events.services import handover, recording

pytestmark = pytest.mark.django_db
CUP = {"sku": "CUP", "name": "Cup", "category": ["Home", "Kitchen"], "price": "฿100", "currency": "thb"}


def test_a_wish_is_put_on_a_list_and_taken_off_in_any_order(web, ada):
    web(ada, "Product Removed from Wishlist", 5, wishlist_id="w", **CUP)
    web(ada, "Product Added to Wishlist", 0, wishlist_id="w", wishlist_name="Dreams", **CUP)
    wish = Wish.objects.get()
    assert (wish.customer_id, wish.sku, wish.list_id, wish.removed_at is None) == (ada.id, "CUP", "w", False)
    web(ada, "Product Added to Wishlist", 9, wishlist_id="w", wishlist_name="Dreams", **CUP)
    web(ada, "Product Removed from Wishlist", 7, wishlist_id="w", **CUP)
    wish = Wish.objects.get()
    assert (wish.removed_at, wish.list_name, bytes(wish.resolved_by)) == (None, "Dreams", b"who")


def test_somebody_waits_for_an_article_until_they_no_longer_do(web, ada):
    web(ada, "Back In Stock Requested", 0, **CUP)
    assert StockInterest.objects.get(ended_at=None).customer_id == ada.id
    web(ada, "Back In Stock Cancelled", 5, **CUP)
    assert StockInterest.objects.get().ended_at is not None


def test_coupons_keep_what_was_said_of_them(web, ada):
    web(ada, "Coupon Entered", 0, order_id="1", coupon_id="SAVE")
    web(ada, "Coupon Denied", 1, order_id="1", coupon="SAVE", coupon_name="Save", reason="expired")
    web(ada, "Coupon Applied", 2, order_id="1", coupon_id="HELLO", discount="-12.5")
    web(ada, "Coupon Removed", 3, order_id="1")
    tries = CouponTry.objects.order_by("at").values_list("code", "action", "reason", "discount", "order_number")
    assert list(tries) == [
        ("SAVE", "entered", "", None, "1"),
        ("SAVE", "denied", "expired", None, "1"),
        ("HELLO", "applied", "", 12.5, "1"),
    ]
    assert (BookingFault.objects.get().code, BookingFault.objects.get().place) == ("missing", "coupon_id")


def test_a_look_at_a_product_teaches_the_catalogue(web, ada):
    web(ada, "Product Viewed", 5, url="https://shop.example/cup?who=me#x", image_url="javascript:alert(1)", **CUP)
    cup = Product.objects.get()
    assert (cup.name, cup.category, cup.price, cup.currency) == ("Cup", "Kitchen", 100, "THB")
    assert (cup.url, cup.image_url) == ("https://shop.example/cup", "")
    web(ada, "Product Viewed", 3, **{**CUP, "name": "Old cup", "price": 90})
    assert Product.objects.get().name == "Cup"
    web(ada, "Product Viewed", 9, **{**CUP, "name": "New cup", "price": 110})
    assert (Product.objects.get().name, Product.objects.get().price) == ("New cup", 110)


def test_a_key_that_pages_carry_leads_to_no_other_host_than_the_shops(web, ada):
    web.source.allowed_origins = ["https://www.shop.example"]
    web.source.save()
    web(ada, "Product Viewed", 1, url="https://evil.example/cup", image_url="https://evil-shop.example/c.jpg", **CUP)
    cup = Product.objects.get()
    assert (cup.name, cup.url, cup.image_url) == ("Cup", "", "")
    strange = "https://evil.example\\.shop.example/cup"
    web(ada, "Product Viewed", 2, url=strange, image_url="https://img.shop.example/c.jpg", **CUP)
    web(ada, "Product Viewed", 3, url="https://shop.example:8443/cup", **CUP)
    cup.refresh_from_db()
    assert (cup.url, cup.image_url) == ("https://shop.example:8443/cup", "https://img.shop.example/c.jpg")


def test_what_somebody_wrote_of_a_product_stays_and_blanks_are_filled(web, ada):
    values = {"name": "Cup", "price": 80, "currency": "USD"}
    products.write(sku="CUP", values=values, actor=SYSTEM, now=timezone.now())
    web(ada, "Product Viewed", 5, brand="Nib", **{**CUP, "name": "Fake"})
    cup = Product.objects.get()
    assert (cup.name, cup.price, cup.currency, cup.brand, cup.category) == ("Cup", 80, "USD", "Nib", "Kitchen")


@pytest.mark.parametrize("price", ["?", -1, "1e15", True, {"a": 1}])
def test_an_absurd_price_leaves_the_product_without_one(web, ada, price):
    web(ada, "Product Viewed", 5, **{**CUP, "price": price})
    assert (Product.objects.get().name, Product.objects.get().price) == ("Cup", None)


def test_a_step_that_dies_finds_its_events_again(web, ada, monkeypatch):
    recording.record_many([web.row(ada, "Product Added to Wishlist", 0, **CUP)], now=timezone.now())

    def die(*_args, **_more):
        raise OperationalError("the server went away")

    with monkeypatch.context() as broken:
        broken.setattr(booking.faults, "note", die)
        with pytest.raises(OperationalError, match="went away"):
            pipeline.drain_all(now=timezone.now())
    assert not Wish.objects.exists()
    assert Handover.objects.filter(reader="commerce.book").count() == 1
    web.book()
    assert Wish.objects.count() == 1
    assert not Handover.objects.exists()


def test_a_refund_whose_order_never_comes_is_a_fault_after_six_days(web, ada):
    late = timezone.now() - dt.timedelta(days=7)
    recording.record_many([web.row(ada, "Order Refunded", 0, order_id="9")], now=late)
    pipeline.drain_all(now=late)
    assert Handover.objects.count() == 1
    assert booking.look_after_waiting(now=timezone.now()) == 1
    web.book()
    assert BookingFault.objects.get().code == "order_unknown"
    assert not Handover.objects.exists()


def test_a_customer_without_such_events_costs_one_statement(web, ada, django_assert_num_queries):
    with django_assert_num_queries(3):  # its own transaction and the look into the queue
        booking.book([ada.id], timezone.now())


def test_only_events_that_somebody_asked_for_are_handed_over():
    assert list(handover.readers("track", "PRODUCT viewed")) == ["commerce.book"]
    assert not handover.readers("page", "product viewed")
    assert not handover.readers("track", "Song Played")
