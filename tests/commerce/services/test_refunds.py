"""Money given back: once, never more than was paid."""

import datetime as dt
import importlib
import threading
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection

from cdp.core import actors
from cdp.core.models import AuditEntry, Mark
from commerce.models import Order, Refund, RefundKey, RefundLine
from commerce.rules import digests
from commerce.rules.inputs import LineInput, OrderInput, RefundInput
from commerce.selectors import orders as reading
from commerce.services import orders, refunds
from customers.selectors import exports
from customers.services import buckets, erasing
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
AT = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
CUP = LineInput(Decimal(1), Decimal(10), sku="CUP", name="Cup")
TEN = RefundInput("r1", Decimal(10))


@pytest.fixture
def shop():
    return factories.source("shop")


@pytest.fixture
def ada():
    return factories.customer(email="ada@example.com")


@pytest.fixture
def order(shop, ada):
    told = OrderInput("1001", AT, "THB", total=Decimal(100))
    return orders.write(order=told, customer_id=ada.id, source=shop, actor=actors.SYSTEM, now=NOW).order


def reason(refund):
    return reading.reasons_of([refund]).get(refund.id, "")


def give(refund, order, source, **fields):
    return refunds.write(refund=refund, order=order, source=source, actor=actors.SYSTEM, now=NOW, **fields)


def test_a_refund_belongs_to_the_customer_of_its_order(shop, ada, order):
    Mark.objects.all().delete()
    recorded = give(replace(TEN, reason="broken", at=AT), order, shop)
    assert recorded.is_new
    refund = Refund.objects.get()
    assert (refund.customer_id, refund.order_id, refund.amount, refund.currency) == (ada.id, order.id, 10, "THB")
    assert (refund.at, reason(refund), refund.source) == (AT, "broken", "shop")
    assert set(Mark.objects.values_list("customer_id", flat=True)) == {ada.id}
    entry = AuditEntry.objects.get(action="commerce:refund:written")
    assert (entry.customer_id, entry.object_id) == (ada.id, str(refund.id))


def clear_text():
    """All refunds as they lie in the database, bytes as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text, encode(r.words, 'escape') FROM commerce_refund AS r")
        return str(cursor.fetchall())


def test_why_a_refund_was_given_lies_sealed_and_goes_with_the_person(shop, ada, order):
    give(replace(TEN, reason="for planted@example.com 0812345678"), order, shop)
    assert "planted" not in clear_text()
    assert exports.of(ada.id)["commerce.Refund"][0]["words"] == "for planted@example.com 0812345678"
    erasing.erase(customer=ada.id, actor=actors.SYSTEM, at=NOW)
    refund = Refund.objects.get()
    assert (refund.amount, reason(refund)) == (10, "")


def test_of_a_guest_no_reason_is_kept_and_the_same_refund_is_still_known(shop):
    told = replace(TEN, reason="for Mrs Kim 0812345678", currency="THB")
    assert give(told, None, shop).is_new
    assert (Refund.objects.get().words, give(told, None, shop).is_new) == (None, False)


def test_a_refund_from_before_the_words_were_sealed_is_known_again(shop, order):
    told = replace(TEN, reason="broken", currency="THB")
    give(told, order, shop)
    Refund.objects.filter(customer_id=order.customer_id).update(content_digest=digests.refund(told, order_id=order.id))
    assert not give(told, order, shop).is_new


def test_the_reason_goes_along_with_an_order_that_changes_hands(shop, ada, order):
    give(replace(TEN, reason="broken"), order, shop)
    ben = factories.customer(email="ben@example.com")
    told = OrderInput("1001", AT, "THB", total=Decimal(100), coupon="X")
    orders.write(order=told, customer_id=ben.id, source=shop, actor=actors.SYSTEM, now=NOW)
    refund = Refund.objects.get()
    assert (refund.customer_id, reason(refund)) == (ben.id, "broken")
    erasing.erase(customer=ada.id, actor=actors.SYSTEM, at=NOW)
    assert reason(refund) == "broken"


@pytest.mark.django_db(transaction=True)
def test_reasons_from_before_are_sealed_and_can_be_opened_again(shop, ada, order, monkeypatch):
    steps = importlib.import_module("commerce.migrations.0012_seal_refund_words")
    monkeypatch.setattr(steps, "PORTION", 2)
    for number in range(5):
        give(replace(TEN, external_id=f"r{number}", amount=Decimal(1)), order, shop)
    give(replace(TEN, external_id="guest", currency="THB"), None, shop)
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE commerce_refund ADD COLUMN reason varchar(200) NOT NULL DEFAULT ''")
    try:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE commerce_refund SET reason = 'planted ' || external_id WHERE external_id <> 'r1'")
        for _again in range(2):
            steps.seal(None, connection.schema_editor())
        assert "planted" not in clear_text()
        assert {one.external_id: reason(one) for one in Refund.objects.all() if one.words} == {
            name: f"planted {name}" for name in ("r0", "r2", "r3", "r4")
        }
        steps.open_(None, connection.schema_editor())
        with connection.cursor() as cursor:
            cursor.execute("SELECT external_id, reason FROM commerce_refund WHERE reason <> '' ORDER BY 1")
            assert cursor.fetchall() == [(name, f"planted {name}") for name in ("r0", "r2", "r3", "r4")]
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE commerce_refund DROP COLUMN reason")


def test_a_refund_keeps_the_order_and_its_state(shop, order):
    give(replace(TEN, amount=Decimal(100)), order, shop)
    kept = Order.objects.get()
    assert (kept.status, kept.is_counted, kept.amount) == ("paid", True, 100)


def test_without_an_amount_a_refund_is_the_sum_of_its_lines(shop, order):
    recorded = give(RefundInput("r1", lines=(CUP, replace(CUP, quantity=Decimal("0.5")))), order, shop)
    assert recorded.refund.amount == 15
    assert list(RefundLine.objects.values_list("sku", "quantity", "amount").order_by("id")) == [
        ("CUP", 1, 10),
        ("CUP", Decimal("0.5"), 5),
    ]


def test_the_same_refund_again_is_answered_with_the_first(shop, order):
    first = give(TEN, order, shop)
    again = give(replace(TEN, amount=Decimal("10.00"), currency="THB"), order, shop)
    assert (again.is_new, again.refund.id) == (False, first.refund.id)
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("other", [replace(TEN, amount=Decimal(11)), replace(TEN, reason="other")])
def test_a_refund_number_with_other_content_is_refused(shop, order, other):
    first = give(TEN, order, shop)
    with pytest.raises(refunds.RefundExists) as raised:
        give(other, order, shop)
    assert raised.value.refund == first.refund.id
    assert Refund.objects.get().amount == 10


def test_all_refunds_together_are_at_most_what_the_order_came_to(shop, order):
    give(replace(TEN, amount=Decimal(60)), order, shop)
    with pytest.raises(refunds.UnableToWriteRefund) as raised:
        give(RefundInput("r2", Decimal("40.0001")), order, shop)
    assert raised.value.code == "refund_exceeds_order"
    assert RefundKey.objects.count() == 1
    assert give(RefundInput("r2", Decimal(40)), order, shop).is_new


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (replace(TEN, currency="KRW"), "other_currency"),
        (replace(TEN, amount=Decimal(0)), "nothing_refunded"),
        (replace(TEN, amount=Decimal(-1)), "nothing_refunded"),
        (RefundInput("r1"), "nothing_refunded"),
        (replace(TEN, amount=Decimal(10) ** 14), "too_large"),
    ],
)
def test_a_refund_that_makes_no_sense_is_refused(shop, order, told, code):
    with pytest.raises(refunds.UnableToWriteRefund) as raised:
        give(told, order, shop)
    assert raised.value.code == code
    assert (Refund.objects.count(), RefundKey.objects.count()) == (0, 0)


def test_a_refund_without_an_order_belongs_to_a_customer_or_a_bucket(shop, ada):
    told = replace(TEN, currency="THB")
    assert give(told, None, shop, customer_id=ada.id).refund.customer_id == ada.id
    assert give(replace(told, external_id="r2"), None, shop).refund.customer_id in buckets.IDS


def test_an_order_without_a_key_can_be_refunded(shop, ada):
    order = factories.order(ada, amount=50)
    assert give(TEN, order, shop).refund.order_id == order.id


def test_a_refund_finds_an_order_that_moved_meanwhile(shop, ada):
    told = OrderInput("g1", AT, "THB", total=Decimal(100))
    before = orders.write(order=told, customer_id=None, source=shop, actor=actors.SYSTEM, now=NOW).order
    orders.write(order=told, customer_id=ada.id, source=shop, actor=actors.SYSTEM, now=NOW)
    assert give(TEN, before, shop).refund.customer_id == ada.id


def _at_once(count, work):
    start, results = threading.Barrier(count), []

    def run(number):
        try:
            start.wait(timeout=60)
            results.append(work(number))
        except (refunds.UnableToWriteRefund, refunds.RefundExists) as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(results) == count
    return results


@pytest.mark.django_db(transaction=True)
def test_doors_that_tell_the_same_refund_at_once_write_one_row():
    order = factories.order(factories.customer(), external_id=str(uuid.uuid4()))
    shop = factories.source("shop")
    results = _at_once(4, lambda _: give(TEN, order, shop))
    assert [one.is_new for one in results].count(True) == 1
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_refunds_at_once_cannot_give_back_more_than_was_paid():
    shop, customer = factories.source("shop"), factories.customer()
    told = OrderInput("1001", AT, "THB", total=Decimal(100))
    order = orders.write(order=told, customer_id=customer.id, source=shop, actor=actors.SYSTEM, now=NOW).order
    results = _at_once(4, lambda number: give(RefundInput(f"r{number}", Decimal(60)), order, shop))
    assert sum(isinstance(one, refunds.Recorded) for one in results) == 1
    assert Refund.objects.get().amount == 60
