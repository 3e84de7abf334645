"""Writing orders: once, again, changed, moved, many at a time."""

import datetime as dt
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cdp.core import actors
from cdp.core.models import AuditEntry, Mark
from commerce.models import Order, OrderKey, OrderLine, Product, Refund, RefundKey, RefundLine
from commerce.rules.inputs import LineInput, OrderInput, RefundInput
from commerce.rules.revisions import Outcome
from commerce.services import orders, refunds
from customers.models import Customer
from customers.rules import people
from customers.services import buckets
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
AT = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
CUP = LineInput(Decimal(2), Decimal(10), sku="CUP", name="Cup", category="Kitchen")
POT = LineInput(Decimal(1), Decimal("25.5"), sku="POT", name="Pot")
BACK = LineInput(Decimal(-1), Decimal(10), sku="CUP", name="Cup")
ORDER = OrderInput("1001", AT, "THB", lines=(CUP, POT))


@pytest.fixture
def shop():
    return factories.source("shop")


@pytest.fixture
def ada():
    return factories.customer(email="ada@example.com")


@pytest.fixture
def ben():
    return factories.customer(email="ben@example.com")


def tell(order, customer, source, now=NOW):
    return orders.write(
        order=order, customer_id=customer.id if customer else None, source=source, actor=actors.SYSTEM, now=now
    )


def marked():
    return set(Mark.objects.filter(cause__startswith="commerce").values_list("customer_id", flat=True))


def lines_of(order):
    return sorted(OrderLine.objects.filter(order_id=order.id).values_list("customer_id", "sku", "quantity", "amount"))


def test_a_new_order_is_written_with_its_lines(shop, ada):
    written = tell(replace(ORDER, shipping=Decimal(4), coupon="HELLO", store="Siam"), ada, shop)
    assert written.outcome is Outcome.CREATED
    order = Order.objects.get()
    assert (order.id, order.customer_id, order.source, order.external_id) == (
        written.order.id,
        ada.id,
        "shop",
        "1001",
    )
    assert (order.amount, order.is_counted, order.placed_at) == (Decimal("49.5"), True, AT)
    assert (order.coupon, order.store, order.status) == ("HELLO", "Siam", "paid")
    assert lines_of(order) == [(ada.id, "CUP", 2, 20), (ada.id, "POT", 1, Decimal("25.5"))]
    assert marked() == {ada.id}


def test_exact_duplicate_lines_stay(shop, ada):
    tell(replace(ORDER, lines=(CUP, CUP)), ada, shop)
    assert OrderLine.objects.count() == 2
    assert Order.objects.get().amount == 40


def test_the_same_again_writes_nothing(shop, ada):
    first = tell(ORDER, ada, shop)
    Mark.objects.all().delete()
    audited = AuditEntry.objects.count()
    line_ids = set(OrderLine.objects.values_list("id", flat=True))
    again = tell(replace(ORDER, lines=(POT, CUP)), ada, shop)
    assert (again.outcome, again.order.id) == (Outcome.SAME, first.order.id)
    assert set(OrderLine.objects.values_list("id", flat=True)) == line_ids
    assert marked() == set()
    assert AuditEntry.objects.count() == audited


def test_other_content_replaces_the_lines_and_keeps_id_and_birth(shop, ada):
    first = tell(ORDER, ada, shop)
    again = tell(replace(ORDER, lines=(CUP,), status="cancelled"), ada, shop, now=NOW + dt.timedelta(hours=1))
    assert (again.outcome, again.order.id) == (Outcome.UPDATED, first.order.id)
    order = Order.objects.get()
    assert (order.status, order.is_counted, order.amount) == ("cancelled", False, 20)
    assert (order.created_at, order.updated_at) == (NOW, NOW + dt.timedelta(hours=1))
    assert lines_of(order) == [(ada.id, "CUP", 2, 20)]


def test_the_earliest_time_of_an_order_stays(shop, ada):
    tell(ORDER, ada, shop)
    tell(replace(ORDER, placed_at=AT + dt.timedelta(days=1)), ada, shop)
    assert Order.objects.get().placed_at == AT
    tell(replace(ORDER, placed_at=AT - dt.timedelta(days=1)), ada, shop)
    assert Order.objects.get().placed_at == AT - dt.timedelta(days=1)


def test_an_older_telling_is_left_aside(shop, ada):
    tell(replace(ORDER, updated_at=NOW), ada, shop)
    late = tell(replace(ORDER, status="pending", updated_at=NOW - dt.timedelta(minutes=1)), ada, shop)
    assert late.outcome is Outcome.STALE
    assert late.order.status == Order.objects.get().status == "paid"


def test_the_same_content_at_a_later_clock_keeps_older_tellings_out(shop, ada):
    tell(replace(ORDER, updated_at=NOW), ada, shop)
    assert tell(replace(ORDER, updated_at=NOW + dt.timedelta(hours=2)), ada, shop).outcome is Outcome.SAME
    between = replace(ORDER, status="pending", updated_at=NOW + dt.timedelta(hours=1))
    assert tell(between, ada, shop).outcome is Outcome.STALE
    assert Order.objects.get().source_updated_at == NOW + dt.timedelta(hours=2)


def test_the_same_number_of_another_source_is_another_order(shop, ada):
    tell(ORDER, ada, shop)
    assert tell(ORDER, ada, factories.source("till")).outcome is Outcome.CREATED
    assert Order.objects.count() == 2


def test_an_order_without_anybody_belongs_to_a_bucket_that_is_never_marked(shop):
    first = tell(ORDER, None, shop)
    assert first.order.customer_id in buckets.IDS
    assert first.order.customer_id == buckets.bucket_for("shop/1001")
    assert marked() == set()
    assert tell(ORDER, None, shop).outcome is Outcome.SAME


def test_a_guests_order_goes_to_the_person_who_is_named_later_with_all_its_rows(shop, ada):
    first = tell(replace(ORDER, lines=(CUP, POT, BACK)), None, shop)
    booked = refunds.write(
        refund=RefundInput("r1", Decimal(5)), order=first.order, source=shop, actor=actors.SYSTEM, now=NOW
    )
    again = tell(replace(ORDER, lines=(CUP, POT, BACK)), ada, shop)
    assert (again.outcome, again.order.id) == (Outcome.UPDATED, first.order.id)
    for model in (Order, OrderLine, Refund, RefundLine, OrderKey, RefundKey):
        assert set(model.objects.values_list("customer_id", flat=True)) == {ada.id}, model
    assert Refund.objects.get(id=booked.refund.id).amount == 5
    assert (OrderLine.objects.count(), Refund.objects.count(), RefundLine.objects.count()) == (2, 2, 1)
    assert marked() == {ada.id}
    assert tell(replace(ORDER, lines=(CUP, POT, BACK)), None, shop).order.customer_id == ada.id


def test_an_order_that_changes_hands_marks_both_people(shop, ada, ben):
    tell(ORDER, ada, shop)
    Mark.objects.all().delete()
    tell(replace(ORDER, status="fulfilled"), ben, shop)
    assert Order.objects.get().customer_id == ben.id
    assert marked() == {ada.id, ben.id}
    entry = AuditEntry.objects.filter(action="commerce:order:written").latest("at", "id")
    assert entry.details["moved_from"] == {str(Order.objects.get().id): str(ada.id)}


def test_the_same_content_with_the_buyer_in_other_words_does_not_wander(shop, ada, ben):
    tell(ORDER, ada, shop)
    assert tell(ORDER, ben, shop).outcome is Outcome.SAME
    assert Order.objects.get().customer_id == ada.id


def test_negative_lines_become_a_return_with_the_orders_number(shop, ada):
    tell(replace(ORDER, lines=(CUP, BACK)), ada, shop)
    order, refund = Order.objects.get(), Refund.objects.get()
    assert (order.amount, refund.amount, refund.external_id, refund.order_id) == (20, 10, "1001", order.id)
    assert (refund.at, refund.currency, refund.customer_id) == (AT, "THB", ada.id)
    assert list(RefundLine.objects.values_list("sku", "quantity", "amount")) == [("CUP", 1, 10)]


def test_a_mere_return_is_no_purchase(shop, ada):
    written = tell(replace(ORDER, lines=(BACK,)), ada, shop)
    assert (written.order.amount, written.order.is_counted) == (0, False)
    assert Refund.objects.get().amount == 10
    assert OrderLine.objects.count() == 0


def test_a_return_is_replaced_and_dropped_with_its_order(shop, ada):
    tell(replace(ORDER, lines=(CUP, BACK)), ada, shop)
    first = Refund.objects.get()
    tell(replace(ORDER, lines=(CUP, BACK, BACK)), ada, shop)
    assert (Refund.objects.get().id, Refund.objects.get().amount) == (first.id, 20)
    assert RefundLine.objects.count() == 2
    tell(replace(ORDER, lines=(CUP,)), ada, shop)
    assert (Refund.objects.count(), RefundLine.objects.count(), RefundKey.objects.count()) == (0, 0, 0)
    tell(replace(ORDER, lines=(CUP, BACK)), ada, shop)
    assert Refund.objects.get().amount == 10


def test_a_refund_booked_under_the_orders_number_survives_the_order_told_again(shop, ada):
    order = tell(ORDER, ada, shop).order
    refunds.write(refund=RefundInput("1001", Decimal(5)), order=order, source=shop, actor=actors.SYSTEM, now=NOW)
    tell(replace(ORDER, status="fulfilled"), ada, shop)
    assert Refund.objects.get().amount == 5


def test_a_return_whose_number_is_taken_is_refused_and_nothing_is_left_of_it(shop, ada):
    other = tell(replace(ORDER, external_id="other"), ada, shop).order
    refunds.write(refund=RefundInput("1001", Decimal(5)), order=other, source=shop, actor=actors.SYSTEM, now=NOW)
    with pytest.raises(orders.UnableToWriteOrder) as raised:
        tell(replace(ORDER, lines=(CUP, BACK)), ada, shop)
    assert raised.value.code == "refund_exists"
    assert Order.objects.count() == OrderKey.objects.count() == 1
    assert tell(ORDER, ada, shop).outcome is Outcome.CREATED


def test_an_order_of_a_stranger_is_refused(shop, ada):
    ada.id = buckets.IDS[0].__class__(int=12345)
    with pytest.raises(orders.UnableToWriteOrder) as raised:
        tell(ORDER, ada, shop)
    assert raised.value.code == "unknown_customer"
    assert OrderKey.objects.count() == 0


def test_a_key_whose_rows_are_gone_is_used_again(shop, ada, ben):
    tell(ORDER, ada, shop)
    OrderLine.objects.all().delete()
    Order.objects.all().delete()
    assert tell(ORDER, ben, shop).outcome is Outcome.CREATED
    order, key = Order.objects.get(), OrderKey.objects.get()
    assert (key.customer_id, key.order_id) == (ben.id, order.id) == (order.customer_id, order.id)


def test_lines_teach_products_and_never_overwrite_what_somebody_wrote(shop, ada):
    tell(replace(ORDER, lines=(replace(CUP, name=""), POT)), ada, shop)
    assert dict(Product.objects.values_list("sku", "name")) == {"CUP": "", "POT": "Pot"}
    Product.objects.filter(sku="POT").update(name="The pot")
    tell(ORDER, ada, shop)
    assert dict(Product.objects.values_list("sku", "name")) == {"CUP": "Cup", "POT": "The pot"}
    assert Product.objects.get(sku="CUP").category == "Kitchen"


def test_an_audit_entry_names_the_order_and_its_customer(shop, ada):
    order = tell(ORDER, ada, shop).order
    entry = AuditEntry.objects.get(action="commerce:order:written")
    assert (entry.customer_id, entry.object_id, entry.at) == (ada.id, str(order.id), NOW)
    assert entry.details == {"orders": {str(order.id): "created"}}


def batch(told, source):
    return orders.write_many(orders=told, source=source, actor=actors.SYSTEM, now=NOW)


def test_one_bad_order_does_not_stop_the_others(shop, ada):
    huge = replace(ORDER, external_id="huge", lines=(LineInput(Decimal(10) ** 10, Decimal(10) ** 10),))
    stranger = buckets.IDS[0].__class__(int=12345)
    results = batch(
        [
            (ORDER, ada.id),
            (huge, ada.id),
            (replace(ORDER, external_id="1002"), stranger),
            (replace(ORDER, external_id="1003"), None),
        ],
        shop,
    )
    assert [getattr(one, "outcome", getattr(one, "code", None)) for one in results] == [
        Outcome.CREATED,
        "too_large",
        "unknown_customer",
        Outcome.CREATED,
    ]
    assert set(Order.objects.values_list("external_id", flat=True)) == {"1001", "1003"}


def test_an_order_told_several_times_in_a_batch_is_taken_in_that_order(shop, ada):
    results = batch(
        [
            (replace(ORDER, status="pending"), None),
            (ORDER, ada.id),
            (ORDER, ada.id),
            (replace(ORDER, lines=(CUP,)), ada.id),
        ],
        shop,
    )
    assert [one.outcome for one in results] == ["created", "updated", "same", "updated"]
    assert len({one.order.id for one in results}) == 1
    assert (Order.objects.get().customer_id, Order.objects.get().amount) == (ada.id, 20)
    assert OrderLine.objects.count() == 1


def test_a_batch_costs_the_same_few_statements_whatever_its_size(shop, ada):
    def told(count, prefix, **changes):
        return [
            (replace(ORDER, external_id=f"{prefix}{number}", lines=(CUP, POT, BACK), **changes), ada.id)
            for number in range(count)
        ]

    def statements(told):
        with CaptureQueriesContext(connection) as captured:
            batch(told, shop)
        return len(captured)

    batch(told(1, "warm"), shop)  # makes the products
    assert statements(told(2, "a")) == statements(told(200, "b")) <= 15
    assert statements(told(2, "a", status="cancelled")) == statements(told(200, "b", status="cancelled")) <= 20
    assert Order.objects.count() == 203


def test_a_whole_batch_of_the_largest_size_is_written(shop, ada):
    told = [(replace(ORDER, external_id=str(number)), ada.id) for number in range(orders.MOST)]
    assert {one.outcome for one in batch(told, shop)} == {Outcome.CREATED}
    assert {one.outcome for one in batch(told, shop)} == {Outcome.SAME}
    assert (Order.objects.count(), OrderLine.objects.count()) == (1000, 2000)


def person(**raw):
    found, faults = people.clean(raw, people.Rules(region="TH", today=NOW.date()))
    assert not faults
    return found


def place(*purchases, source):
    return orders.place_many(purchases=purchases, source=source, actor=actors.SYSTEM, now=NOW)


def test_a_buyer_is_recognised_by_any_identifier_and_known_once(shop):
    first, second, third = place(
        orders.Purchase(ORDER, person(email="ada@example.com", name="Ada Lovelace", external_id="7")),
        orders.Purchase(replace(ORDER, external_id="1002"), person(external_id="7")),
        orders.Purchase(replace(ORDER, external_id="1003"), person(email="ADA@example.com")),
        source=shop,
    )
    assert first.order.customer_id == second.order.customer_id == third.order.customer_id
    assert Customer.objects.filter(status="known").count() == 1


def test_a_buyer_of_whom_only_a_name_is_known_is_a_guest(shop):
    (written,) = place(orders.Purchase(ORDER, person(name="Somebody")), source=shop)
    assert written.order.customer_id in buckets.IDS
    assert Customer.objects.filter(status="known").count() == 0


def test_the_strongest_identifier_decides_whose_an_order_is(shop):
    ada = factories.customer(external_id="7")
    factories.customer(email="ben@example.com")
    (written,) = place(orders.Purchase(ORDER, person(external_id="7", email="ben@example.com")), source=shop)
    assert written.order.customer_id == ada.id


def test_guests_and_people_mix_in_a_batch(shop, ada):
    results = place(
        orders.Purchase(ORDER),
        orders.Purchase(replace(ORDER, external_id="1002"), person(email="new@example.com")),
        orders.Purchase(replace(ORDER, external_id="1003"), customer_id=ada.id),
        source=shop,
    )
    assert results[0].order.customer_id in buckets.IDS
    assert results[1].order.customer_id not in {*buckets.IDS, ada.id}
    assert results[2].order.customer_id == ada.id


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("buyer", ["known", "guest", "new"])
def test_doors_that_tell_the_same_order_at_once_write_one_row(buyer):
    source = factories.source("shop")
    known = factories.customer(email="ada@example.com")
    start, outcomes = threading.Barrier(4), []

    def tell_it(number):
        told = replace(ORDER, status="paid" if number % 2 else "fulfilled")
        purchase = {
            "known": orders.Purchase(told, customer_id=known.id),
            "guest": orders.Purchase(told),
            "new": orders.Purchase(told, person(email="new@example.com", name="New Person")),
        }[buyer]
        try:
            start.wait(timeout=60)
            outcomes.extend(
                orders.place(purchase=purchase, source=source, actor=actors.SYSTEM, now=NOW).outcome for _ in range(3)
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=tell_it, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(outcomes) == 12
    assert outcomes.count(Outcome.CREATED) == 1
    assert Order.objects.count() == OrderKey.objects.count() == 1
    assert OrderLine.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_batches_in_opposite_order_do_not_wait_for_each_other_for_ever():
    source = factories.source("shop")
    ada, ben = factories.customer(email="ada@example.com"), factories.customer(email="ben@example.com")
    start, done = threading.Barrier(2), []

    def tell_all(customer, numbers):
        told = [
            (replace(ORDER, external_id=str(number), lines=(CUP, POT, BACK), store=str(customer.id)), customer.id)
            for number in numbers
        ]
        try:
            start.wait(timeout=60)
            done.extend(batch(told, source) for _ in range(3))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=tell_all, args=(ada, range(60))),
        threading.Thread(target=tell_all, args=(ben, range(59, -1, -1))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(done) == 6
    assert Order.objects.count() == OrderKey.objects.count() == Refund.objects.count() == 60
    assert OrderLine.objects.count() == 120
    for order in Order.objects.all():
        assert str(order.customer_id) == order.store
        assert {owner for owner, *_ in lines_of(order)} == {order.customer_id}
        assert Refund.objects.get(order_id=order.id).customer_id == order.customer_id
