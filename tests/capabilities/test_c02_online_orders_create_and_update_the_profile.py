"""C2: orders of online stores create and update the profile by themselves: Shopify, WooCommerce, and a website that
tells its orders by tracking; one buyer of all three is one person.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from analytics.selectors import metrics
from cdp.core import api_keys, pipeline
from cdp.core.crypto import subjects
from commerce.models import Order, Storefront
from customers.models import Address, ContactPoint, Customer, Status
from customers.services import buckets
from events.services import draining
from tests import factories
from tests.commerce.hooks.stores import Shopify, WooCommerce, connected
from tests.events.conftest import Caller, caller

__all__ = ["caller"]
pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
SHOPIFY: dict[str, Any] = {
    "id": 7001,
    "name": "#1001",
    "created_at": (NOW - dt.timedelta(days=3)).isoformat(),
    "updated_at": (NOW - dt.timedelta(days=3)).isoformat(),
    "currency": "THB",
    "total_price": "590.00",
    "financial_status": "paid",
    "email": "mali@example.com",
    "customer": {"id": 5, "email": "mali@example.com", "first_name": "มะลิ", "last_name": "ใจดี"},
    "billing_address": {
        "first_name": "มะลิ",
        "last_name": "ใจดี",
        "address1": "99 ถนนสุขุมวิท",
        "city": "คลองเตย",
        "province": "กรุงเทพมหานคร",
        "zip": "10110",
        "country_code": "TH",
        "phone": "081 234 5678",
    },
    "line_items": [{"quantity": 2, "price": "295.00", "sku": "SUN-1", "title": "Sun cream"}],
}
WOO: dict[str, Any] = {
    "id": 31,
    "number": "31",
    "status": "completed",
    "currency": "THB",
    "total": "120.00",
    "date_created_gmt": f"{NOW - dt.timedelta(days=2):%Y-%m-%dT%H:%M:%S}",
    "date_modified_gmt": f"{NOW - dt.timedelta(days=2):%Y-%m-%dT%H:%M:%S}",
    "billing": {
        "first_name": "มะลิ",
        "last_name": "ใจดี",
        "email": "mali@example.com",
        "phone": "+66812345678",
        "address_1": "12 ถนนนิมมานเหมินท์",
        "city": "เมืองเชียงใหม่",
        "state": "TH-50",
        "postcode": "50200",
        "country": "TH",
    },
    "line_items": [{"id": 1, "product_id": 9, "quantity": 1, "total": "120.00", "sku": "SOAP", "name": "Soap"}],
}


def settle() -> None:
    draining.drain(now=timezone.now())
    pipeline.drain_all(now=timezone.now())


def words(who: Customer, column: str) -> str:
    keyring = subjects.load([who.id])
    return keyring.open(getattr(who, column), table="customers_customer", column=column, row=who.id)


def test_orders_of_three_kinds_of_stores_make_one_profile(caller: Caller, client: Client) -> None:
    buckets.ensure()
    shopify, woo = Shopify(client, connected("shopify")), WooCommerce(client, connected("woo"))
    website = factories.source("website")
    caller.key = api_keys.create_write_key(website)
    Storefront.objects.create(source=website, orders_of=shopify.source, number_prefix="#")

    # A stranger looks around, fills a cart and orders as a guest: the checkout says who she is.
    visit = {"anonymousId": "visitor-1"}
    caller.send(
        {**visit, "type": "track", "event": "Product Viewed", "properties": {"sku": "SUN-1", "name": "Sun cream"}},
        {**visit, "type": "track", "event": "Product Added", "properties": {"sku": "SUN-1", "quantity": 2}},
    )
    settle()
    assert not Customer.objects.filter(status=Status.KNOWN).exists()
    completed = {
        **visit,
        "type": "track",
        "event": "Order Completed",
        "context": {"traits": {"email": "Mali@Example.com", "firstName": "มะลิ", "lastName": "ใจดี"}},
        "properties": {"order_id": "1001", "total": "590", "currency": "thb", "products": [{"sku": "SUN-1"}]},
    }
    caller.send(completed)
    settle()
    mali = Customer.objects.get(status=Status.KNOWN)
    assert (words(mali, "given_name"), words(mali, "family_name")) == ("มะลิ", "ใจดี")
    assert Order.objects.get().customer_id == mali.id

    # The store itself tells the same order: one order, now with phone and address.
    shopify.tell("orders/create", SHOPIFY)
    settle()
    order = Order.objects.get()
    assert (order.source, order.external_id, order.amount, order.tracked_at) == ("shopify", "#1001", 590, None)
    assert ContactPoint.objects.filter(customer_id=mali.id, kind="phone").count() == 1
    mali.refresh_from_db()
    assert (mali.province, mali.postcode, mali.country) == ("TH-10", "10110", "TH")

    # Another store, another address: the newer order moves her.
    woo.tell("order.created", WOO)
    settle()
    mali = Customer.objects.get(status=Status.KNOWN)
    assert (mali.province, mali.postcode) == ("TH-50", "50200")
    assert Address.objects.filter(customer_id=mali.id).exists()
    assert ContactPoint.objects.filter(customer_id=mali.id, kind="phone").count() == 1
    found = metrics.of_customer(mali.id, timezone.now())
    assert (found["orders_count"], found["revenue_total"]) == (2, "710.00")

    # What comes again, by any door, changes nothing; the browser has no say over the store's order.
    caller.send({**completed, "properties": {**completed["properties"], "total": "1"}})
    shopify.tell("orders/updated", SHOPIFY)
    settle()
    assert sorted(Order.objects.values_list("amount", flat=True)) == [Decimal(120), Decimal(590)]

    client.force_login(factories.staff("marketer"))
    page = client.get(f"/customers/{mali.id}/").content.decode()
    for told in ("มะลิ", "#1001", "Soap", "Sun cream"):
        assert told in page
