"""What cannot be written harms nobody but itself."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cdp.core import pipeline
from cdp.core.models import Mark
from commerce.models import BookingFault, CartLine, Order
from commerce.rules import cart_moves
from customers.services import buckets
from events.models import Handover

pytestmark = pytest.mark.django_db
PEN = {"sku": "B", "price": 100, "quantity": 1}


def test_a_cart_without_end_stops_no_order(web):
    added = [
        web.row(None, "Product Added", n / 60, cart_id="c", sku="A", price=1, quantity=99_999_999) for n in range(1100)
    ]
    web.tell(*added)
    web(None, "Order Completed", 900, order_id="77", total=100, currency="THB", products=[PEN])
    assert CartLine.objects.get(sku="A").quantity == cart_moves.MOST_PIECES
    assert (Order.objects.get().external_id, Mark.objects.count(), Handover.objects.count()) == ("77", 0, 0)


def test_sixty_refunds_that_wait_cost_no_more_statements_than_six(web):
    costs = []
    for count in (6, 60):
        web.tell(*[web.row(None, "Order Refunded", n, order_id=f"x{count}-{n}", total=1) for n in range(count)])
        pipeline.mark([buckets.IDS[3]], cause="test")
        with CaptureQueriesContext(connection) as asked:
            web.book()
        costs.append(len(asked))
    assert costs[1] <= costs[0]


def test_one_event_that_the_database_refuses_is_a_fault_and_the_others_are_booked(web, ada, monkeypatch):
    monkeypatch.setattr(cart_moves, "MOST_PIECES", Decimal(10) ** 30)
    monkeypatch.setattr("commerce.tracking.articles.MOST_PIECES", Decimal(10) ** 30)
    web.tell(
        web.row(ada, "Order Completed", 0, order_id="1", total=100, currency="THB", products=[PEN]),
        web.row(ada, "Product Added", 1, cart_id="c", sku="A", price=1, quantity=10**13),
        web.row(ada, "Order Completed", 2, order_id="2", total=100, currency="THB", products=[PEN]),
    )
    assert set(Order.objects.values_list("external_id", flat=True)) == {"1", "2"}
    fault = BookingFault.objects.get()
    assert (fault.name, fault.code) == ("Product Added", "not_written")
    assert (Mark.objects.count(), Handover.objects.count()) == (0, 0)
