"""The door for stores: who may speak, what is durable, what is turned away."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.utils import timezone, translation

from cdp.core import actors
from commerce.models import HookDelivery, HookTally, Order
from commerce.selectors import hooks as reading
from commerce.services import orders
from commerce.services.hooks import deliveries
from customers.models import Customer
from tests import factories
from tests.commerce.hooks.stores import Shopify, connected

ORDER = {
    "id": 1,
    "name": "#1",
    "created_at": "2026-11-01T10:00:00+07:00",
    "updated_at": "2026-11-01T10:00:00+07:00",
    "currency": "THB",
    "total_price": "120.00",
    "financial_status": "paid",
    "email": "ada@example.com",
    "line_items": [{"quantity": 2, "price": "60.00", "sku": "CUP", "title": "Cup"}],
}


def rows() -> tuple[int, int]:
    return HookDelivery.objects.count(), HookTally.objects.count()


def test_a_signed_delivery_is_kept_sealed_before_the_answer(shopify):
    assert shopify.send("orders/create", ORDER).status_code == 200
    kept = HookDelivery.objects.get()
    assert (kept.state, kept.topic, kept.vendor) == ("waiting", "orders/create", "shopify")
    assert b"ada@example.com" not in bytes(kept.sealed)
    assert not Order.objects.exists()


def test_the_body_is_forgotten_once_its_facts_are_written(shopify):
    shopify.tell("orders/create", ORDER)
    kept = HookDelivery.objects.get()
    assert (kept.state, kept.sealed) == ("done", None)
    assert Order.objects.get().amount == 120


@pytest.mark.parametrize("topic", ["orders/create", "no/such"])
def test_a_wrong_signature_writes_nothing(shopify, topic):
    response = shopify.send(topic, ORDER, secret="another secret")
    assert (response.status_code, response.json()["code"]) == (401, "wrong_signature")
    assert rows() == (0, 0)


def test_a_source_without_a_secret_answers_like_one_that_is_not_there(shopify):
    factories.source("bare")
    answers = []
    for key in ("bare", "nobody"):
        raw = json.dumps(ORDER).encode()
        answers.append(
            shopify.client.post(
                f"/hooks/shopify/{key}",
                raw,
                content_type="application/json",
                headers=shopify.headers("orders/create", raw, "d", "nobody knows this source"),
            )
        )
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert rows() == (0, 0)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b"", b"[" * 100_000, b'"text"', b"nul\x00l"])
def test_a_malformed_body_is_400_and_writes_nothing(shopify, body):
    assert shopify.send("orders/create", body).status_code == 400
    assert rows() == (0, 0)


def test_a_body_over_the_limit_is_413_and_is_not_read(shopify):
    assert shopify.send("orders/create", b"{}" + b" " * deliveries.MOST_BYTES).status_code == 413
    assert rows() == (0, 0)


def test_an_unknown_topic_is_counted_and_nothing_else(shopify):
    for _ in range(3):
        assert shopify.send("themes/publish", {"id": 1}).status_code == 200
    assert HookDelivery.objects.count() == 0
    tally = HookTally.objects.get()
    assert (tally.topic, tally.outcome, tally.count) == ("themes/publish", "unknown", 3)


def test_a_test_notification_of_the_store_is_no_fact(shopify):
    assert shopify.send("orders/create", ORDER, **{"X-Shopify-Test": "true"}).status_code == 200
    assert (HookDelivery.objects.count(), HookTally.objects.get().outcome) == (0, "ignored")


def test_the_same_delivery_again_changes_nothing(shopify):
    for _ in range(3):
        shopify.tell("orders/create", ORDER, delivery="same")
    assert (HookDelivery.objects.count(), Order.objects.count(), Customer.objects.filter(status="known").count()) == (
        1,
        1,
        1,
    )


def test_two_orders_of_one_second_may_share_the_delivery_id_of_woocommerce(woo):
    base = {
        "status": "processing",
        "currency": "THB",
        "date_created_gmt": "2026-11-01T03:00:00",
        "date_modified_gmt": "2026-11-01T03:00:00",
        "total": "10.00",
        "billing": {"email": "ada@example.com"},
    }
    for number in (1, 2):
        woo.tell("order.created", base | {"id": number, "number": str(number)}, delivery="one hash")
    assert Order.objects.count() == 2


def test_the_unsigned_greeting_of_woocommerce_is_answered_and_writes_nothing(woo):
    response = woo.client.post(woo.address, b"webhook_id=11", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, rows()) == (200, (0, 0))
    assert woo.client.post(woo.address, b"webhook_id=11&x=1", content_type="text/plain").status_code == 401


def test_an_unknown_kind_of_store_is_404_and_reading_is_405(shopify):
    assert shopify.client.post("/hooks/nostore/shopify", b"{}", content_type="application/json").status_code == 404
    assert shopify.client.get(shopify.address).status_code == 405


def test_several_sources_of_one_store_keep_their_orders_apart(shopify, client):
    other = Shopify(client, connected("second"))
    shopify.tell("orders/create", ORDER)
    other.tell("orders/create", ORDER)
    assert set(Order.objects.values_list("source", "external_id")) == {("shopify", "#1"), ("second", "#1")}
    assert Customer.objects.filter(status="known").count() == 1


def test_a_worker_that_was_killed_only_delays_a_delivery(shopify):
    shopify.send("orders/create", ORDER)
    now = timezone.now()
    assert deliveries._claim(now=now) is not None  # … and the worker is gone
    assert deliveries.work_off(now=now) == 0
    assert deliveries.work_off(now=now + dt.timedelta(minutes=2)) == 1
    assert Order.objects.count() == 1


def test_an_unreadable_value_fails_with_its_place_and_can_be_replayed(shopify, monkeypatch):
    shopify.tell("orders/create", ORDER | {"currency": "bitcoin"})
    failed = HookDelivery.objects.get()
    assert (failed.state, failed.reason, failed.place) == ("failed", "unknown_currency", "currency")
    assert not Order.objects.exists()
    deliveries.replay(delivery=failed.id, actor=actors.SYSTEM, now=timezone.now())
    deliveries.work_off(now=timezone.now())
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("failed", 1)


@pytest.mark.parametrize(
    ("told", "reason", "place"),
    [
        ({"created_at": "2036-11-01T10:00:00+07:00"}, "in_the_future", "created_at"),
        ({"created_at": "1016-11-01T10:00:00+07:00"}, "not_a_time", "created_at"),
        ({"total_price": "-5.00"}, "below_zero", "total_price"),
        ({"total_price": "NaN"}, "not_a_number", "total_price"),
        ({"total_price": "9" * 30}, "too_large", "total_price"),
        ({"line_items": [{"quantity": -1, "price": "60.00", "sku": "CUP"}]}, "below_zero", "quantity"),
        ({"line_items": "none"}, "not_a_list", "line_items"),
    ],
)
def test_an_order_that_cannot_be_true_waits_for_staff_with_its_place_in_their_words(shopify, told, reason, place):
    shopify.tell("orders/create", ORDER | told)
    failed = HookDelivery.objects.get()
    assert (failed.state, failed.reason, failed.place) == ("failed", reason, place)
    assert not Order.objects.exists()
    assert not Customer.objects.filter(status="known").exists()
    words = set()
    for language in ("en", "th", "ko"):
        with translation.override(language):
            words.add(str(reading.reason(reason)))
    assert len(words - {reason}) == 3


@pytest.mark.parametrize("ahead", [dt.timedelta(hours=5), dt.timedelta(days=2), dt.timedelta(days=3650)])
def test_a_store_whose_clock_runs_ahead_loses_nothing_and_is_heard_again_once_it_is_right(woo, ahead):
    told = {"id": 1, "number": "1", "status": "processing", "currency": "THB", "total": "10.00"}
    told |= {"billing": {"email": "ada@example.com"}}
    now = timezone.now().replace(microsecond=0)
    created = (now + min(ahead, dt.timedelta(days=2))).replace(tzinfo=None).isoformat()
    placed = []
    for total in ("10.00", "11.00"):
        changed = {"date_modified_gmt": (now + ahead).replace(tzinfo=None).isoformat(), "total": total}
        woo.tell("order.updated", told | {"date_created_gmt": created} | changed)
        placed.append(Order.objects.values_list("placed_at", flat=True).get())
        assert Order.objects.get().amount == float(total), "the later telling is the newer one"
    assert now <= placed[0] <= timezone.now() + dt.timedelta(minutes=1)
    assert placed[0] == placed[1], "it was placed when it was first told of"
    right = (now + dt.timedelta(minutes=2)).replace(tzinfo=None).isoformat()
    woo.tell("order.updated", told | {"date_created_gmt": right, "date_modified_gmt": right, "total": "12.00"})
    assert Order.objects.get().amount == 12
    assert {row.state for row in HookDelivery.objects.all()} == {"done"}


def test_an_order_years_ahead_is_judged_by_the_moment_of_its_second_try(shopify):
    now = timezone.now()
    shopify.tell("orders/create", ORDER | {"created_at": (now + dt.timedelta(days=9)).isoformat()})
    failed = HookDelivery.objects.get()
    assert (failed.state, failed.reason) == ("failed", "in_the_future")
    later = now + dt.timedelta(days=3)
    deliveries.replay(delivery=failed.id, actor=actors.SYSTEM, now=later)
    deliveries.work_off(now=later)
    failed.refresh_from_db()
    assert failed.state == "done"
    assert Order.objects.get().placed_at <= failed.received_at + dt.timedelta(minutes=1)


def test_a_fault_of_ours_is_tried_again_and_leaves_nothing_half_written(shopify, monkeypatch):
    place = orders.place
    monkeypatch.setattr(orders, "place", lambda **_: 1 / 0)
    shopify.tell("orders/create", ORDER)
    kept = HookDelivery.objects.get()
    assert (kept.state, kept.reason, kept.place) == ("waiting", "fault", "ZeroDivisionError")
    monkeypatch.setattr(orders, "place", place)
    deliveries.work_off(now=timezone.now() + dt.timedelta(minutes=5))
    assert Order.objects.get().amount == 120


def test_old_deliveries_are_forgotten(shopify):
    shopify.tell("orders/create", ORDER)
    assert deliveries.forget_old(now=timezone.now() + dt.timedelta(days=6)) == 0
    assert deliveries.forget_old(now=timezone.now() + dt.timedelta(days=8)) == 1


def test_the_next_delivery_is_found_by_its_index(shopify):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM commerce_hookdelivery WHERE state = 'waiting' AND next_at <= now() "
            "ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "commerce_hookdelivery_next" in plan
