"""Figures of products: what counts, whom it is told of, in whose money."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.models import ProductFigures
from analytics.selectors import products as reading
from analytics.services import products
from commerce.models import ExchangeRate, OrderLine, Product, Refund, RefundLine
from customers.models import Customer
from customers.services import buckets
from surveys.services import reviews
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def sold(buyer, sku, quantity=1, price=10, **order):
    row = factories.order(buyer, **order)
    OrderLine.objects.create(
        customer_id=row.customer_id, order=row, sku=sku, quantity=quantity, unit_price=price, amount=quantity * price
    )


def returned(buyer, sku, quantity):
    refund = Refund.objects.create(
        customer=buyer, source="shop", external_id=f"R-{sku}", at=NOW, currency="THB", amount=1, created_at=NOW
    )
    RefundLine.objects.create(
        customer_id=buyer.id, refund=refund, sku=sku, quantity=quantity, unit_price=1, amount=quantity
    )


def test_units_money_returns_and_buyers_of_a_product_are_counted():
    ann = factories.customer(email="a@example.com", gender="female", country="TH", birth_date="1990-05-05")
    bob = factories.customer(email="b@example.com", gender="male", country="KR")
    guest = Customer.objects.get(id=buckets.bucket_for("guest"))
    ExchangeRate.objects.create(currency="USD", on=dt.date(2020, 1, 1), rate=30)
    sold(ann, "A-1", 3, placed_at=NOW - dt.timedelta(days=2))
    sold(bob, "A-1", 1, currency="USD", placed_at=NOW - dt.timedelta(days=900))
    sold(guest, "A-1", 2, placed_at=NOW - dt.timedelta(days=1))
    sold(bob, "A-1", 99, is_counted=False, placed_at=NOW)
    sold(bob, "B-1", 1, currency="EUR", placed_at=NOW)
    returned(ann, "A-1", 1)
    assert products.count(now=NOW) == 2
    found = ProductFigures.objects.get(sku="A-1")
    assert (found.units, found.revenue, found.is_unrated, found.returned) == (6, Decimal(350), False, 1)
    assert found.last_sold_at == NOW - dt.timedelta(days=1)
    assert found.buyers == {
        "gender": {"female": 3.0, "male": 1.0},
        "age": {"30": 3.0},
        "country": {"TH": 3.0, "KR": 1.0},
    }
    assert sum(units for _day, units in reading.months(found, today=timezone.localdate())) == 5
    assert ProductFigures.objects.get(sku="B-1").is_unrated


def test_counting_again_changes_nothing_and_forgets_what_is_gone():
    ann = factories.customer(email="a@example.com")
    sold(ann, "A-1", placed_at=NOW)
    products.count(now=NOW)
    before = ProductFigures.objects.values_list("units", "revenue").get()
    later = NOW + dt.timedelta(hours=1)
    products.count(now=later)
    assert ProductFigures.objects.values_list("units", "revenue").get() == before
    OrderLine.objects.all().delete()
    assert products.count(now=later + dt.timedelta(hours=1)) == 0
    assert reading.counted_at() is None


@pytest.mark.parametrize("sort", reading.SORTS)
def test_a_list_of_any_order_is_paged_without_gaps(sort):
    ann = factories.customer(email="a@example.com")
    for number in range(9):
        sku = f"S-{number}"
        Product.objects.create(sku=sku, name=f"Tea {number % 3}", created_at=NOW, updated_at=NOW)
        if number % 2:
            sold(ann, sku, number % 4, placed_at=NOW - dt.timedelta(days=number))
    products.count(now=NOW)
    whole = [row.sku for row in reading.listed(sort=sort).rows]
    paged, after = [], ""
    while True:
        page = reading.listed(sort=sort, after=after, size=2)
        paged += [row.sku for row in page.rows]
        after = page.after
        if not after:
            break
    assert paged == whole
    assert sorted(whole) == [f"S-{number}" for number in range(9)]


def test_products_are_found_by_the_beginning_of_the_sku_or_a_part_of_the_name():
    for sku, name, category in (("AB-1", "Green tea", "Tea"), ("XAB", "Cup", "Kitchen"), ("ZZ", "100%", "Kitchen")):
        Product.objects.create(sku=sku, name=name, category=category, created_at=NOW, updated_at=NOW)
    assert [row.sku for row in reading.listed(query="ab").rows] == ["AB-1"]
    assert [row.sku for row in reading.listed(query="EEN").rows] == ["AB-1"]
    assert [row.sku for row in reading.listed(query="%").rows] == ["ZZ"]
    assert [row.sku for row in reading.listed(category="Kitchen", sort="name").rows] == ["ZZ", "XAB"]


def test_ratings_of_customers_and_of_nobody_are_counted_beside_the_sales():
    ann = factories.customer(email="a@example.com")
    told = [
        reviews.ReviewInput("1", "A-1", Decimal(5), NOW, NOW, ann.id),
        reviews.ReviewInput("2", "A-1", Decimal(2), NOW, NOW),
        reviews.ReviewInput("3", "A-1", None, NOW, NOW, ann.id, body="words only"),
        reviews.ReviewInput("4", "C-1", Decimal(4), NOW, NOW, ann.id),
    ]
    reviews.write_many(reviews=told, source="shop", now=NOW)
    sold(ann, "A-1", 3, placed_at=NOW - dt.timedelta(days=1))
    products.count(now=NOW)
    found = ProductFigures.objects.get(sku="A-1")
    assert (found.units, found.reviews, found.rating) == (3, 2, Decimal("3.5"))
    alone = ProductFigures.objects.get(sku="C-1")
    assert (alone.units, alone.reviews, alone.rating) == (0, 1, 4)
    Product.objects.create(sku="C-1", created_at=NOW, updated_at=NOW)
    Product.objects.create(sku="A-1", created_at=NOW, updated_at=NOW)
    assert [row.sku for row in reading.listed(sort="rating").rows] == ["C-1", "A-1"]
