"""Exports of the same platforms from other years, accounts and tools: other columns, the same people and money."""

from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from cdp.core.imports import layouts, mapping, registry
from commerce.models import Order, Refund
from consent.models import ConsentRecord
from customers.models import Customer
from customers.selectors import profiles
from tests.importing import Importer

SHOPIFY = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent"
MAILCHIMP = "MEMBER_RATING,OPTIN_TIME,LEID,EUID"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("kind", "header", "key"),
    [
        ("customers", "ID,FIRSTNAME,LASTNAME,EMAIL,MOBILEPHONE", "salesforce.contacts"),
        ("customers", "Id,LastName,Email,HasOptedOutOfEmail", "salesforce.contacts.HasOptedOutOfEmail"),
        ("customers", f"E-Mail-Adresse,Vorname,{MAILCHIMP}", "mailchimp.audience"),
        ("customers", "user_login,user_email,billing_phone", "woocommerce.users"),
        ("customers", "Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV", "woocommerce.customers"),
        ("customers", "First Name,Last Name,E-mail Address,Home Phone,Mobile Phone", "outlook.contacts"),
        ("orders", "id,Created (UTC),Amount,Currency,Status,Mode", "stripe.payments.before_2022"),
        ("orders", "order_id,order_number,order_date,status,order_total,billing_email", "woocommerce.orders.fields"),
    ],
)
def test_a_layout_of_another_year_or_tool_is_known(kind, header, key):
    found = layouts.find(kind, header.split(","))
    assert found
    assert found.key == key
    mapped = mapping.guess(kind=registry.get(kind), header=header.split(","))
    assert mapping.missing(mapped, registry.get(kind)) == []
    for column, target in found.columns.items():
        assert target in registry.get(kind).targets, column


@pytest.mark.parametrize(
    ("name", "allows"),
    [("non_subscribed.csv", False), ("not subscribed.csv", False), ("subscribed_members_export_1.csv", True)],
)
def test_only_the_list_of_those_who_get_mail_allows_it(name, allows):
    header = ["Email Address", *MAILCHIMP.split(",")]
    assert bool(mapping.guess(kind=registry.get("customers"), header=header, file=name).also) == allows


def test_every_further_column_of_a_layout_is_for_a_target_that_it_names():
    for layout in layouts._layouts.values():
        assert {*layout.otherwise, *layout.behind} <= set(layout.columns.values()), layout.key


def people() -> list[profiles.Profile]:
    return [profiles.one(row.id) for row in Customer.objects.filter(status="known").order_by("id")]


def words() -> list[tuple[str, str]]:
    return sorted(ConsentRecord.objects.values_list("source", "status"))


def test_people_without_an_address_of_mail_keep_their_number_their_door_and_their_word(imports):
    header = f"{SHOPIFY},Default Address Address1,Default Address Address2,Default Address Country Code"
    imports(
        "customers",
        f"{header},Default Address Phone,Phone\n"
        "'7001,สมชาย,ใจดี,,yes,1,99/1 ถ.สุขุมวิท,ห้อง 5,TH,0812345678,\n"
        "'7002,Ann,Lee,ann@example.com,no,1,1 Road,,KR,010-9999-9999,'+821012345678\n",
        source="shopify",
    )
    assert imports.problems() == []
    first, second = people()
    assert (first.phone, second.phone) == ("+66812345678", "+821012345678")
    assert [place.street for one in (first, second) for place in one.places] == ["99/1 ถ.สุขุมวิท, ห้อง 5", "1 Road"]
    assert words() == [("shopify", "denied"), ("shopify", "given")]


def test_who_opted_out_in_a_sales_system_is_heard_and_who_did_not_said_nothing(imports):
    imports(
        "customers",
        "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Unsubscribed from all email\n"
        "1,Ann,Lee,ann@example.com,,+66812345678,true\n2,Bob,Kim,bob@example.com,,,false\n3,Cho,Ito,cho@example.com,,,\n",
        source="hubspot",
    )
    assert (imports.problems(), words()) == ([], [("hubspot", "denied")])
    assert [one.phone for one in people()] == ["+66812345678", "", ""]


def test_of_a_list_with_two_columns_of_telephones_the_one_that_is_filled_counts(imports):
    imports("customers", "ชื่อ,นามสกุล,โทรศัพท์,มือถือ\nสมชาย,ใจดี,,081-234-5678\nสมหญิง,รักดี,02-123-4567,089-876-5432\n")
    assert imports.problems() == []
    assert sorted(one.phone for one in people()) == ["+6621234567", "+66812345678"]


def test_payments_are_their_customers_in_their_zone_without_trials(imports):
    imports(
        "orders",
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Mode,Status,Customer ID,Customer Email\n"
        "ch_1,2024-03-05 20:00:00,1200,0,jpy,Live,Paid,cus_1,\n"
        "ch_2,2024-03-05 20:00:00,99.50,0,usd,Test,Paid,cus_2,t@example.com\n"
        "ch_3,2024-03-05 20:00:00,5.505,5.505,bhd,Live,Refunded,cus_1,ann@example.com\n"
        "ch_4,2024-03-05 20:00:00,7.50,0,usd,Live,requires_payment_method,,\n",
        source="stripe",
    )
    assert imports.problems() == []
    assert Customer.objects.filter(status="known").count() == 1
    money = Order.objects.filter(is_counted=True).values_list("currency").annotate(Count("id"), Sum("amount"))
    assert set(money) == {("JPY", 1, Decimal(1200)), ("BHD", 1, Decimal("5.505"))}
    assert Refund.objects.get().amount == Decimal("5.505")
    assert {order.placed_at.isoformat() for order in Order.objects.all()} == {"2024-03-05T20:00:00+00:00"}


@pytest.mark.parametrize(
    ("heading", "amount", "currency"),
    [
        ("결제금액", '"12,000원"', "KRW"),
        ("결제금액(원)", "12000", "KRW"),
        ("ยอดสุทธิ", "1250.50 บาท", "THB"),
        ("ยอดสุทธิ (USD)", "12.50", "USD"),
        ("결제금액", "12000", "THB"),  # nothing says so, and the shop is Thai
    ],
)
def test_the_money_is_that_which_stands_beside_the_amount(imports, heading, amount, currency):
    imports(
        "orders",
        f"주문번호,주문일시,구매자명,구매자연락처,{heading}\nA1,2024-03-05 오후 3:05,홍길동,+82 10-1234-5678,{amount}\n",
    )
    assert imports.problems() == []
    assert Order.objects.get().currency == currency
    assert Customer.objects.filter(status="known").count() == 1
