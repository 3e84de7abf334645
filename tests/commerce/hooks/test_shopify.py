"""What Shopify tells, from its own published bodies to facts."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry
from commerce.models import HookDelivery, Order, OrderLine, Product, Refund, RefundLine, StoreNotice
from commerce.selectors import orders as reading
from commerce.services.hooks import deliveries, notices
from consent.models import ConsentRecord
from consent.services import gate
from customers.models import ContactPoint, Customer
from tests import factories

ORDER = {
    "id": 7,
    "name": "#1007",
    "created_at": "2026-11-01T10:00:00+07:00",
    "updated_at": "2026-11-01T10:00:00+07:00",
    "currency": "THB",
    "total_price": "120.00",
    "financial_status": "pending",
    "customer": {"id": 5, "email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"},
    "line_items": [{"quantity": 2, "price": "60.00", "sku": "CUP", "title": "Cup"}],
}
REFUND = {
    "id": 70,
    "order_id": 7,
    "created_at": "2026-11-02T10:00:00+07:00",
    "note": "broken",
    "refund_line_items": [
        {"quantity": 1, "subtotal": "60.00", "line_item": {"sku": "CUP", "title": "Cup", "price": "60.00"}}
    ],
    "transactions": [{"kind": "refund", "status": "success", "amount": "60.00", "currency": "THB"}],
}
CUSTOMER = {
    "id": 5,
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Byron",
    "updated_at": "2026-11-01T10:00:00+07:00",
}


def known() -> Customer:
    return Customer.objects.get(status="known")


def words(customer: Customer, column: str) -> str:
    keyring = subjects.load([customer.id])
    return keyring.open(getattr(customer, column), table="customers_customer", column=column, row=customer.id)


def test_the_published_order_comes_to_what_it_says(shopify, data):
    body = data("shopify_api_fixtures/order")["order"]
    shopify.tell("orders/create", body)
    order = Order.objects.get()
    assert (order.external_id, order.currency, order.status, order.is_counted) == ("#1001", "USD", "paid", True)
    assert (order.amount, order.tax, order.shipping) == (Decimal("409.94"), Decimal("11.94"), 0)
    assert order.placed_at == dt.datetime(2008, 1, 10, 16, tzinfo=dt.UTC)
    assert order.coupon == "TENOFF"
    lines = OrderLine.objects.filter(order_id=order.id)
    assert sorted(lines.values_list("sku", "amount")) == [
        ("IPOD2008BLACK", 199),
        ("IPOD2008GREEN", 199),
        ("IPOD2008RED", 199),
    ]
    customer = known()
    assert (order.customer_id, words(customer, "name")) == (customer.id, "Bob Norman")
    assert (customer.country, customer.city, customer.postcode) == ("US", "Louisville", "40202")
    assert set(ContactPoint.objects.filter(customer_id=customer.id).values_list("kind", flat=True)) >= {"email"}


def test_the_published_refund_belongs_to_its_order(shopify, data):
    shopify.tell("orders/create", data("shopify_api_fixtures/order")["order"])
    shopify.tell("refunds/create", data("shopify_api_fixtures/refund")["refund"])
    refund, order = Refund.objects.get(), Order.objects.get()
    assert (refund.order_id, refund.customer_id) == (order.id, order.customer_id)
    assert (refund.amount, refund.currency) == (209, "USD")
    assert reading.reasons_of([refund]) == {refund.id: "it broke during shipping"}
    assert refund.at == dt.datetime(2016, 6, 20, 17, 35, 6, tzinfo=dt.UTC)
    assert sorted(RefundLine.objects.values_list("sku", "quantity")) == [("IPOD2008BLACK", 1), ("IPOD2008GREEN", 1)]


def test_the_published_lists_go_through(shopify, data):
    (order,) = data("shopify_api_fixtures/orders")["orders"]
    shopify.tell("orders/updated", order)
    for body in data("shopify_api_fixtures/products"):
        shopify.tell("products/update", body)
    shopify.tell("customers/update", data("shopify_api_fixtures/customer")["customer"])
    for checkout in data("shopify_api_fixtures/checkouts")["checkouts"]:
        shopify.tell("checkouts/create", checkout)
    for cart in data("shopify_api_fixtures/carts")["carts"]:
        shopify.tell("carts/create", cart)
    assert not HookDelivery.objects.exclude(state__in=["done", "ignored"]).exists()
    assert Order.objects.get().amount == Decimal(order["total_price"])
    assert Customer.objects.filter(status="known").count() == 1


def test_the_published_product_becomes_one_article_per_variant(shopify, data):
    shopify.tell("orders/create", data("shopify_api_fixtures/order")["order"])
    shopify.tell("products/create", data("shopify_api_fixtures/product")["product"])
    pink = Product.objects.get(sku="IPOD2008PINK")
    assert (pink.name, pink.category, pink.price, pink.currency) == (
        "IPod Nano - 8GB - Pink",
        "Cult Products",
        199,
        "USD",
    )
    assert Product.objects.count() == 4


def test_a_price_waits_until_the_currency_of_the_store_is_known(shopify, data):
    shopify.tell("products/create", data("shopify_api_fixtures/product")["product"])
    assert set(Product.objects.values_list("price", "currency")) == {(None, "")}


def test_the_state_further_in_the_life_of_an_order_wins_within_one_second(shopify):
    for status in ("paid", "pending"):
        shopify.tell("orders/updated", ORDER | {"financial_status": status})
    assert Order.objects.get().status == "paid"


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_an_older_telling_never_overwrites_a_newer_one(shopify, order):
    told = [
        ORDER,
        ORDER | {"updated_at": "2026-11-01T10:05:00+07:00", "financial_status": "paid", "total_price": "110.00"},
        ORDER | {"updated_at": "2026-11-01T10:09:00+07:00", "cancelled_at": "2026-11-01T10:09:00+07:00"},
    ]
    for position in order:
        shopify.tell("orders/updated", told[position])
    found = Order.objects.get()
    assert (found.status, found.is_counted, found.amount) == ("cancelled", False, 120)


def test_an_older_order_changes_nothing_of_a_person_told_of_since(shopify):
    shopify.tell("customers/update", CUSTOMER | {"updated_at": "2026-11-05T10:00:00+07:00", "first_name": "Augusta"})
    shopify.tell("orders/create", ORDER)
    assert words(known(), "given_name") == "Augusta"
    assert Order.objects.get().customer_id == known().id


def test_an_older_customer_never_overwrites_a_newer_one(shopify):
    shopify.tell("customers/update", CUSTOMER | {"updated_at": "2026-11-05T10:00:00+07:00", "first_name": "Augusta"})
    shopify.tell("customers/update", CUSTOMER)
    assert words(known(), "given_name") == "Augusta"
    assert HookDelivery.objects.filter(state="ignored").count() == 1


def test_a_refund_before_its_order_waits_for_it(shopify):
    shopify.tell("refunds/create", REFUND)
    waiting = HookDelivery.objects.get()
    assert (waiting.state, waiting.reason) == ("waiting", "order_unknown")
    shopify.tell("orders/create", ORDER | {"financial_status": "paid"})
    deliveries.work_off(now=timezone.now())
    assert Refund.objects.get().order_id == Order.objects.get().id
    assert set(HookDelivery.objects.values_list("state", flat=True)) == {"done"}


def test_a_refund_whose_order_never_comes_is_shown_to_staff(shopify):
    shopify.tell("refunds/create", REFUND)
    deliveries.work_off(now=timezone.now() + dt.timedelta(days=6, hours=1))
    failed = HookDelivery.objects.get()
    assert (failed.state, failed.reason) == ("failed", "order_unknown")
    assert failed.sealed is not None


def test_a_refund_told_by_itself_and_in_its_order_counts_once(shopify):
    shopify.tell("orders/create", ORDER | {"financial_status": "paid"})
    shopify.tell("refunds/create", REFUND)
    later = {"updated_at": "2026-11-02T10:00:01+07:00", "financial_status": "partially_refunded", "refunds": [REFUND]}
    shopify.tell("orders/updated", ORDER | later)
    assert Refund.objects.get().amount == 60
    assert Order.objects.get().status == "partially_refunded"


def test_an_order_is_written_even_if_a_refund_in_it_cannot_be(shopify):
    too_much = REFUND | {"transactions": [{"kind": "refund", "status": "success", "amount": "999.00"}]}
    shopify.tell("orders/updated", ORDER | {"financial_status": "refunded", "refunds": [too_much]})
    assert Order.objects.get().amount == 120
    failed = HookDelivery.objects.get()
    assert (failed.state, failed.reason) == ("failed", "refund_exceeds_order")


def test_a_restock_without_money_is_no_refund(shopify):
    shopify.tell("orders/create", ORDER)
    shopify.tell("refunds/create", REFUND | {"transactions": []})
    assert not Refund.objects.exists()


def test_the_shops_money_counts_and_not_what_the_buyer_saw(shopify):
    body = ORDER | {
        "currency": "THB",
        "presentment_currency": "KRW",
        "total_price_set": {
            "shop_money": {"amount": "120.00", "currency_code": "THB"},
            "presentment_money": {"amount": "4900", "currency_code": "KRW"},
        },
    }
    shopify.tell("orders/create", body | {"financial_status": "paid"})
    seen = {
        "subtotal_set": {
            "shop_money": {"amount": "60.00", "currency_code": "THB"},
            "presentment_money": {"amount": "2450", "currency_code": "KRW"},
        }
    }
    line = REFUND["refund_line_items"][0] | seen
    paid = [{"kind": "refund", "status": "success", "amount": "2450", "currency": "KRW"}]
    shopify.tell("refunds/create", REFUND | {"refund_line_items": [line], "transactions": paid})
    assert (Order.objects.get().amount, Refund.objects.get().amount) == (120, 60)
    assert Refund.objects.get().currency == "THB"


def test_a_test_order_is_no_fact(shopify):
    shopify.tell("orders/create", ORDER | {"test": True})
    assert not Order.objects.exists()
    assert not Customer.objects.filter(status="known").exists()


def test_a_deleted_order_counts_no_more_and_a_late_telling_does_not_revive_it(shopify):
    shopify.tell("orders/create", ORDER | {"financial_status": "paid"})
    shopify.tell("orders/delete", {"id": 7})
    shopify.tell("orders/updated", ORDER | {"financial_status": "paid", "total_price": "130.00"})
    order = Order.objects.get()
    assert (order.is_counted, order.status) == (False, "cancelled")


def test_consent_is_recorded_with_the_time_it_was_given(shopify):
    said = {"state": "subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": "2026-10-01T09:00:00+07:00"}
    for _ in range(2):
        shopify.tell("customers/update", CUSTOMER | {"email_marketing_consent": said})
    record = ConsentRecord.objects.get()
    assert (record.purpose, record.channel, record.status) == ("marketing", "email", "given")
    assert record.at == dt.datetime(2026, 10, 1, 2, tzinfo=dt.UTC)
    assert (record.source, record.method) == ("shopify", "store")


def test_a_yes_of_a_child_counts_at_no_stores_hook_and_a_no_does(shopify):
    child = factories.customer(email=CUSTOMER["email"], birth_date="2019-05-01", country="TH")
    yes = {"state": "subscribed", "consent_updated_at": "2026-10-01T09:00:00+07:00"}
    no = {"state": "unsubscribed", "consent_updated_at": "2026-10-02T09:00:00+07:00"}
    shopify.tell("customers/update", CUSTOMER | {"email_marketing_consent": yes, "sms_marketing_consent": no})
    assert list(ConsentRecord.objects.values_list("customer_id", "channel", "status")) == [(child.id, "sms", "denied")]
    assert AuditEntry.objects.filter(action="consent:record:refused", customer_id=child.id).exists()
    in_a_year = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    assert gate.decide(customer=child.id, purpose="marketing", channel="email", at=in_a_year).reason == "never_asked"


def test_a_withdrawal_is_heard(shopify):
    yes = {"state": "subscribed", "consent_updated_at": "2026-10-01T09:00:00+07:00"}
    no = {"state": "unsubscribed", "consent_updated_at": "2026-10-02T09:00:00+07:00"}
    shopify.tell("customers/update", CUSTOMER | {"sms_marketing_consent": yes})
    later = CUSTOMER | {"updated_at": "2026-11-03T10:00:00+07:00", "sms_marketing_consent": no}
    shopify.tell("customers/update", later)
    assert list(ConsentRecord.objects.order_by("at").values_list("channel", "status")) == [
        ("sms", "given"),
        ("sms", "withdrawn"),
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"email_marketing_consent": {"state": "not_subscribed"}},
        {"email_marketing_consent": {"state": "pending"}},
        {"email_marketing_consent": None, "accepts_marketing": True},
        {"accepts_marketing": False},
    ],
)
def test_who_was_never_asked_has_no_record(shopify, more):
    shopify.tell("customers/update", CUSTOMER | more)
    assert known()
    assert not ConsentRecord.objects.exists()


def test_what_a_buyer_ticked_at_the_checkout_is_no_record(shopify):
    shopify.tell("orders/create", ORDER | {"buyer_accepts_marketing": True})
    assert not ConsentRecord.objects.exists()


def test_privacy_requests_stay_open_until_somebody_closes_them(shopify, data):
    customer = {"id": 191167, "email": "john@example.com", "updated_at": "2026-11-01T10:00:00+07:00"}
    shopify.tell("customers/create", customer)
    for topic in ("customers_data_request", "customers_redact", "shop_redact"):
        body = data(f"shopify_api_fixtures/compliance_webhooks/{topic}")
        for _ in range(2):
            shopify.tell(topic.replace("_", "/", 1), body)
    found = {notice.kind: notice for notice in StoreNotice.objects.filter(state="open")}
    assert set(found) == {"data_request", "customer_redact", "shop_redact"}
    asked = found["data_request"]
    assert (asked.person_id, asked.due_at - asked.received_at) == (known().id, dt.timedelta(days=30))
    assert b"john@example.com" not in bytes(asked.wrapped)
    assert notices.named(asked)["customer"]["email"] == "john@example.com"


def test_a_removed_app_and_a_deleted_customer_are_noticed(shopify):
    shopify.tell("app/uninstalled", {"id": 954889, "domain": "mali.myshopify.com"})
    shopify.tell("customers/create", CUSTOMER)
    shopify.tell("customers/delete", {"id": 5})
    assert set(StoreNotice.objects.values_list("kind", flat=True)) == {"uninstalled", "customer_deleted"}
    assert known()
