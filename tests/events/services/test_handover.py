"""What waits for a reader goes where its event goes, and a reader takes it in portions."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from commerce.models import Order, Refund
from commerce.services import booking
from customers.models import Identifier
from customers.services import merging
from events.models import Event, Handover
from events.services import handover, recording
from tests import factories

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
CUP = {"sku": "CUP", "price": 100, "quantity": 1}


def told(who, name, /, *, resolved_by=b"who", received_at=None, **properties):
    row = recording.EventRow(
        customer=who,
        kind="track",
        name=name,
        source="web",
        message_id=uuid.uuid4().hex,
        occurred_at=NOON,
        properties=properties,
        resolved_by=resolved_by,
        received_at=received_at,
    )
    recording.record_many([row], now=timezone.now())


@pytest.fixture
def pair(db):
    factories.source("web")
    ada, bea = factories.customer(email="ada@example.com"), factories.customer(email="bea@example.com")
    pipeline.drain_all(now=timezone.now())
    return ada, bea


def merged(ada, bea):
    return merging.merge(survivor=ada.id, absorbed=bea.id, reason="x", actor=SYSTEM, at=timezone.now())


def parted(log):
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=timezone.now())


def test_an_order_that_waits_goes_back_with_its_event(pair):
    ada, bea = pair
    digest = bytes(Identifier.objects.get(customer_id=bea.id).digest)
    log = merged(ada, bea)
    told(ada.id, "Order Completed", resolved_by=digest, order_id="1", total=100, currency="THB", products=[CUP])
    parted(log)
    waiting = Handover.objects.get(reader="commerce.book")
    assert waiting.customer_id == Event.objects.get().customer_id == bea.id
    pipeline.drain_all(now=timezone.now())
    assert Order.objects.get().customer_id == bea.id


def test_a_refund_that_waits_goes_back_with_its_event(pair):
    ada, bea = pair
    told(bea.id, "Order Refunded", order_id="1", total=100)
    log = merged(ada, bea)
    pipeline.drain_all(now=timezone.now())
    parted(log)
    pipeline.drain_all(now=timezone.now())
    told(bea.id, "Order Completed", order_id="1", total=100, currency="THB", products=[CUP])
    pipeline.drain_all(now=timezone.now())
    assert (Refund.objects.get().customer_id, Handover.objects.count()) == (bea.id, 0)


def test_what_waits_where_its_event_is_not_is_sent_on(pair):
    ada, bea = pair
    told(bea.id, "Order Completed", order_id="1", total=100, currency="THB", products=[CUP])
    row = Handover.objects.values().get(reader="commerce.book")
    Handover.objects.all().delete()
    Handover.objects.create(**{**row, "customer_id": ada.id})
    pipeline.mark([ada.id], cause="test")
    pipeline.drain_all(now=timezone.now())
    assert (Order.objects.get().customer_id, Handover.objects.count()) == (bea.id, 0)


def test_what_waits_for_an_event_that_is_gone_waits_no_longer(pair):
    ada, _bea = pair
    told(ada.id, "Order Completed", order_id="1", total=100)
    Event.objects.all().delete()
    pipeline.drain_all(now=timezone.now())
    assert not Handover.objects.exists()


def test_what_waits_longest_is_judged_however_many_came_later(pair):
    ada, bea = pair
    now = timezone.now()
    for number in range(3):
        told(bea.id, "Order Refunded", order_id=f"2{number}", total=1)
    told(ada.id, "Order Refunded", order_id="1", total=1, received_at=now - dt.timedelta(days=7))
    told(bea.id, "Order Refunded", order_id="3", total=1, received_at=now - dt.timedelta(days=6.5))
    pipeline.drain_all(now=now - dt.timedelta(days=2))
    assert Handover.objects.filter(reader="commerce.book.waiting").count() == 5
    assert handover.waited_since("commerce.book", now - dt.timedelta(days=6), limit=1) == [ada.id]
    assert Handover.objects.filter(reader="commerce.book").values_list("customer_id", flat=True).get() == ada.id


def test_a_turn_takes_no_more_than_its_measure_and_whoever_has_more_has_another(pair, monkeypatch):
    ada, bea = pair
    turns = []
    take = handover.take
    monkeypatch.setattr(handover, "MOST", 2)
    monkeypatch.setattr(handover, "take", lambda reader, who: turns.append(take(reader, who)) or turns[-1])
    for number in range(5):
        told(
            (ada, bea)[number % 2].id, "Order Completed", order_id=f"{number}", total=1, currency="THB", products=[CUP]
        )
    pipeline.drain_all(now=timezone.now())
    assert max(map(len, turns)) == 2
    assert (Order.objects.count(), Handover.objects.count()) == (5, 0)


def test_what_waits_for_its_order_is_not_touched_until_that_comes_whosever_it_is(pair):
    ada, bea = pair
    told(ada.id, "Order Refunded", order_id="1", total=100)
    pipeline.drain_all(now=timezone.now())
    waiting = Handover.objects.values().get()
    told(ada.id, "Product Viewed", product_id="CUP")
    pipeline.drain_all(now=timezone.now())
    assert Handover.objects.values().get() == waiting
    told(bea.id, "Order Completed", order_id="1", total=100, currency="THB", products=[CUP])
    pipeline.drain_all(now=timezone.now())
    assert (Refund.objects.get().customer_id, Handover.objects.count()) == (bea.id, 0)


def test_what_began_to_wait_while_its_order_came_is_found_by_the_clock(pair, monkeypatch):
    ada, bea = pair
    told(ada.id, "Order Refunded", order_id="1", total=100)
    pipeline.drain_all(now=timezone.now())
    told(bea.id, "Order Completed", order_id="1", total=100, currency="THB", products=[CUP])
    with monkeypatch.context() as unseen:
        unseen.setattr(handover, "arrived", lambda *_args: [])
        pipeline.drain_all(now=timezone.now())
    assert not Refund.objects.exists()
    assert booking.look_after_waiting(now=timezone.now()) == 1
    pipeline.drain_all(now=timezone.now())
    assert (Refund.objects.count(), Handover.objects.count()) == (1, 0)
    assert booking.look_after_waiting(now=timezone.now()) == 0
