"""The stewards' desk: products and rates are edited with an audit entry, orders and refunds are looked at."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from cdp.core import actors
from cdp.core.models import AccessEntry, AuditEntry
from commerce.models import ExchangeRate, Product, Store, Storefront
from commerce.rules.inputs import LineInput, OrderInput, RefundInput
from commerce.services import orders, refunds, stores
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.fixture
def steward():
    user = factories.staff("steward")
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def order():
    lines = (
        LineInput(Decimal(2), Decimal(10), sku="CUP", name="<b>Cup</b>"),
        LineInput(Decimal(-1), Decimal(10), sku="CUP", name="<b>Cup</b>"),
    )
    told = OrderInput("1001", NOW, "THB", lines=lines)
    written = orders.write(
        order=told,
        customer_id=factories.customer().id,
        source=factories.source(),
        actor=actors.SYSTEM,
        now=NOW,
    )
    return written.order


def product(**changes):
    return {"sku": "A", "name": "Cup", "category": "", "brand": "", "price": "9.50", "currency": "thb"} | changes


def test_a_steward_makes_and_changes_a_product_with_an_audit_entry(steward):
    assert steward.post("/admin/commerce/product/add/", product()).status_code == 302
    made = Product.objects.get()
    assert (made.name, made.price, made.currency) == ("Cup", Decimal("9.50"), "THB")
    steward.post(f"/admin/commerce/product/{made.id}/change/", product(sku="B", name="Mug"))
    changed = Product.objects.get()
    assert (changed.sku, changed.name) == ("A", "Mug")
    entry = AuditEntry.objects.filter(action="commerce:product:written").latest("at")
    assert (entry.actor_kind, entry.actor_id) == ("staff", steward.user.id)
    assert entry.details["name"] == ["Cup", "Mug"]


@pytest.mark.parametrize("changes", [{"currency": "XYZ"}, {"currency": ""}, {"sku": ""}, {"price": "many"}])
def test_a_wrong_product_is_shown_again_with_its_error(steward, changes):
    response = steward.post("/admin/commerce/product/add/", product(**changes))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert Product.objects.count() == 0


def test_products_are_not_deleted(steward):
    steward.post("/admin/commerce/product/add/", product())
    address = f"/admin/commerce/product/{Product.objects.get().id}/delete/"
    assert steward.post(address, {"post": "yes"}).status_code == 403


def test_a_rate_is_saved_and_deleted_with_audit_entries(steward):
    steward.post("/admin/commerce/exchangerate/add/", {"currency": "krw", "on": "2026-01-01", "rate": "0.0245"})
    rate = ExchangeRate.objects.get()
    assert (rate.currency, rate.on, rate.rate) == ("KRW", dt.date(2026, 1, 1), Decimal("0.0245"))
    steward.post(f"/admin/commerce/exchangerate/{rate.id}/delete/", {"post": "yes"})
    assert ExchangeRate.objects.count() == 0
    changes = AuditEntry.objects.filter(action="core:admin:changed").order_by("at")
    assert [entry.details["change"] for entry in changes] == ["saved", "deleted"]


@pytest.mark.parametrize("values", [{"currency": "XYZ"}, {"rate": "0"}, {"rate": "-1"}, {"on": "never"}])
def test_a_wrong_rate_is_shown_again(steward, values):
    body = {"currency": "KRW", "on": "2026-01-01", "rate": "0.0245"} | values
    assert steward.post("/admin/commerce/exchangerate/add/", body).status_code == 200
    assert ExchangeRate.objects.count() == 0


def test_orders_and_refunds_are_found_by_number_and_only_looked_at(steward, order):
    listed = steward.get("/admin/commerce/order/", {"q": "1001"}).content.decode()
    assert "1001" in listed
    assert str(order.id) in listed
    assert str(order.id) not in steward.get("/admin/commerce/order/", {"q": "1002"}).content.decode()
    page = steward.get(f"/admin/commerce/order/{order.id}/change/")
    assert page.status_code == 200
    assert "&lt;b&gt;Cup&lt;/b&gt;" in page.content.decode()
    assert steward.post(f"/admin/commerce/order/{order.id}/change/", {"amount": "1"}).status_code == 403
    assert steward.post(f"/admin/commerce/order/{order.id}/delete/", {"post": "yes"}).status_code == 403
    assert steward.get("/admin/commerce/order/add/").status_code == 403
    assert "1001" in steward.get("/admin/commerce/refund/", {"q": "1001"}).content.decode()


def test_why_a_refund_was_given_is_opened_on_its_own_page_and_that_is_noted(steward, order):
    told = RefundInput("r1", Decimal(5), reason="it broke")
    given = refunds.write(refund=told, order=order, source=factories.source(), actor=actors.SYSTEM, now=NOW).refund
    assert "it broke" not in steward.get("/admin/commerce/refund/", {"q": "r1"}).content.decode()
    assert "it broke" in steward.get(f"/admin/commerce/refund/{given.id}/change/").content.decode()
    assert AccessEntry.objects.get(view="admin:commerce_refund_change").customer_ids == [order.customer_id]


def test_nobody_but_stewards_gets_in(order):
    marketer = Client()
    marketer.force_login(factories.staff("marketer"))
    for client in (marketer, Client()):
        assert client.get("/admin/commerce/order/").status_code in {302, 403}
        assert client.get("/admin/commerce/product/add/").status_code in {302, 403}


def test_a_steward_names_a_store_and_an_administrator_ties_a_website_to_it(steward, client):
    stores.learn([("BKK-1", "")], now=NOW)
    store = Store.objects.get()
    told = {"code": "X", "name": "Siam", "place": "Bangkok", "channel": "store"}
    assert steward.post(f"/admin/commerce/store/{store.id}/change/", told).status_code == 302
    store.refresh_from_db()
    assert (store.code, store.name, store.place) == ("BKK-1", "Siam", "Bangkok")
    assert AuditEntry.objects.get(action="commerce:store:written").details["name"] == ["", "Siam"]
    tie = {"source": factories.source("web").id, "orders_of": factories.source("shopify").id, "number_prefix": "#"}
    assert steward.post("/admin/commerce/storefront/add/", tie).status_code == 403
    client.force_login(factories.staff("owner"))
    assert client.post("/admin/commerce/storefront/add/", tie).status_code == 302
    front = Storefront.objects.get()
    assert (front.number_prefix, front.takes_orders) == ("#", False)
    assert client.post(f"/admin/commerce/storefront/{front.id}/delete/", {"post": "yes"}).status_code == 302
    assert not Storefront.objects.exists()
    assert AuditEntry.objects.filter(action__startswith="commerce:storefront:").count() == 2
