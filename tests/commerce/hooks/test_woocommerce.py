"""What WooCommerce tells, from its own published bodies to facts."""

import datetime as dt
from decimal import Decimal

from django.db.models import Sum

from commerce.models import HookDelivery, Order, OrderLine, Product, Refund, StoreNotice
from customers.models import Customer

PRODUCT = {
    "id": 93,
    "name": "Woo Single &ndash; #1",
    "sku": "",
    "price": "3.00",
    "date_modified_gmt": "2017-03-22T19:28:02",
    "categories": [{"id": 15, "name": "Music &amp; Singles"}],
}


def every(data, name: str) -> list[dict]:
    """The objects of a published body: one, a list, or the answer of a batch."""
    body = data(f"woocommerce_json/{name}")
    if isinstance(body, list):
        return body
    if "create" in body:
        return [*body["create"], *body["update"]]
    return [body]


def test_the_published_orders_come_to_what_they_say(woo, data):
    bodies = {}
    for number in range(6):
        for body in every(data, f"orders_0{number}"):
            woo.tell("order.updated", body)
            if body["date_modified_gmt"] >= bodies.get(body["id"], body)["date_modified_gmt"]:
                bodies[body["id"]] = body
    assert not HookDelivery.objects.exclude(state__in=["done", "ignored"]).exists()
    told = {body["number"]: (Decimal(body["total"]), body["currency"]) for body in bodies.values()}
    assert {row[0]: row[1:] for row in Order.objects.values_list("external_id", "amount", "currency")} == told
    order = Order.objects.get(external_id="727")
    assert (order.status, order.shipping, order.tax) == ("fulfilled", 10, Decimal("1.35"))
    assert order.placed_at == dt.datetime(2017, 3, 22, 19, 28, 2, tzinfo=dt.UTC)
    lines = OrderLine.objects.filter(order_id=order.id)
    assert set(lines.values_list("sku", "name", "amount")) == {
        ("woo-93", "Woo Single #1", 6),
        ("Bar3", "Ship Your Idea – Color: Black, Size: M Test", 12),
    }


def test_the_refunds_in_an_order_come_to_what_its_refunds_say(woo, data):
    (order,) = (body for body in every(data, "orders_02") if body["id"] == 723)
    for _ in range(2):
        woo.tell("order.updated", order)
    told = {str(row["id"]): Decimal(row["amount"]) for row in every(data, "order-refunds_02")}
    assert dict(Refund.objects.values_list("external_id", "amount")) == told
    assert Refund.objects.aggregate(sum=Sum("amount"))["sum"] == 19
    assert set(Refund.objects.values_list("order_id", flat=True)) == {Order.objects.get().id}


def test_the_published_customers_are_known_once(woo, data):
    ids, emails = set(), set()
    for number in range(6):
        for body in every(data, f"customers_0{number}"):
            woo.tell("customer.updated", body)
            ids.add(body["id"])
            emails.add(body["email"])
    assert not HookDelivery.objects.exclude(state__in=["done", "ignored"]).exists()
    assert Customer.objects.filter(status="known").count() == len(emails)
    assert set(Customer.objects.filter(status="known").values_list("country", flat=True)) == {"US", "BR"}


def test_a_guests_order_belongs_to_the_person_of_its_address(woo, data):
    (body,) = (body for body in every(data, "orders_02") if body["id"] == 727)
    woo.tell("order.created", body)
    customer = Customer.objects.get(status="known")
    assert Order.objects.get().customer_id == customer.id
    assert (customer.province, customer.postcode) == ("US-CA", "94103")


def test_coupons_and_reviews_are_counted_and_left_aside(woo, data):
    for body in every(data, "coupons_02"):
        assert woo.send("coupon.updated", body).status_code == 200
    assert not HookDelivery.objects.exists()


def test_a_product_is_told_with_its_plain_name(woo, data):
    woo.tell("product.updated", PRODUCT)
    product = Product.objects.get()
    assert (product.sku, product.name, product.category) == ("woo-93", "Woo Single – #1", "Music & Singles")
    woo.tell("product.updated", PRODUCT | {"date_modified_gmt": "2017-03-21T19:28:02", "name": "Older"})
    assert Product.objects.get().name == "Woo Single – #1"


def test_an_order_in_the_bin_counts_no_more_until_it_is_restored(woo, data):
    (body,) = every(data, "orders_00")
    paid = body | {"status": "processing"}
    woo.tell("order.created", paid)
    woo.tell("order.deleted", {"id": body["id"]})
    assert not Order.objects.get().is_counted
    woo.tell("order.updated", paid)
    assert not Order.objects.get().is_counted


def test_a_deleted_customer_is_for_people_to_decide(woo, data):
    (body,) = every(data, "customers_00")
    woo.tell("customer.created", body)
    woo.tell("customer.deleted", {"id": body["id"]})
    assert StoreNotice.objects.get().person_id == Customer.objects.get(status="known").id


def test_the_draft_of_a_checkout_is_no_order(woo, data):
    (body,) = every(data, "orders_00")
    woo.tell("order.created", body | {"status": "checkout-draft"})
    assert not Order.objects.exists()
