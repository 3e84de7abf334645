"""Carts and checkouts of a store: one cart under two tokens, left behind, recovered by its order, in any order."""

import itertools

import pytest

from commerce.models import Cart, CartKey, CartLine
from customers.models import Customer
from customers.services import buckets
from tests.commerce.hooks.test_shopify import ORDER

CART = {
    "id": "c1",
    "token": "c1",
    "updated_at": "2026-11-01T09:00:00+07:00",
    "line_items": [{"quantity": 1, "price": "60.00", "sku": "CUP", "title": "Cup"}],
}
CHECKOUT = {
    "id": 9,
    "token": "k1",
    "cart_token": "c1",
    "updated_at": "2026-11-01T09:05:00+07:00",
    "completed_at": None,
    "currency": "THB",
    "total_price": "120.00",
    "email": "ada@example.com",
    "customer": {"id": 5, "email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"},
    "line_items": [{"quantity": 2, "price": "60.00", "sku": "CUP", "title": "Cup"}],
}
BOUGHT = ORDER | {"financial_status": "paid", "cart_token": "c1", "checkout_token": "k1"}
TOLD = [("carts/update", CART), ("checkouts/update", CHECKOUT), ("orders/create", BOUGHT)]


def test_a_cart_belongs_to_nobody_until_its_checkout_names_somebody(shopify):
    shopify.tell("carts/create", CART)
    assert Cart.objects.get().customer_id in buckets.IDS
    shopify.tell("checkouts/create", CHECKOUT)
    cart, ada = Cart.objects.get(), Customer.objects.get(status="known")
    assert (cart.customer_id, cart.tokens, cart.status) == (ada.id, ["c1", "k1"], "open")
    assert (cart.total, cart.currency) == (120, "THB")
    assert list(CartLine.objects.values_list("customer_id", "cart_id", "quantity")) == [(ada.id, cart.id, 2)]
    assert set(CartKey.objects.values_list("customer_id", "cart_id")) == {(ada.id, cart.id)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_same_cart_comes_out_whatever_arrives_first(shopify, order):
    for position in order:
        shopify.tell(*TOLD[position])
    cart, ada = Cart.objects.get(), Customer.objects.get(status="known")
    assert (cart.customer_id, cart.status, sorted(cart.tokens)) == (ada.id, "ordered", ["c1", "k1"])
    assert cart.order_id is not None
    assert CartKey.objects.filter(customer_id=ada.id, cart_id=cart.id).count() == 2
    assert CartLine.objects.filter(customer_id=ada.id, cart_id=cart.id).count() == 1


def test_a_cart_and_a_checkout_told_apart_become_one(shopify):
    shopify.tell("carts/create", CART)
    shopify.tell("checkouts/create", {name: value for name, value in CHECKOUT.items() if name != "cart_token"})
    assert Cart.objects.count() == 2
    shopify.tell("checkouts/update", CHECKOUT | {"updated_at": "2026-11-01T09:06:00+07:00"})
    assert Cart.objects.get().tokens == ["c1", "k1"]
    assert CartLine.objects.get().quantity == 2


def test_an_order_recovers_what_was_left_behind(shopify):
    shopify.tell("checkouts/create", CHECKOUT)
    shopify.tell("orders/create", BOUGHT | {"created_at": "2026-11-03T10:00:00+07:00"})
    assert Cart.objects.get().is_recovered


def test_an_older_cart_never_overwrites_a_newer_one(shopify):
    shopify.tell("checkouts/update", CHECKOUT)
    older = CHECKOUT | {"updated_at": "2026-11-01T09:01:00+07:00", "total_price": "1.00", "line_items": []}
    shopify.tell("checkouts/update", older)
    assert Cart.objects.get().total == 120
    assert CartLine.objects.count() == 1


def test_an_emptied_cart_is_empty(shopify):
    shopify.tell("carts/update", CART)
    shopify.tell("carts/update", CART | {"updated_at": "2026-11-01T09:02:00+07:00", "line_items": []})
    assert not CartLine.objects.exists()


def test_a_deleted_checkout_is_gone(shopify):
    shopify.tell("checkouts/create", CHECKOUT)
    shopify.tell("checkouts/delete", {"id": 9, "token": "k1"})
    assert Cart.objects.get().status == "deleted"
