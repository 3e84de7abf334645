"""Products by hand and from lines."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cdp.core import actors
from cdp.core.models import AuditEntry
from commerce.models import Product
from commerce.rules.inputs import LineInput
from commerce.services import products

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)


def write(sku, now=NOW, **values):
    return products.write(sku=sku, values=values, actor=actors.SYSTEM, now=now)


def line(sku, name="", category=""):
    return LineInput(Decimal(1), Decimal(1), sku=sku, name=name, category=category)


def test_a_product_is_made_once_and_then_changed():
    product, is_new = write("A", name="Cup", price=Decimal("9.50"), currency="THB")
    assert is_new
    again, is_new = write("A", now=LATER, name="Mug")
    assert (is_new, again.id, again.name, again.price) == (False, product.id, "Mug", Decimal("9.50"))
    assert (again.created_at, again.updated_at) == (NOW, LATER)


def test_a_change_is_audited_with_old_and_new_and_no_change_is_not():
    write("A", name="Cup")
    write("A", now=LATER, name="Mug")
    write("A", now=LATER, name="Mug")
    first, second = AuditEntry.objects.filter(action="commerce:product:written").order_by("at")
    assert first.details == {"sku": "A", "new": True, "name": ["", "Cup"]}
    assert second.details == {"sku": "A", "new": False, "name": ["Cup", "Mug"]}


def test_a_price_without_a_currency_is_refused():
    with pytest.raises(products.UnableToWriteProduct):
        write("A", price=Decimal(1))
    assert Product.objects.count() == 0


def test_learning_fills_blanks_and_overwrites_nothing():
    write("A", name="Cup")
    products.learn([line("A", "Other", "Kitchen"), line("B"), line("B", "Pot"), line("B", "Kettle"), line("")], now=NOW)
    assert list(Product.objects.values_list("sku", "name", "category")) == [("A", "Cup", "Kitchen"), ("B", "Pot", "")]


def test_learning_what_is_known_writes_nothing():
    products.learn([line(str(number), "x") for number in range(200)], now=NOW)
    with CaptureQueriesContext(connection) as captured:
        products.learn([line(str(number), "x") for number in range(200)], now=LATER)
    assert len(captured) == 1
