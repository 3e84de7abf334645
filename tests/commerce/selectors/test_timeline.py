"""Orders and refunds on the timeline."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from cdp.core import actors, lifecycle, timeline
from cdp.core.crypto import subjects
from commerce import models
from commerce.rules.inputs import LineInput, OrderInput, RefundInput
from commerce.services import orders, refunds
from tests import factories

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
AT = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
CUP = LineInput(Decimal(2), Decimal(10), sku="CUP", name="Cup")
ORDER = OrderInput("1001", AT, "THB", lines=(CUP,))


@pytest.fixture
def ada(db):
    return factories.customer(email="ada@example.com")


def tell(order, customer):
    return orders.write(
        order=order, customer_id=customer.id, source=factories.source(), actor=actors.SYSTEM, now=NOW
    ).order


def read(customer, *only, before=None, limit=50):
    question = timeline.Question([customer.id], before, limit, subjects.load([customer.id]))
    with translation.override("en"):
        return timeline.entries(question, only=only)


def test_an_order_is_an_entry_with_its_amount_as_exact_text(ada):
    order = tell(ORDER, ada)
    (entry,) = read(ada, "order")
    assert (entry.id, entry.at, entry.kind, entry.title, entry.source) == (
        str(order.id),
        AT,
        "order",
        "Order 1001",
        "shop",
    )
    assert (entry.data["amount"], entry.data["currency"], entry.data["status"]) == ("20.00", "THB", "paid")
    assert entry.data["lines"] == [{"sku": "CUP", "name": "Cup", "quantity": "2", "amount": "20.00"}]


def test_a_refund_is_an_entry_of_its_own(ada):
    order = tell(ORDER, ada)
    refunds.write(
        refund=RefundInput("r1", Decimal(5), at=NOW, reason="broken"),
        order=order,
        source=factories.source(),
        actor=actors.SYSTEM,
        now=NOW,
    )
    newest, oldest = read(ada, "order", "refund")
    assert (newest.kind, newest.title, newest.data["amount"]) == ("refund", "Refund r1", "5.00")
    assert newest.data["reason"] == "broken"
    assert newest.data["order"] == oldest.id == str(order.id)


def test_a_mere_return_shows_as_its_refund_alone(ada):
    tell(replace(ORDER, lines=(replace(CUP, quantity=Decimal(-1)),)), ada)
    (entry,) = read(ada, "order", "refund")
    assert (entry.kind, entry.data["amount"]) == ("refund", "10.00")


def test_the_timeline_is_read_page_by_page(ada):
    for number in range(5):
        tell(replace(ORDER, external_id=str(number), placed_at=AT + dt.timedelta(days=number)), ada)
    assert [entry.title for entry in read(ada, "order", limit=2)] == ["Order 4", "Order 3"]
    page = read(ada, "order", limit=2, before=AT + dt.timedelta(days=3))
    assert [entry.title for entry in page] == ["Order 2", "Order 1"]


def test_nobody_sees_the_orders_of_somebody_else(ada):
    tell(ORDER, factories.customer(email="ben@example.com"))
    assert read(ada, "order", "refund") == []


def test_every_table_of_a_customer_has_a_fate_and_exports_columns_that_exist():
    fates = lifecycle.declarations()
    for model in (models.Order, models.OrderLine, models.Refund, models.RefundLine):
        columns = {field.attname for field in model._meta.concrete_fields}
        assert set(fates[model].export) <= columns
        assert fates[model].on_merge is lifecycle.OnMerge.MOVE
