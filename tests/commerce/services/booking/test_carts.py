"""Carts that a website tells, by whatever names and in whatever order."""

import itertools

import pytest
from django.utils import timezone

from cdp.core.actors import SYSTEM
from commerce.models import Cart, CartLine, Order
from customers.models import Customer
from customers.services import merging
from events.services import recording
from tests import factories

pytestmark = pytest.mark.django_db
CUP = {"sku": "CUP", "name": "Cup", "price": 100}
PEN = {"sku": "PEN", "name": "Pen", "price": 50}


def inside(cart):
    lines = CartLine.objects.filter(customer_id=cart.customer_id, cart_id=cart.id)
    return {line.sku: int(line.quantity) for line in lines}


def test_articles_are_put_in_and_taken_out(web, ada):
    web(ada, "Product Added", 0, cart_id="c", quantity=2, **CUP)
    web(ada, "Added Product", 1, cart_id="c", **PEN)
    web(ada, "Product Removed", 2, cart_id="c", quantity=1, **CUP)
    cart = Cart.objects.get()
    assert inside(cart) == {"CUP": 1, "PEN": 1}
    assert (cart.customer_id, cart.status, bytes(cart.resolved_by)) == (ada.id, "open", b"who")
    web(ada, "Product Removed", 3, cart_id="c", **CUP)
    assert inside(Cart.objects.get()) == {"PEN": 1}


STORY = [
    ("Product Added", 0, {"cart_id": "c", "quantity": 2, **CUP}),
    ("Product Added", 1, {"cart_id": "c", **PEN}),
    ("Cart Viewed", 2, {"cart_id": "c", "products": [{**CUP, "quantity": 1}]}),
    ("Product Removed", 3, {"cart_id": "c", **CUP}),
    ("Product Added", 4, {"cart_id": "c", "quantity": 3, **PEN}),
]


@pytest.mark.long
def test_what_is_in_a_cart_does_not_depend_on_the_order_of_arrival(web):
    seen = []
    for place, arriving in enumerate(itertools.permutations(STORY)):
        if place % 5:
            continue
        who = factories.customer(external_id=f"c{place}")
        rows = [web.row(who, name, minute, **{**body, "cart_id": f"c{place}"}) for name, minute, body in arriving]
        web.tell(*rows[: place % 4])
        web.tell(*rows[place % 4 :])
        cart = Cart.objects.get(customer_id=who.id)
        seen.append((inside(cart), (cart.told_at - cart.started_at).total_seconds()))
    assert len(seen) == 24
    assert [one for one in seen if one != ({"PEN": 3}, 240)] == []


def test_the_order_ends_the_cart_under_whatever_name_it_went(web, ada):
    web(ada, "Product Added", 0, cart_id="c", **CUP)
    web(ada, "Checkout Started", 1, order_id="1001", currency="THB", value=100, products=[CUP])
    web(ada, "Checkout Step Viewed", 2, checkout_id="k", step=2, payment_method="promptpay")
    cart = Cart.objects.get()
    assert (cart.checkout_at, cart.step, cart.payment_method) == (cart.told_at.replace(minute=1), "2", "promptpay")
    assert (cart.total, cart.currency) == (100, "THB")
    assert set(cart.tokens) == {"c", "order/1001", "k"}
    web(ada, "Order Completed", 3, order_id="1001", checkout_id="k", total=100, currency="THB", products=[CUP])
    cart = Cart.objects.get()
    assert (cart.status, cart.order_id, cart.is_recovered) == ("ordered", Order.objects.get().id, False)
    assert inside(cart) == {"CUP": 1}


def test_an_order_that_cannot_be_written_ends_the_cart_that_there_is_and_makes_none(web, ada):
    for order, total in (("W-1", -5), ("W-2", "abc")):
        web(ada, "Order Completed", 0, order_id=order, total=total, currency="THB", products=[CUP])
    assert not Cart.objects.exists()
    web(ada, "Product Added", 1, cart_id="c", **CUP)
    web(ada, "Order Completed", 2, order_id="W-3", cart_id="c", total=100, currency="XXZ", products=[CUP])
    web(ada, "Order Completed", 3, order_id="W-4", total=-5, currency="THB", products=[CUP])
    cart = Cart.objects.get()
    assert (cart.status, cart.order_id, cart.tokens, Order.objects.exists()) == ("ordered", None, ["c"], False)


def test_events_without_any_name_belong_to_what_the_visitor_has_in_hand(web, ada):
    web(ada, "Product Added", 0, **CUP)
    web(ada, "Product Added", 20, **PEN)
    web(ada, "Checkout Started", 30, products=[CUP, PEN])
    assert inside(Cart.objects.get()) == {"CUP": 1, "PEN": 1}
    web(ada, "Order Completed", 100, order_id="1", total=150, currency="THB")
    cart = Cart.objects.get()
    assert (cart.status, cart.is_recovered) == ("ordered", True)
    web(ada, "Product Added", 200, **CUP)
    assert sorted(Cart.objects.values_list("status", flat=True)) == ["open", "ordered"]
    web(ada, "Product Added", 60 * 24 * 4, **PEN)
    assert Cart.objects.filter(status="open").count() == 2


def test_what_arrives_after_the_order_that_ended_its_cart_leaves_no_cart_behind(web):
    story = [
        ("Product Added", 0, {"cart_id": "c", **CUP}),
        ("Checkout Started", 5, {"products": [CUP]}),
        ("Order Completed", 9, {"order_id": "1", "total": 100, "currency": "THB", "products": [CUP]}),
    ]
    for place, arriving in enumerate(itertools.permutations(story)):
        who = factories.customer(external_id=f"c{place}")
        for name, minute, body in arriving:
            told = {**body, **({"cart_id": f"c{place}"} if "cart_id" in body else {})}
            told |= {"order_id": f"{place}"} if "order_id" in body else {}
            web(who, name, minute, **told)
        assert not Cart.objects.filter(customer_id=who.id, status="open").exists(), [one[0] for one in arriving]


@pytest.mark.long
def test_one_name_for_a_whole_life_begins_a_new_cart_after_each_order(web, ada):
    for place in range(3):
        web(ada, "Product Added", place * 10, cart_id="ada", quantity=place + 1, **CUP)
        web(ada, "Order Completed", place * 10 + 5, cart_id="ada", order_id=f"{place}", total=1, currency="THB")
    web(ada, "Product Added", 40, cart_id="ada", **PEN)
    assert [(cart.status, inside(cart)) for cart in Cart.objects.order_by("started_at")] == [
        ("ordered", {"CUP": 1}),
        ("ordered", {"CUP": 2}),
        ("ordered", {"CUP": 3}),
        ("open", {"PEN": 1}),
    ]


def test_the_same_in_one_batch(web, ada):
    rows = []
    for place in range(3):
        rows.append(web.row(ada, "Product Added", place * 10, cart_id="ada", quantity=place + 1, **CUP))
        rows.append(web.row(ada, "Order Completed", place * 10 + 5, cart_id="ada", order_id=f"{place}", total=1))
    web.tell(*rows, web.row(ada, "Product Added", 40, cart_id="ada", **PEN))
    assert [(cart.status, inside(cart)) for cart in Cart.objects.order_by("started_at")] == [
        ("ordered", {"CUP": 1}),
        ("ordered", {"CUP": 2}),
        ("ordered", {"CUP": 3}),
        ("open", {"PEN": 1}),
    ]
    assert set(Order.objects.values_list("id")) == set(Cart.objects.exclude(order_id=None).values_list("order_id"))


def test_a_visitors_cart_follows_him_when_he_turns_out_to_be_somebody(web, ada):
    visitor = factories.customer(external_id="v")
    Customer.objects.filter(id=visitor.id).update(status="anonymous")
    web(visitor, "Product Added", 0, **CUP)
    merging.merge(survivor=ada.id, absorbed=visitor.id, reason="test", actor=SYSTEM, at=timezone.now())
    web(ada, "Product Added", 5, **PEN)
    cart = Cart.objects.get()
    assert (cart.customer_id, inside(cart)) == (ada.id, {"CUP": 1, "PEN": 1})


def test_events_that_wait_when_two_become_one_are_booked_for_the_survivor(web, ada):
    visitor = factories.customer(external_id="v")
    Customer.objects.filter(id=visitor.id).update(status="anonymous")
    recording.record_many([web.row(visitor, "Product Added", 0, **CUP)], now=timezone.now())
    merging.merge(survivor=ada.id, absorbed=visitor.id, reason="test", actor=SYSTEM, at=timezone.now())
    recording.record_many([web.row(visitor, "Product Added", 3, **PEN)], now=timezone.now())
    web.book()
    assert {cart.customer_id for cart in Cart.objects.all()} == {ada.id}
    assert inside(Cart.objects.get()) == {"CUP": 1, "PEN": 1}


def test_nobodys_cart_is_kept_by_its_name_only(web):
    web(None, "Product Added", 0, **CUP)
    assert not Cart.objects.exists()
    web(None, "Product Added", 1, cart_id="c", **CUP)
    web(None, "Product Added", 2, cart_id="d", **PEN)
    assert [inside(cart) for cart in Cart.objects.order_by("started_at")] == [{"CUP": 1}, {"PEN": 1}]
