"""Orders that a website tells: whatever arrives when, one order with the newest content and state."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.models import CustomerMetrics
from cdp.core.actors import SYSTEM
from cdp.core.models import Mark
from commerce.models import BookingFault, Order, OrderLine, Product, Refund, Store, Storefront
from commerce.rules.inputs import LineInput, OrderInput, RefundInput
from commerce.services import orders, refunds
from customers.services import buckets
from tests import factories
from tests.commerce.hooks.stores import Shopify, connected
from tests.commerce.services.booking.conftest import NOON

pytestmark = pytest.mark.django_db
CUP = {"product_id": "p1", "sku": "CUP", "name": "Cup", "price": "100.00", "quantity": 2, "category": "Kitchen"}
PEN = {"product_id": "p2", "sku": "PEN", "name": "Pen", "price": 50, "quantity": 1, "brand": "Nib"}
COMPLETED = {
    "order_id": "1001",
    "affiliation": "Siam",
    "total": 275,
    "revenue": 250,
    "shipping": 20,
    "tax": 5,
    "coupon": "HELLO",
    "currency": "thb",
    "products": [CUP, PEN],
}


def test_a_completed_order_is_an_order_with_its_lines_products_and_store(web, ada):
    web(ada, "Order Completed", **COMPLETED)
    order = Order.objects.get()
    assert (order.source, order.external_id, order.customer_id) == ("web", "1001", ada.id)
    assert (order.status, order.currency, order.amount, order.is_counted) == ("paid", "THB", 275, True)
    assert (order.placed_at, order.coupon, order.store, order.channel) == (NOON, "HELLO", "Siam", "online")
    assert bytes(order.resolved_by) == b"who"
    lines = OrderLine.objects.order_by("id").values_list("sku", "name", "quantity", "unit_price", "amount")
    assert list(lines) == [("CUP", "Cup", 2, 100, 200), ("PEN", "Pen", 1, 50, 50)]
    pen = Product.objects.get(sku="PEN")
    assert (pen.brand, pen.price, pen.currency) == ("Nib", 50, "THB")
    assert Store.objects.get().code == "Siam"
    assert CustomerMetrics.objects.get(customer_id=ada.id).orders_count == 1
    assert not Mark.objects.exists()


def test_telling_it_again_changes_nothing(web, ada):
    web(ada, "Order Completed", **COMPLETED)
    before = Order.objects.values().get()
    web(ada, "Order Completed", **COMPLETED)
    web(ada, "Completed Order", **COMPLETED)
    assert Order.objects.values().get() == before
    assert OrderLine.objects.count() == 2


@pytest.mark.long
def test_orders_come_to_the_same_in_any_order_of_arrival(web):
    told = [
        ("Order Completed", 0, COMPLETED),
        ("Order Updated", 5, {**COMPLETED, "total": 75, "revenue": 50, "products": [PEN], "status": "shipped"}),
        ("Order Cancelled", 9, {"order_id": "1001"}),
        ("Order Updated", 3, {**COMPLETED, "total": 175, "products": [CUP]}),
    ]
    seen = set()
    for place, arriving in enumerate(itertools.permutations(told)):
        who = factories.customer(external_id=f"c{place}")
        for name, minute, body in arriving:
            web(who, name, minute, **{**body, "order_id": f"N{place}"})
        order = Order.objects.get(external_id=f"N{place}")
        skus = tuple(OrderLine.objects.filter(customer_id=who.id).values_list("sku", flat=True))
        seen.add((order.status, order.total, order.placed_at, order.is_counted, skus))
    assert seen == {("cancelled", Decimal(75), NOON, False, ("PEN",))}


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        ({"revenue": 25, "discount": 2.5, "shipping": 3, "tax": 2}, "27.5"),
        ({"subtotal": "22.50", "shipping": 3, "tax": 2}, "27.5"),
        ({"revenue": 25, "total": "27.50"}, "27.5"),
        ({"total": "฿1,234.50"}, "1234.5"),
        ({}, "250"),
    ],
)
def test_the_amount_is_what_the_specification_means(web, ada, told, amount):
    web(ada, "Order Completed", order_id="7", currency="THB", products=[CUP, PEN], **told)
    assert Order.objects.get().amount == Decimal(amount)


def test_lines_without_prices_share_what_the_articles_came_to(web, ada):
    products = [{"sku": "A", "quantity": 3}, {"sku": "B"}]
    web(ada, "Order Completed", order_id="7", total=90, shipping=10, currency="THB", products=products)
    assert list(OrderLine.objects.order_by("id").values_list("unit_price", flat=True)) == [20, 20]
    assert Order.objects.get().is_counted


@pytest.mark.parametrize(
    ("told", "code", "place"),
    [
        ({"order_id": "7", "currency": "XQX", "total": 5}, "unknown_currency", "currency"),
        ({"order_id": "7", "total": "a lot"}, "not_a_number", "total"),
        ({"order_id": "7", "total": "1e20"}, "too_large", "total"),
        ({"order_id": "7", "total": -5}, "below_zero", "total"),
        ({"order_id": "7", "products": [CUP, {"sku": "B", "price": "?"}]}, "not_a_number", "products.1.price"),
        ({"order_id": "7", "products": "none"}, "not_a_list", "products"),
        ({"total": 5}, "missing", "order_id"),
    ],
)
def test_what_cannot_be_read_is_told_to_staff_and_nothing_is_written(web, ada, told, code, place):
    web(ada, "Order Completed", **told)
    fault = BookingFault.objects.get()
    assert (fault.code, fault.place, fault.name, fault.source) == (code, place, "Order Completed", "web")
    assert not Order.objects.exists()
    assert not OrderLine.objects.exists()


def test_one_bad_order_does_not_stop_the_others(web, ada):
    web.tell(
        web.row(ada, "Order Completed", order_id="1", total="?"),
        web.row(ada, "Order Completed", order_id="2", total=5, currency="THB"),
    )
    assert Order.objects.get().external_id == "2"


def test_an_order_of_nobody_is_a_guests_until_somebody_is_named(web, ada):
    web(None, "Order Completed", **COMPLETED)
    assert Order.objects.get().customer_id in buckets.IDS
    web(ada, "Order Updated", 5, **COMPLETED)
    assert Order.objects.get().customer_id == ada.id
    web(None, "Order Updated", 9, **{**COMPLETED, "total": 300})
    order = Order.objects.get()
    assert (order.customer_id, order.amount) == (ada.id, 300)


def test_what_robots_do_is_no_order(web, ada):
    web(ada, "Order Completed", **COMPLETED, **{"$context": {"bot": True}})
    assert not Order.objects.exists()
    assert not BookingFault.objects.exists()


# --- beside those who answer for the order -----------------------------------------------------------------------------


def store_tells(customer=None, *, total="280", clock=NOON - dt.timedelta(minutes=1), number="1001", source="web"):
    line = LineInput(Decimal(1), Decimal(total), sku="CUP", name="Cup of the store")
    told = OrderInput(number, NOON, "THB", total=Decimal(total), lines=(line,), updated_at=clock)
    return orders.write(
        order=told,
        customer_id=customer and customer.id,
        source=factories.source(source),
        actor=SYSTEM,
        now=timezone.now(),
    )


def test_what_its_store_tells_wins_whoever_comes_first(web, ada):
    web(ada, "Order Completed", **COMPLETED)
    store_tells(ada)
    web(ada, "Order Updated", 60, **{**COMPLETED, "total": 1})
    order = Order.objects.get()
    assert (order.amount, order.tracked_at) == (280, None)
    store_tells(ada, number="1002")
    web(ada, "Order Completed", **{**COMPLETED, "order_id": "1002"})
    assert Order.objects.get(external_id="1002").amount == 280
    assert OrderLine.objects.count() == 2


def test_the_same_words_from_the_store_end_the_say_of_the_browser(web, ada):
    web(ada, "Order Completed", order_id="1001", total=280, currency="THB", products=[{**CUP, "price": 280}])
    store_tells(ada)
    assert Order.objects.get().tracked_at is None


def test_a_guests_order_of_the_store_becomes_that_of_the_visitor_who_completed_it(web, ada):
    written = store_tells()
    refunds.write(
        refund=RefundInput("R1", amount=Decimal(10)),
        order=written.order,
        source=web.source,
        actor=SYSTEM,
        now=timezone.now(),
    )
    web(ada, "Order Completed", **COMPLETED)
    order = Order.objects.get()
    assert (order.customer_id, order.amount) == (ada.id, 280)
    assert Refund.objects.get().customer_id == ada.id
    store_tells(ada, total="281", clock=NOON + dt.timedelta(hours=1))
    assert Order.objects.count() == 1


def test_who_guesses_the_number_of_a_guests_order_with_a_public_key_does_not_get_it(web, ada):
    web.source.allowed_origins = ["https://shop.example.com"]
    web.source.save()
    store_tells()
    for told in ({}, {"total": 0}, {"total": 280, "currency": "KRW"}, {"total": 280, "order_id": "1002"}):
        web(ada, "Order Completed", **{"order_id": "1001", "currency": "THB", **told})
    assert Order.objects.get(external_id="1001").customer_id in buckets.IDS
    web(ada, "Order Completed", **COMPLETED | {"total": 280})
    assert Order.objects.get(external_id="1001").customer_id == ada.id


def test_a_website_can_have_the_numbers_of_its_store(web, ada):
    store = factories.source("shopify")
    Storefront.objects.create(source=web.source, orders_of=store, number_prefix="#")
    web(ada, "Order Completed", **COMPLETED)
    assert Order.objects.get().external_id == "#1001"
    store_tells(ada, number="#1001", source="shopify")
    assert (Order.objects.get().source, Order.objects.get().amount) == ("shopify", 280)


def test_a_website_may_know_the_inner_number_of_its_store_only(web, ada, client):
    store = Shopify(client, connected("shopify"))
    Storefront.objects.create(source=web.source, orders_of=store.source, number_prefix="#")
    web(ada, "Order Completed", **{**COMPLETED, "order_id": "7001"})
    web(ada, "Order Refunded", 5, order_id="7001", total=5)
    before = Order.objects.get()
    told = {
        "id": 7001,
        "name": "#1001",
        "created_at": NOON.isoformat(),
        "updated_at": NOON.isoformat(),
        "currency": "THB",
        "total_price": "275.00",
        "financial_status": "paid",
        "line_items": [{"quantity": 1, "price": "275.00", "sku": "CUP", "title": "Cup"}],
    }
    store.tell("orders/create", told)
    order = Order.objects.get()
    assert (order.id, order.external_id, order.customer_id) == (before.id, "#1001", ada.id)
    assert (order.tracked_at, Refund.objects.count()) == (None, 0)
    web(ada, "Order Updated", 9, **{**COMPLETED, "order_id": "7001", "total": 1})
    assert Order.objects.get().amount == 275


def test_a_website_can_leave_its_orders_to_the_store(web, ada):
    Storefront.objects.create(source=web.source, orders_of=web.source, takes_orders=False)
    web(ada, "Order Completed", **COMPLETED)
    web(ada, "Order Refunded", order_id="1001")
    assert not Order.objects.exists()
    assert not BookingFault.objects.exists()


# --- refunds ----------------------------------------------------------------------------------------------------------


def test_a_refund_waits_for_its_order_and_is_booked_once(web, ada):
    web(ada, "Order Refunded", 30, order_id="1001", total=75, refund_id="R1")
    assert not Refund.objects.exists()
    web(ada, "Order Completed", **COMPLETED)
    web(ada, "Order Refunded", 30, order_id="1001", total=75, refund_id="R1")
    refund = Refund.objects.get()
    assert (refund.amount, refund.order_id, refund.customer_id) == (75, Order.objects.get().id, ada.id)
    assert not BookingFault.objects.exists()


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        ({}, 275),
        ({"total": 275}, 275),
        ({"products": [{"sku": "PEN"}]}, 50),
        ({"products": [{"sku": "PEN"}], "total": 275}, 50),
        ({"products": [{"sku": "CUP", "quantity": 1, "price": 90}]}, 90),
        ({"products": [{"sku": "PEN"}], "total": 45}, 45),
    ],
)
def test_a_refund_is_of_all_or_of_the_articles_named(web, ada, told, amount):
    web(ada, "Order Completed", **COMPLETED)
    web(ada, "Order Refunded", 30, order_id="1001", **told)
    assert Refund.objects.get().amount == amount


def test_more_than_the_order_came_to_cannot_go_back(web, ada):
    web(ada, "Order Completed", **COMPLETED)
    web(ada, "Order Refunded", 30, order_id="1001", total=200)
    web(ada, "Order Refunded", 40, order_id="1001", total=200)
    web(ada, "Order Refunded", 50, order_id="1001")
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [75, 200]
    assert BookingFault.objects.get().code == "refund_exceeds_order"


def test_refunds_of_a_browser_go_when_the_store_tells_the_order(web, ada):
    web(ada, "Order Completed", **COMPLETED)
    web(ada, "Order Refunded", 30, order_id="1001")
    store_tells(ada)
    assert not Refund.objects.exists()
    web(ada, "Order Refunded", 40, order_id="1001")
    assert not Refund.objects.exists()
